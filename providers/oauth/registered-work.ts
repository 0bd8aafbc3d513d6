import { errorOfFailure, type HttpClient, HttpFailure, type HttpReply } from '../../shared/http/index.ts'
import {
  type Check,
  type Minted,
  QuarterturnError,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import { filledPath } from './profile/template.ts'
import { metadataIn } from './registration.ts'
import { jsonOf, textAt, timeAt } from './reply.ts'
import { PLACE, type RegisteredSecret, storable } from './schema.ts'
import type { Work } from './session.ts'
import { consumersWish, requestToken, valuesOf, verdictOf } from './token.ts'

export interface RegisteredWorkOptions {
  readonly http: HttpClient
  readonly secretOf: (who: Who) => RegisteredSecret
}

/** A client that updates its own registration (RFC 7592, section 2.2), for which the server may issue another secret. */
export function workOnRegistered({ http, secretOf }: RegisteredWorkOptions): Work {
  return {
    // A server may replace the token, and the secret too, when the registration is only read.
    check: async (): Promise<Check> => ({ possible: true, missing: [] }),
    async probe({ who }): Promise<Verdict> {
      const secret = secretOf(who)
      return verdictOf(await requestToken(http, secret, consumersWish(secret)), secret)
    },
    mint: ({ from }) => update(http, secretOf(from)),
  }
}

interface Held {
  readonly clientSecret: string
  readonly registrationAccessToken: string
}

async function update(http: HttpClient, secret: RegisteredSecret): Promise<Minted> {
  const before: Held = {
    clientSecret: secret.clientSecret,
    registrationAccessToken: secret.registrationAccessToken,
  }
  const seen = await send(http, secret, { method: 'GET', ...before })
  if ('declined' in seen) return { result: 'declined', reason: seen.declined }
  const read = await heldAfterReading(http, secret, seen.body)
  const said = await send(http, secret, {
    method: 'PUT',
    ...read,
    body: JSON.stringify(metadataIn(seen.body, secret.clientId)),
  })
  const declined = 'declined' in said ? said.declined : undefined
  const held = 'declined' in said ? read : heldBy(said.body, read)
  if (
    held.clientSecret === before.clientSecret &&
    held.registrationAccessToken === before.registrationAccessToken
  )
    return { result: 'declined', reason: declined ?? `the registration was updated, and ${KEPT}` }
  const expiresAt = 'declined' in said ? undefined : timeAt(said.body, 'client_secret_expires_at', 'seconds')
  return {
    result: 'minted',
    value: { ...secret, ...held },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(held.clientSecret === before.clientSecret
      ? { note: `only the registration access token is new: ${KEPT}` }
      : {}),
  }
}

/** Reading may have replaced both already. Where the secret of before still gets a token, what was shown is only a mask of it. */
async function heldAfterReading(http: HttpClient, secret: RegisteredSecret, body: object): Promise<Held> {
  const read = heldBy(body, secret)
  if (read.clientSecret === secret.clientSecret) return read
  const { verdict } = await requestToken(http, secret, consumersWish(secret))
  return verdict === 'accepted' ? { ...read, clientSecret: secret.clientSecret } : read
}

const KEPT = 'the server keeps the client secret, as RFC 7592 leaves it to it'

type Said = { readonly body: object } | { readonly declined: string }

/** Rejects where the server may have replaced something and does not say so. */
async function send(
  http: HttpClient,
  secret: RegisteredSecret,
  {
    method,
    registrationAccessToken,
    body,
  }: { readonly method: 'GET' | 'PUT'; readonly body?: string } & Pick<Held, 'registrationAccessToken'>,
): Promise<Said> {
  const { profile, apiOrigin: origin } = secret[PLACE]
  let reply: HttpReply
  try {
    reply = await http.send({
      method,
      origin,
      path: filledPath(profile.registration.path, valuesOf(secret)),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${registrationAccessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    if (error.isUnsent) return { declined: `nothing was sent: ${error.message}` }
    throw errorOfFailure(error)
  }
  const { status } = reply
  const problem = `${method} of the registration was answered ${status}`
  if (status === 401 || status === 403)
    return { declined: `${problem}: the server does not take the \`registrationAccessToken\` for it` }
  if (status >= 400 && status < 500 && status !== 408) return { declined: problem }
  if (status !== 200) throw new QuarterturnError('TARGET_UNREACHABLE', { problem })
  const json = jsonOf(reply)
  if (typeof json !== 'object' || json === null)
    throw new QuarterturnError('TARGET_UNREACHABLE', { problem: `${problem}, without a registration` })
  if (textAt(json, 'client_id') === secret.clientId) return { body: json }
  if (method === 'GET') return { declined: 'the registration is that of another client than `clientId`' }
  throw new QuarterturnError('TARGET_UNREACHABLE', { problem: `${problem}, for another client` })
}

const heldBy = (body: object, before: Held): Held => ({
  clientSecret: textAt(body, 'client_secret') || before.clientSecret,
  // Without it nobody manages the registration any more; without the secret beside it nobody gets a token.
  registrationAccessToken:
    storable(textAt(body, 'registration_access_token')) || before.registrationAccessToken,
})
