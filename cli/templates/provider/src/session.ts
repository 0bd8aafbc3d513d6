import {
  type Applied,
  type Check,
  connectAnywhere,
  type OpenRequest,
  QuarterturnError,
  type Session,
  type Verdict,
  type Who,
} from 'quarterturn/provider'
import * as z from 'zod'
import { type HttpReply, type HttpRequest, send } from './http.ts'
import type { ExampleTargetSecret } from './schema.ts'

/** What the target answers to a user that is signed in; only the fields we use. */
const User = z.object({ username: z.string(), mayChangePassword: z.boolean() })

/** One session: requests signed with the credentials of the rotation. Nothing connects before the first of them. */
export function openSession(
  { values, signal, timeLeftMs, connect = connectAnywhere }: OpenRequest<ExampleTargetSecret>,
  timeoutMs: number,
): Session {
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()

  const secretOf = (who: Who): ExampleTargetSecret => {
    const sealed = values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }

  /** Rejects when it cannot be known whether the target acted. */
  async function ask(
    as: Who,
    path: string,
    { method, body }: Pick<HttpRequest, 'method' | 'body'>,
  ): Promise<HttpReply> {
    closing.signal.throwIfAborted()
    const { url, username, password } = secretOf(as)
    const reply = send({
      method,
      url: new URL(path, url),
      username,
      password,
      ...(body === undefined ? {} : { body }),
      connect,
      timeoutMs: Math.ceil(Math.min(timeoutMs, timeLeftMs())),
      signal: AbortSignal.any([signal, closing.signal]),
    })
    running.add(reply)
    try {
      return await reply
    } catch (error) {
      throw unreachable(error instanceof Error ? error.message : 'no reply')
    } finally {
      running.delete(reply)
    }
  }

  return {
    async check({ as }): Promise<Check> {
      const { status, body } = await ask(as, '/v1/user', { method: 'GET' })
      const user = User.safeParse(body)
      if (status === 401) throw new QuarterturnError('CURRENT_REFUSED', { problem: REFUSED })
      if (status === 403) throw new QuarterturnError('CREDENTIAL_BARRED', { problem: LOCKED })
      if (status !== 200 || !user.success) throw unreachable(`the sign-in was answered ${status}`)
      if (user.data.mayChangePassword) return { possible: true, missing: [] }
      const remedy = `set \`mayChangePassword\` for the user ${secretOf(as).username}`
      return { possible: false, missing: [{ privilege: 'change the own password', remedy }] }
    },

    async probe({ who }): Promise<Verdict> {
      const { username } = secretOf(who)
      const reply = await ask(who, '/v1/user', { method: 'GET' }).catch((error: Error) => error)
      if (reply instanceof Error)
        return { verdict: 'unknown', reason: reply.message, code: 'TARGET_UNREACHABLE' }
      return verdictOf(reply, username)
    },

    // There is no lock to take. The change is fenced all the same: it is signed with the password it replaces.
    exclusive: ({ work }) => work(),

    async apply({ to, as }): Promise<Applied> {
      const { password } = secretOf(to)
      const { status } = await ask(as, '/v1/user/password', { method: 'PUT', body: { password } })
      switch (status) {
        case 204:
          return { result: 'applied' }
        case 401:
          return { result: 'superseded' }
        case 422:
          return { result: 'refused', reason: 'the password policy of the target refuses the value' }
        case 403:
          throw new QuarterturnError('CREDENTIAL_BARRED', { problem: LOCKED })
        case 423:
          throw new QuarterturnError('TARGET_READ_ONLY', { problem: 'the target takes no changes for now' })
        default:
          throw unreachable(`the change was answered ${status}`)
      }
    },

    async close() {
      closing.abort()
      await Promise.allSettled(running)
    },
  }
}

const REFUSED = 'the target answered 401: the password is not the one in force'
const LOCKED = 'the target answered 403: the user is locked'

/** Only 401 is a refusal of the credential: any other answer may come from something that never looked at it. */
function verdictOf({ status, body }: HttpReply, username: string): Verdict {
  if (status === 401) return { verdict: 'rejected', reason: REFUSED }
  if (status === 403) return { verdict: 'barred', reason: LOCKED, code: 'CREDENTIAL_BARRED' }
  const user = User.safeParse(body)
  if (status === 200 && user.success && user.data.username === username)
    return { verdict: 'accepted', as: username }
  const what = status === 200 ? 'did not name the user that signed in' : `answered ${status}`
  return { verdict: 'unknown', reason: `the target ${what}`, code: 'TARGET_UNREACHABLE' }
}

const unreachable = (problem: string): QuarterturnError =>
  new QuarterturnError('TARGET_UNREACHABLE', { problem })
