import { isIP } from 'node:net'
import type { ConnectionOptions, SecureContext } from 'node:tls'
import type { Broken } from './failure.ts'

/** Answers whom to trust. */
export type Trust = () => SecureContext

/** Verification is spelt out, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off. */
export const tlsOptions = (host: string, trust: SecureContext): ConnectionOptions => ({
  secureContext: trust,
  host,
  // RFC 6066, section 3: no server name for an address. The certificate is then compared with `host`.
  ...(isIP(host) === 0 ? { servername: host } : {}),
  rejectUnauthorized: true,
})

/** Node's names for a certificate that does not verify; the rest of OpenSSL's errors are about the handshake. */
const UNTRUSTED =
  /^(ERR_TLS_CERT_ALTNAME\w+|CERT_\w+|CRL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERROR_IN_CERT_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/

/** What a broken handshake means, or nothing when it is the network. Holds no text from the certificate. */
export function tlsFailure(error: Error): Broken | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (UNTRUSTED.test(code)) {
    const why =
      code === 'CERT_HAS_EXPIRED'
        ? 'it has expired'
        : code === 'CERT_NOT_YET_VALID'
          ? 'it is not valid yet'
          : code.startsWith('ERR_TLS_CERT_ALTNAME')
            ? 'it is for another host name'
            : `its issuer is not trusted (${code})`
    return { kind: 'tls-untrusted', message: `the certificate of the server does not verify: ${why}` }
  }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code))
    return {
      kind: 'tls-unavailable',
      message: `the server and we do not agree on TLS 1.2 or newer (${code})`,
    }
  return undefined
}
