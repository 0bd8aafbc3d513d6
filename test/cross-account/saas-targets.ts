/** A target of each kind that is reached over HTTP, and what tells whether a stored secret is in force there. */
import { startOrg } from '../../providers/salesforce/test-org/server.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { type Authority, type AuthorityOptions, startAuthority } from '../servers/oauth/authority.ts'
import { entra, GRAPH_SCOPE } from '../servers/oauth/entra.ts'
import { appIdOf, okta } from '../servers/oauth/okta.ts'
import { keycloak, keycloakIdOf, MANAGES, pingone } from '../servers/oauth/one-secret.ts'
import { isUnused, refreshing, signInAnew } from '../servers/oauth/refresh.ts'

export interface SaasTarget {
  readonly url: string
  readonly secret: StoredSecret
  /** Of a secret that needs one: the value of its admin secret. */
  readonly admin?: StoredSecret
  readonly tags?: Readonly<Record<string, string>>
  isInForce(stored: StoredSecret): boolean | Promise<boolean>
  /** No request has come. */
  isUnasked(): boolean
  close(): Promise<void>
}

const SECRET = 'made-by-hand-0123456789-canary'
const OF_ADMIN = 'of-the-admin-0123456789-canary'
const ID = '11111111-2222-3333-4444-555555555555'

/** A client of an authorization server. */
const client =
  (
    options: AuthorityOptions,
    fields: (url: string, authority: Authority) => object | Promise<object>,
    more: {
      readonly admin?: (url: string) => object
      readonly isInForce?: (stored: StoredSecret, authority: Authority) => Promise<boolean>
    } = {},
  ) =>
  async (): Promise<SaasTarget> => {
    const authority = await startAuthority(options)
    const { url } = authority
    const secret = { engine: 'oauth', clientSecret: SECRET, ...(await fields(url, authority)) }
    return {
      url,
      secret,
      ...(more.admin && { admin: { engine: 'oauth', clientSecret: OF_ADMIN, ...more.admin(url) } }),
      isInForce: (stored) =>
        more.isInForce?.(stored, authority) ??
        authority.book.accepts(String(stored['clientId']), String(stored['clientSecret'])),
      isUnasked: () => authority.seen.length === 0,
      close: () => authority.stop(),
    }
  }

const admin = { secret: OF_ADMIN, scope: MANAGES }

export interface SaasKind {
  readonly what: string
  /** Only where the deployment allows class C. Default: false. */
  readonly isClassC?: boolean
  readonly start: () => Promise<SaasTarget>
}

export const OKTA: SaasKind = {
  what: 'a client at Okta',
  start: client(
    { vendor: okta, clients: { app: { secret: SECRET, scope: 'api okta.apps.manage' } } },
    (orgUrl) => ({ profile: 'okta', orgUrl, appId: appIdOf('app'), clientId: 'app', scope: 'api' }),
  ),
}

export const SAAS: readonly SaasKind[] = [
  OKTA,
  {
    what: 'a client at Microsoft Entra ID',
    start: client(
      { vendor: entra, clients: { [ID]: { secret: SECRET, by: 'post', scope: `api ${GRAPH_SCOPE}` } } },
      (url) => ({ profile: 'entra', loginUrl: url, graphUrl: url, tenantId: ID, clientId: ID, scope: 'api' }),
    ),
  },
  {
    what: 'a worker of PingOne, by another one',
    start: client(
      { vendor: pingone, clients: { app: { secret: SECRET, scope: 'api' }, admin } },
      (url) => ({
        profile: 'pingone',
        authUrl: url,
        apiUrl: url,
        environmentId: ID,
        clientId: 'app',
        scope: 'api',
      }),
      {
        admin: (url) => ({
          profile: 'pingone',
          authUrl: url,
          apiUrl: url,
          environmentId: ID,
          clientId: 'admin',
        }),
      },
    ),
  },
  {
    what: 'a client of Keycloak, by an admin',
    start: client(
      { vendor: keycloak, clients: { app: { secret: SECRET, scope: 'api' }, admin } },
      (serverUrl) => ({
        profile: 'keycloak',
        serverUrl,
        realm: 'shop',
        clientUuid: keycloakIdOf('app'),
        clientId: 'app',
        scope: 'api',
      }),
      { admin: (serverUrl) => ({ profile: 'keycloak', serverUrl, realm: 'shop', clientId: 'admin' }) },
    ),
  },
  {
    what: 'a refresh token that is used once',
    start: client(
      refreshing('app', SECRET),
      async (serverUrl, authority) => ({
        profile: 'refresh-token',
        serverUrl,
        userinfoPath: 'me',
        clientId: 'app',
        ...(await signInAnew(authority, 'app')),
      }),
      { isInForce: ({ refreshToken }, authority) => isUnused(authority, String(refreshToken)) },
    ),
    isClassC: true,
  },
  { what: 'an app of Salesforce', start: appOfSalesforce },
  { what: 'a user of Salesforce', start: userOfSalesforce },
]

async function appOfSalesforce(): Promise<SaasTarget> {
  const { url, org, client: stored, log, close } = await startOrg()
  return {
    url,
    secret: stored(),
    // In AWS's format, which says nothing of an engine.
    tags: { 'quarterturn:provider': 'salesforce' },
    isInForce: ({ consumerKey, consumerSecret }) =>
      org.accepts({ key: String(consumerKey), secret: String(consumerSecret) }),
    isUnasked: () => log.length === 0,
    close,
  }
}

async function userOfSalesforce(): Promise<SaasTarget> {
  const { url, org, log, close } = await startOrg()
  const username = 'robot@acme.example'
  org.addUser(username, SECRET)
  return {
    url,
    secret: {
      engine: 'salesforce',
      username,
      password: SECRET,
      baseUri: url,
      requiresSecurityToken: false,
    },
    isInForce: ({ password }) => org.users.get(username)?.password === password,
    isUnasked: () => log.length === 0,
    close,
  }
}
