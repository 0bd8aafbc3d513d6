import {
  type Applied,
  type Check,
  type OpenRequest,
  QuarterturnError,
  type Session,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import { budget } from './budget.ts'
import { type ChangeOptions, changePassword } from './change.ts'
import { checkTarget, refuseReadOnly } from './check.ts'
import { PostgresFailure } from './failure.ts'
import { type Attempt, type Link, signIn } from './link.ts'
import { freeLock, takeLock } from './lock.ts'
import type { PostgresSecret } from './schema.ts'
import { settle } from './settle.ts'
import type { Trust } from './tls.ts'
import {
  NOT_ASKED,
  signInError,
  verdictOf,
  verdictOfProbe,
  verdictOfSession,
  WHO_AND_WHERE,
} from './verdict.ts'

export interface SessionOptions extends ChangeOptions {
  readonly trust: Trust
  readonly connectTimeoutMs: number
}

interface ProbeRequest {
  readonly who: Who
  readonly at: 'writer' | 'consumer'
}

export class PostgresSession implements Session {
  readonly #request: OpenRequest<PostgresSecret>
  readonly #options: SessionOptions
  /** Every connection that may still be open. */
  readonly #attempts = new Set<Attempt>()
  #locked: { readonly link: Link; readonly account: string } | undefined
  #closed: Promise<void> | undefined

  constructor(request: OpenRequest<PostgresSecret>, options: SessionOptions) {
    this.#request = request
    this.#options = options
    if (request.signal.aborted) void this.close()
    request.signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    return this.#signedIn(as, async (link) => {
      const { clientMs } = budget(this.#request.timeLeftMs())
      return checkTarget(link, this.#secret(as).username, clientMs)
    })
  }

  async probe({ who, at }: ProbeRequest): Promise<Verdict> {
    const secret = this.#secret(who)
    const attempt = this.#attempt(secret)
    try {
      const link = await attempt.signedIn
      if (link.asked === 'nothing') return NOT_ASKED
      const { rows } = await link.run(WHO_AND_WHERE, {
        timeoutMs: budget(this.#request.timeLeftMs()).clientMs,
      })
      await link.end()
      return verdictOfSession(rows[0], secret.username, at)
    } catch (error) {
      if (!(error instanceof PostgresFailure)) throw error
      return verdictOfProbe(error, attempt, secret.username)
    } finally {
      await this.#drop(attempt)
    }
  }

  async exclusive<T>({ as, work }: { readonly as: Who; readonly work: () => Promise<T> }): Promise<T> {
    const account = this.#secret(as).username
    return this.#signedIn(as, async (link) => {
      const { clientMs } = budget(this.#request.timeLeftMs())
      await refuseReadOnly(link, clientMs)
      const { signal, timeLeftMs } = this.#request
      await takeLock(link, account, { timeLeftMs, clientMs, signal })
      this.#locked = { link, account }
      try {
        return await work()
      } finally {
        this.#locked = undefined
        if (link.isAlive) await freeLock(link, account, clientMs).catch(() => {})
      }
    })
  }

  async apply({ to, as }: { readonly from: Who; readonly to: Who; readonly as: Who }): Promise<Applied> {
    const { username, password, ssl } = this.#secret(to)
    const locked = this.#locked
    if (locked === undefined || locked.account !== username)
      throw new Error('apply was called without the lock of the account it changes')
    if (!locked.link.isAlive)
      throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection that held the lock broke' })
    const { passwordForm, hash } = this.#options
    return this.#translated(as, () =>
      changePassword(
        locked.link,
        { username, password, isEncrypted: ssl, passwordForm, hash },
        budget(this.#request.timeLeftMs()),
      ),
    )
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#attempts].map((attempt) => attempt.destroy())).then(
      () => undefined,
    )
    return this.#closed
  }

  #secret(who: Who): PostgresSecret {
    const sealed = this.#request.values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }

  #attempt(secret: PostgresSecret): Attempt {
    if (this.#closed !== undefined) throw new Error('the session is closed')
    const timeoutMs = Math.min(this.#options.connectTimeoutMs, budget(this.#request.timeLeftMs()).clientMs)
    const { host, port, username, password, dbname, ssl } = secret
    const trust = ssl ? this.#options.trust() : undefined
    const attempt = signIn({ host, port, trust, username, password, dbname }, timeoutMs)
    this.#attempts.add(attempt)
    return attempt
  }

  async #drop(attempt: Attempt): Promise<void> {
    await attempt.destroy()
    this.#attempts.delete(attempt)
  }

  /** Runs `work` in a connection of its own, signed in as `as` by password and prepared for our statements. */
  async #signedIn<T>(as: Who, work: (link: Link) => Promise<T>): Promise<T> {
    const attempt = this.#attempt(this.#secret(as))
    try {
      const link = await attempt.signedIn.catch((error: unknown) => {
        throw error instanceof PostgresFailure ? signInError(verdictOf(error, attempt), as) : error
      })
      if (link.asked === 'nothing') throw signInError(NOT_ASKED, as)
      return await this.#translated(as, async () => {
        const leftMs = this.#request.timeLeftMs()
        await settle(link, budget(leftMs), leftMs)
        const result = await work(link)
        await link.end()
        return result
      })
    } finally {
      await this.#drop(attempt)
    }
  }

  /** Raises what a statement failed with as one of the errors that operators know. */
  async #translated<T>(as: Who, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw error instanceof PostgresFailure ? statementError(error, as) : error
    }
  }
}

function statementError(failure: PostgresFailure, as: Who): QuarterturnError {
  const { sqlstate = '' } = failure
  const code =
    sqlstate === '25006' ? 'TARGET_READ_ONLY' : sqlstate === '55P03' ? 'TARGET_BUSY' : 'TARGET_UNREACHABLE'
  const what =
    failure.kind === 'server' ? `the server refused a statement with SQLSTATE ${sqlstate}` : failure.message
  return new QuarterturnError(code, { problem: `signed in with the ${as} credential, ${what}` })
}
