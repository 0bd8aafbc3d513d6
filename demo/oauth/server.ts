import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createTestCa } from '../../test/servers/certificates.ts'
import { type Authority, startAuthority } from '../../test/servers/oauth/authority.ts'
import { okta } from '../../test/servers/oauth/okta.ts'
import type { DemoServer } from '../stage.ts'

export const CLIENT = 'reporter'

/** An authorization server with one client, and what Okta documents as the way to its secrets. */
export interface AuthorityServer extends DemoServer {
  readonly authority: Authority
  /** The secret that somebody made by hand. */
  readonly firstSecret: string
}

const { version } = createRequire(import.meta.url)('oidc-provider/package.json') as { version: string }

export async function startAuthorityServer(): Promise<AuthorityServer> {
  const ca = await createTestCa()
  const firstSecret = randomBytes(24).toString('base64url')
  const authority = await startAuthority({
    tls: await ca.issue(),
    vendor: okta,
    clients: { [CLIENT]: { secret: firstSecret, scope: 'reports okta.apps.manage' } },
  })
  const { hostname, port } = new URL(authority.url)
  return {
    host: hostname,
    port: Number(port),
    ca: ca.pem,
    version,
    account: { kind: 'own' },
    authority,
    firstSecret,
    stop: () => authority.stop(),
  }
}
