import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** The real target behind the proxy. */
export interface Upstream {
  /** Also the name that its certificate is compared with. */
  readonly host: string
  readonly port: number
  /** PEM of the CA of the target's certificate. Left out: those that Node trusts. */
  readonly ca?: string
}

export const upstreamTls = ({ host, ca }: Upstream): ConnectionOptions => ({
  host,
  // RFC 6066, section 3: no server name for an address.
  ...(isIP(host) === 0 ? { servername: host } : {}),
  ...(ca === undefined ? {} : { ca }),
  rejectUnauthorized: true,
})
