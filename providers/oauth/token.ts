import * as oauth from 'oauth4webapi'
import { type HttpClient, HttpFailure, type HttpReply, verdictOfFailure } from '../../shared/http/index.ts'
import type { Verdict } from '../../shared/provider/index.ts'
import { assertionBy } from './keys/assertion.ts'
import { filled, filledPath, placeholdersOf, type Values } from './profile/template.ts'
import { jsonOf, textAt } from './reply.ts'
import {
  type AwsSecret,
  isKeyPair,
  type KeyPairSecret,
  type ManagedSecret,
  type OauthSecret,
  PLACE,
  type RegisteredSecret,
} from './schema.ts'

/** What came of a token request. The token stays in memory, for requests of the same session. */
export type TokenAnswer =
  | { readonly verdict: 'accepted'; readonly token: string; readonly expiresInMs: number | undefined }
  | Refusal

export type Refusal = Exclude<Verdict, { readonly verdict: 'accepted' }> & {
  /** What was refused is what the token was asked for. */
  readonly isOfScope?: boolean
}

/** A client that gets tokens for itself. */
export type ClientSecret = AwsSecret | ManagedSecret | RegisteredSecret | KeyPairSecret

export interface TokenWish {
  /** `POST` and a template of a path. */
  readonly request: string
  readonly scope?: string | undefined
  readonly audience?: string | undefined
}

/** Names that RFC 6749 and its companions give to refusals; any other is not repeated, it may be anything. */
const KNOWN_ERRORS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
])

/** Those that say nothing of the credential. */
const PASSING = new Set(['server_error', 'temporarily_unavailable', 'slow_down'])

/** Those that come after the client was let in. */
const OF_SCOPE = new Set(['invalid_scope', 'invalid_target', 'access_denied'])

/** The values that templates of a profile may name. */
export const valuesOf = ({ [PLACE]: { fields }, clientId, scope, audience }: OauthSecret): Values => ({
  ...fields,
  clientId,
  scope,
  audience,
})

/** Left out where it names something that the secret does not have. */
export const ifThere = (template: string | undefined, values: Values): string | undefined =>
  template === undefined || placeholdersOf(template).some((name) => values[name] === undefined)
    ? undefined
    : filled(template, values)

export function consumersWish(secret: ClientSecret): TokenWish {
  const { token } = secret[PLACE].profile
  const values = valuesOf(secret)
  return {
    request: token.request,
    scope: ifThere(token.scope, values),
    audience: ifThere(token.audience, values),
  }
}

/** One request of the client credentials grant (RFC 6749, section 4.4). Never rejects for what the target says. */
export async function requestToken(
  http: HttpClient,
  secret: ClientSecret,
  wish: TokenWish,
): Promise<TokenAnswer> {
  const ends = endsOf(http, secret, wish.request)
  const parameters = new URLSearchParams()
  if (wish.scope !== undefined) parameters.set('scope', wish.scope)
  if (wish.audience !== undefined) parameters.set('audience', wish.audience)
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      ends.server,
      ends.client,
      ends.authentication,
      parameters,
      ends.options,
    )
    const { access_token, expires_in } = await oauth.processClientCredentialsResponse(
      ends.server,
      ends.client,
      response,
    )
    return {
      verdict: 'accepted',
      token: access_token,
      expiresInMs: expires_in === undefined ? undefined : expires_in * 1_000,
    }
  } catch (error) {
    const reply = ends.reply()
    if (reply !== undefined) return refusalOf(reply, secret[PLACE].profile.token)
    return error instanceof HttpFailure ? withoutSuccess(verdictOfFailure(error)) : UNKNOWN
  }
}

/** What the sign-in of a consumer shows. */
export function verdictOf(answer: TokenAnswer, { clientId }: ClientSecret): Verdict {
  if (answer.verdict === 'accepted') return { verdict: 'accepted', as: clientId }
  const { isOfScope: _, ...verdict } = answer
  return verdict
}

/** Both ends of a token request, and what came back: the library sends by our own client. */
export function endsOf(http: HttpClient, secret: OauthSecret, request: string) {
  const { tokenOrigin: origin } = secret[PLACE]
  const path = filledPath(request.slice('POST '.length), valuesOf(secret))
  const server: oauth.AuthorizationServer = { issuer: origin, token_endpoint: origin + path }
  const client: oauth.Client = { client_id: secret.clientId }
  let reply: HttpReply | undefined
  const options = {
    // The schema of the secret has decided already where clear text may be.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (
      _address: string,
      { method, headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>,
    ): Promise<Response> => {
      reply = await http.send({ method, origin, path, headers, body: body.toString() })
      return responseOf(reply)
    },
  }
  return {
    server,
    client,
    authentication: authenticationOf(secret, origin + path),
    options,
    reply: () => reply,
  }
}

/** A public client has no secret, and only says who it is. */
function authenticationOf(secret: OauthSecret, endpoint: string): oauth.ClientAuth {
  if (isKeyPair(secret)) return assertionOf(secret, endpoint)
  const { clientSecret } = secret
  if (clientSecret === undefined) return oauth.None()
  return secret[PLACE].profile.token.authenticatesBy === 'basic'
    ? oauth.ClientSecretBasic(clientSecret)
    : oauth.ClientSecretPost(clientSecret)
}

function assertionOf(secret: KeyPairSecret, endpoint: string): oauth.ClientAuth {
  const { profile, key, algorithm } = secret[PLACE]
  const { keyId, issuer } = secret
  if (key === undefined || algorithm === undefined || keyId === undefined)
    throw new Error('there is no key to sign with')
  const audience = ifThere(profile.token.assertionFor, { ...valuesOf(secret), issuer }) ?? endpoint
  return assertionBy({ key, keyId, algorithm, audience })
}

const UNKNOWN = {
  verdict: 'unknown',
  reason: 'the token request failed',
  code: 'TARGET_UNREACHABLE',
} as const

const withoutSuccess = (verdict: Verdict): TokenAnswer => (verdict.verdict === 'accepted' ? UNKNOWN : verdict)

function responseOf({ status, headers, body }: HttpReply): Response {
  const isEmpty = status === 204 || status === 205 || status === 304
  const isResponse = status >= 200 && status <= 599
  return new Response(isEmpty ? null : body, {
    status: isResponse ? status : 599,
    headers: { 'content-type': String(headers['content-type'] ?? '') },
  })
}

const isSaid = (body: unknown, text: string): boolean =>
  (textAt(body, 'error_description') ?? '').startsWith(text)

/** Only an answer that names the refusal counts: any other may come from something that never looked at the credential. */
export function refusalOf(
  reply: HttpReply,
  { rejectedBy, barredBy }: { readonly rejectedBy: readonly string[]; readonly barredBy: readonly string[] },
): Refusal {
  const { status } = reply
  const body = jsonOf(reply)
  const said = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined
  const error = typeof said === 'string' ? said : undefined
  const shown =
    error !== undefined && (KNOWN_ERRORS.has(error) || rejectedBy.includes(error)) ? ` ${error}` : ''
  const reason = `the token request was answered ${status}${shown}`
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429
  if (!isRefusal || error === undefined || PASSING.has(error))
    return { verdict: 'unknown', reason, code: 'TARGET_UNREACHABLE' }
  // Who is forbidden something was let in first.
  const isOfCredential = status !== 403 && !barredBy.some((text) => isSaid(body, text))
  if (rejectedBy.includes(error) && isOfCredential) return { verdict: 'rejected', reason }
  return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED', isOfScope: OF_SCOPE.has(error) }
}
