/** A real authorization server whose refresh tokens are used once, and whose users sign in without a browser. */
import type { SavedAccessToken } from 'oidc-provider'
import { type Authority, type AuthorityOptions, FEATURES } from './authority.ts'

const USER = 'a-user'
const SCOPE = 'openid offline_access'

/** A client with a secret, and beside it `public`, which has none. */
export const refreshing = (clientId: string, secret: string): Omit<AuthorityOptions, 'now'> => ({
  clients: { [clientId]: { secret, scope: SCOPE } },
  passes: /^\/me$/,
  oidc: {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://app.example.com/callback'],
        scope: SCOPE,
      },
      {
        client_id: 'public',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://app.example.com/callback'],
        scope: SCOPE,
      },
    ],
    scopes: SCOPE.split(' '),
    features: FEATURES,
    rotateRefreshToken: true,
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    ttl: { AccessToken: 600, Grant: 1_209_600, IdToken: 600, RefreshToken: 1_209_600 },
  },
})

export interface SignedIn {
  readonly refreshToken: string
  readonly accessToken: string
}

/** What the server would hand out at the end of a sign-in: a chain of its own. */
export async function signInAnew({ oidc }: Authority, clientId: string): Promise<SignedIn> {
  const grant = new oidc.Grant({ clientId, accountId: USER })
  grant.addOIDCScope(SCOPE)
  const properties = {
    client: await oidc.Client.find(clientId),
    accountId: USER,
    grantId: await grant.save(),
    scope: SCOPE,
    gty: 'authorization_code',
  }
  return {
    refreshToken: await new oidc.RefreshToken(properties).save(),
    accessToken: await new oidc.AccessToken(properties).save(),
  }
}

/** The ids of every refresh token from now on that has not been used. */
export function unusedOf(authority: Authority): () => Promise<readonly string[]> {
  const saved: string[] = []
  authority.oidc.on('refresh_token.saved', ({ jti }) => void saved.push(jti))
  return async () => {
    const unused = await Promise.all(saved.map((id) => isUnused(authority, id)))
    return saved.filter((_, at) => unused[at])
  }
}

/** Lets the use of a refresh token end the access tokens of before too, as GitHub's do. */
export function endAccessTokensWithUse({ oidc }: Authority): void {
  const saved = new Set<SavedAccessToken>()
  oidc.on('access_token.saved', (token) => void saved.add(token))
  oidc.on('refresh_token.consumed', ({ grantId }) => {
    for (const token of saved)
      if (token.grantId === grantId) {
        saved.delete(token)
        void token.destroy()
      }
  })
}

/** As a user takes a consent back: nothing that came of one sign-in is taken any more. */
export async function endChainOf({ oidc }: Authority, refreshToken: string): Promise<void> {
  const found = await oidc.RefreshToken.find(refreshToken)
  if (found !== undefined) await oidc.RefreshToken.revokeByGrantId(found.grantId)
}

/** Whether it would give another one; using it would tell by using it up. */
export async function isUnused({ oidc }: Authority, refreshToken: string): Promise<boolean> {
  const found = await oidc.RefreshToken.find(refreshToken)
  return found !== undefined && found.consumed === undefined
}
