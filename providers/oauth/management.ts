import {
  errorOfFailure,
  type HttpClient,
  HttpFailure,
  type HttpReply,
  type HttpRequest,
} from '../../shared/http/index.ts'
import { isQuarterturnError, QuarterturnError, type Verdict, type Who } from '../../shared/provider/index.ts'
import { API_TOKEN } from './keys/fields.ts'
import type { Call } from './profile/schema.ts'
import { filledJson, filledPath, type Values } from './profile/template.ts'
import { jsonOf, textAt } from './reply.ts'
import { type KeyPairSecret, type ManagedSecret, PLACE } from './schema.ts'
import { ifThere, requestToken, valuesOf } from './token.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly reply: HttpReply
}

/** A secret whose client a management API knows. */
export type ManagingSecret = ManagedSecret | KeyPairSecret

/** What is sent beside what the profile says of a call. */
export interface Sent {
  /** As JSON, instead of the body of the call. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The calls of a profile to the management API of one target, each authorized by one of the stored credentials. */
export class Management {
  readonly #http: HttpClient
  readonly #secretOf: (who: Who) => ManagingSecret
  /** One for the session and for each who asks. */
  readonly #authorizations = new Map<Who, string | undefined>()
  readonly #owned = new Set<Who>()

  constructor(http: HttpClient, secretOf: (who: Who) => ManagingSecret) {
    this.#http = http
    this.#secretOf = secretOf
  }

  /**
   * One call about the client of `of`, signed in as `as`. Answers replies that say yes or what the call is refused for;
   * rejects where the target does not say, and where `as` may not.
   */
  async call(as: Who, of: ManagingSecret, call: Call, more: Values = {}, sent: Sent = {}): Promise<Answer> {
    await this.#seeOwner(as, of)
    return await this.#send(as, of, call, more, sent)
  }

  /** The ids of the secret lead to the client that was proven: else its content could have another's secrets issued to it. */
  async #seeOwner(as: Who, of: ManagingSecret): Promise<void> {
    const { owner } = of[PLACE].profile
    if (owner === undefined || this.#owned.has(as)) return
    const answer = await this.#send(as, of, owner)
    if (answer.status !== 200) throw unexpected(answer, 'look at the client')
    if (textAt(answer.body, owner.clientId) !== of.clientId)
      throw new QuarterturnError('SECRET_INVALID', {
        problem: 'the ids in the secret lead to another client than `clientId`',
        remedy: 'correct them in AWSCURRENT',
      })
    this.#owned.add(as)
  }

  async #send(
    as: Who,
    of: ManagingSecret,
    call: Call,
    more: Values = {},
    { body = call.body, headers = {} }: Sent = {},
  ): Promise<Answer> {
    const values = { ...valuesOf(of), ...more }
    const [method = '', path = ''] = call.request.split(' ', 2)
    // Nobody but the one who asks says where its credential goes.
    const origin = this.#secretOf(as)[PLACE].apiOrigin
    const authorization = await this.#authorizationOf(as)
    // What comes from the target is no template.
    const filled = body === call.body ? filledJson(body, values) : body
    const json = filled === undefined ? '' : JSON.stringify(filled)
    const reply = await this.#http
      .send({
        method: method as HttpRequest['method'],
        origin,
        path: filledPath(path, values),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
          ...headers,
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(method === 'GET' ? {} : { body: json }),
      })
      .catch((error: unknown) => {
        throw error instanceof HttpFailure ? errorOfFailure(error) : error
      })
    const answer = { status: reply.status, body: jsonOf(reply), reply }
    this.#stopUnlessSaid(as, answer, `${method} at ${new URL(origin).host}`)
    return answer
  }

  async #authorizationOf(as: Who): Promise<string | undefined> {
    if (this.#authorizations.has(as)) return this.#authorizations.get(as)
    const authorization = await this.#authorize(as)
    this.#authorizations.set(as, authorization)
    return authorization
  }

  async #authorize(as: Who): Promise<string | undefined> {
    const secret = this.#secretOf(as)
    const { token, api } = secret[PLACE].profile
    const { authorization: by } = api
    if (secret.apiToken !== undefined && by.apiToken !== undefined) return `${by.apiToken} ${secret.apiToken}`
    if ('by' in by && by.by === 'nothing') return undefined
    if ('by' in by && by.by === 'registration') return `Bearer ${secret.registrationAccessToken}`
    const values = valuesOf(secret)
    const answer = await requestToken(this.#http, secret, {
      request: by.request ?? token.request,
      scope: ifThere(by.scope, values),
      audience: ifThere(by.audience, values),
    })
    if (answer.verdict === 'accepted') return `Bearer ${answer.token}`
    const problem = `for the management API ${answer.reason ?? 'no access token was issued'}`
    if (answer.verdict === 'rejected')
      throw new QuarterturnError('CURRENT_REFUSED', { problem, fields: { credential: as } })
    if (answer.verdict === 'barred' && answer.isOfScope === true) throw privilegeMissing(api, problem)
    throw new QuarterturnError(answer.code ?? 'TARGET_UNREACHABLE', { problem })
  }

  #stopUnlessSaid(as: Who, answer: Answer, what: string): void {
    const { status } = answer
    const { api } = this.#secretOf(as)[PLACE].profile
    const problem = `${what} was answered ${status}`
    const isByToken = api.authorization.apiToken !== undefined && this.#secretOf(as).apiToken !== undefined
    if (status === 401 && isByToken)
      throw new QuarterturnError('CURRENT_REFUSED', { problem, fields: { credential: as } })
    if (status === 401 || status === 403) throw privilegeMissing(api, problem)
    if (status === 423) throw new QuarterturnError('TARGET_BUSY', { problem })
    const isSaid =
      (status >= 200 && status < 300) || (status >= 400 && status < 500 && status !== 408 && status !== 429)
    if (!isSaid) throw new QuarterturnError('TARGET_UNREACHABLE', { problem })
  }
}

export const privilegeMissing = (
  { permission }: Pick<ManagedSecret[typeof PLACE]['profile']['api'], 'permission'>,
  problem: string,
): QuarterturnError =>
  new QuarterturnError('PRIVILEGE_MISSING', {
    problem: `${problem}: it needs ${permission.name}`,
    remedy: permission.remedy,
  })

/** A refusal that the profile has no meaning for. Nothing of its body is told. */
export function unexpected({ status }: Answer, what: string): QuarterturnError {
  if (status === 404)
    return new QuarterturnError('SECRET_INVALID', {
      problem: `the target knows no such client: to ${what} was answered 404`,
      remedy: 'correct the ids in AWSCURRENT',
    })
  return new QuarterturnError('TARGET_UNREACHABLE', {
    problem: `the target does not do what its documentation says: to ${what} was answered ${status}`,
  })
}

export const notUnderstood = (what: string): QuarterturnError =>
  new QuarterturnError('TARGET_UNREACHABLE', {
    problem: `${what} is not in the form that the target documents`,
  })

/** An admin may have an API token, which is no client and gets no access token. */
export const isByToken = (secret: ManagingSecret): boolean =>
  secret[PLACE].profile.api.authorization.apiToken !== undefined &&
  secret.apiToken !== undefined &&
  (secret.clientId === API_TOKEN || secret.clientSecret === secret.apiToken)

/** Whether the management API takes an API token, by a call that only reads. */
export async function proveToken(read: () => Promise<unknown>): Promise<Verdict> {
  try {
    await read()
    return { verdict: 'accepted', as: 'an API token' }
  } catch (error) {
    if (!isQuarterturnError(error)) throw error
    const reason = error.problem
    if (error.code === 'CURRENT_REFUSED') return { verdict: 'rejected', reason }
    if (error.code === 'PRIVILEGE_MISSING') return { verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' }
    if (error.code === 'TARGET_UNREACHABLE') return { verdict: 'unknown', reason, code: error.code }
    throw error
  }
}
