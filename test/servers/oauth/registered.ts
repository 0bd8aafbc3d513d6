/** A real authorization server where clients register themselves, and manage their registration. */
import { randomBytes } from 'node:crypto'
import { type Authority, type AuthorityOptions, FEATURES } from './authority.ts'
import type { Jwk } from './signing-clients.ts'

/** `oidc-provider` leaves the secret as it is, but for a policy that comes with the registration. */
const replacesSecret = (
  context: { readonly method: string },
  properties: { client_secret?: string; client_secret_expires_at?: number },
): void => {
  if (context.method !== 'PUT') return
  properties.client_secret = randomBytes(32).toString('base64url')
  properties.client_secret_expires_at = 0
}

export const registering = (rotatesToken: boolean): Omit<AuthorityOptions, 'now'> => ({
  clients: {},
  passes: /^\/reg(\/|$)/,
  oidc: {
    scopes: ['api'],
    features: {
      ...FEATURES,
      registration: { enabled: true, initialAccessToken: true, policies: { replacesSecret } },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: rotatesToken },
    },
  },
})

export interface Registered {
  readonly clientId: string
  readonly clientSecret: string
  readonly registrationAccessToken: string
}

/** As a client registers itself; with keys it signs its requests, and gets no secret. */
export async function register(
  { oidc, url }: Authority,
  {
    keys,
    replaces = keys === undefined,
  }: { readonly replaces?: boolean; readonly keys?: readonly Jwk[] } = {},
): Promise<Registered> {
  const policies = replaces ? ['replacesSecret'] : undefined
  const token = await new oidc.InitialAccessToken({ policies }).save()
  const response = await fetch(`${url}/reg`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'one that registered itself',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'api',
      ...(keys === undefined
        ? { token_endpoint_auth_method: 'client_secret_basic' }
        : { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } }),
    }),
  })
  const said = (await response.json()) as Readonly<Record<string, string>>
  if (response.status !== 201)
    throw new Error(`it was answered ${response.status} ${said['error_description']}`)
  return {
    clientId: String(said['client_id']),
    clientSecret: String(said['client_secret']),
    registrationAccessToken: String(said['registration_access_token']),
  }
}

/** As an operator of the server gives a client what it manages itself by, where nobody knows that any more. */
export async function giveAnew(authority: Authority, clientId: string): Promise<Registered> {
  const { oidc } = authority
  const clientSecret = randomBytes(32).toString('base64url')
  const kept = await oidc.Client.adapter.find(clientId)
  await oidc.Client.adapter.upsert(clientId, { ...kept, client_secret: clientSecret })
  const token = new oidc.RegistrationAccessToken({ clientId, policies: ['replacesSecret'] })
  return { clientId, clientSecret, registrationAccessToken: await token.save() }
}

/** The secret that the server takes of a client. */
export async function secretInForce({ oidc }: Authority, clientId: string): Promise<string> {
  const { clientSecret = '' } = (await oidc.Client.find(clientId)) ?? {}
  return clientSecret
}

/** What the server says of a client to whoever has its token; undefined where it does not take the token. */
export async function registrationOf(
  { url }: Authority,
  { clientId, registrationAccessToken }: Registered,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const response = await fetch(`${url}/reg/${clientId}`, {
    headers: { authorization: `Bearer ${registrationAccessToken}` },
  })
  return response.status === 200 ? ((await response.json()) as Readonly<Record<string, unknown>>) : undefined
}

/** Whether a consumer gets a token. */
export async function getsToken(
  { url }: Authority,
  { clientId, clientSecret }: Registered,
): Promise<boolean> {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic.toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return response.status === 200
}
