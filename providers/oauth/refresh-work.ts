import * as oauth from 'oauth4webapi'
import {
  errorOfFailure,
  type HttpClient,
  HttpFailure,
  type HttpReply,
  verdictOfFailure,
} from '../../shared/http/index.ts'
import {
  type Check,
  type Minted,
  QuarterturnError,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import { filledPath } from './profile/template.ts'
import { at, jsonOf, textAt } from './reply.ts'
import { PLACE, type RefreshTokenSecret, storable } from './schema.ts'
import type { Work } from './session.ts'
import { endsOf, ifThere, refusalOf, valuesOf } from './token.ts'

export interface RefreshWorkOptions {
  readonly http: HttpClient
  readonly secretOf: (who: Who) => RefreshTokenSecret
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Refresh tokens: using one up is a mint, and the access token that came with it is what is tried. */
export function workOnRefreshToken({ http, secretOf, now }: RefreshWorkOptions): Work {
  return {
    // Whatever would tell more of a refresh token uses it up.
    check: async (): Promise<Check> => ({ possible: true, missing: [] }),
    probe: ({ who }) => prove(http, secretOf(who)),
    async mint({ from }): Promise<Minted> {
      const askedAt = now()
      const answer = await refresh(http, secretOf(from))
      if ('declined' in answer) return { result: 'declined', reason: answer.declined }
      const { refreshToken: _, accessToken: __, accessTokenExpiresAt: ___, ...rest } = secretOf('current')
      return {
        result: 'minted',
        value: { ...rest, ...tokensIn(answer.reply, secretOf(from).refreshToken, askedAt) },
      }
    },
  }
}

/** Asks with the access token who it is of: nobody tells that who has not looked at it. */
async function prove(http: HttpClient, secret: RefreshTokenSecret): Promise<Verdict> {
  const { accessToken, clientId } = secret
  const { profile, apiOrigin: origin } = secret[PLACE]
  if (accessToken === undefined)
    return {
      verdict: 'rejected',
      reason: 'the secret has no `accessToken`, so nothing shows that it is good',
    }
  try {
    const reply = await http.send({
      method: 'GET',
      origin,
      path: filledPath(profile.proof.request.slice('GET '.length), valuesOf(secret)),
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
    })
    const { status } = reply
    const reason = `the request with the access token was answered ${status}`
    if (status === 401) return { verdict: 'rejected', reason }
    if (status === 403) return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' }
    if (status !== 200) return { verdict: 'unknown', reason, code: 'TARGET_UNREACHABLE' }
    if (textAt(jsonOf(reply), profile.proof.shows) !== undefined) return { verdict: 'accepted', as: clientId }
    return {
      verdict: 'unprovable',
      reason: `${reason}, without \`${profile.proof.shows}\`: whoever asks without a token may get the same`,
    }
  } catch (error) {
    if (error instanceof HttpFailure) return verdictOfFailure(error)
    throw error
  }
}

/**
 * One request of the refresh grant (RFC 6749, section 6). Rejects where the target may have used the token up and does not
 * say so: then nobody may use it once more.
 */
async function refresh(
  http: HttpClient,
  secret: RefreshTokenSecret,
): Promise<{ readonly reply: HttpReply } | { readonly declined: string }> {
  const { token } = secret[PLACE].profile
  const { server, client, authentication, options, reply: replyOf } = endsOf(http, secret, token.request)
  const scope = ifThere(token.scope, valuesOf(secret))
  try {
    await oauth.refreshTokenGrantRequest(server, client, authentication, secret.refreshToken, {
      ...options,
      ...(scope === undefined ? {} : { additionalParameters: { scope } }),
    })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    if (error.isUnsent) return { declined: `nothing was sent: ${error.message}` }
    throw errorOfFailure(error)
  }
  const reply = replyOf()
  if (reply === undefined) throw new Error('the request was not sent')
  if (reply.status >= 200 && reply.status < 300) return { reply }
  const { verdict, reason = '' } = refusalOf(reply, { rejectedBy: ['invalid_grant'], barredBy: [] })
  // A server that has too much to do says so before it looks.
  if (verdict === 'unknown' && reply.status !== 429)
    throw new QuarterturnError('TARGET_UNREACHABLE', { problem: reason })
  const remedy = verdict === 'rejected' ? ': the refresh token is used up, expired or revoked' : ''
  return { declined: `${reason}${remedy}` }
}

/** By hand: a library would refuse a reply for what stands beside the tokens, and the old one is used up. */
function tokensIn(reply: HttpReply, before: string, askedAt: number): StoredSecret {
  const body = jsonOf(reply)
  const next = textAt(body, 'refresh_token') ?? ''
  const accessToken = storable(textAt(body, 'access_token'))
  if (next === '' && accessToken === '')
    throw new QuarterturnError('TARGET_UNREACHABLE', {
      problem: 'the reply to the refresh has no token',
    })
  const seconds = Number(at(body, 'expires_in'))
  const expires = new Date(askedAt + seconds * 1_000)
  const isTime = seconds > 0 && !Number.isNaN(expires.getTime())
  return {
    // Without a new one the old one goes on (RFC 6749, section 6).
    refreshToken: next === '' ? before : next,
    ...(accessToken === '' ? {} : { accessToken }),
    ...(accessToken !== '' && isTime ? { accessTokenExpiresAt: expires.toISOString() } : {}),
  }
}
