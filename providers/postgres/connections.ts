import { budget } from '../../shared/database/budget.ts'
import { signInError } from '../../shared/database/refusal.ts'
import type { Trust } from '../../shared/database/tls.ts'
import { type Place, writerOf } from '../../shared/database/writer.ts'
import { type OpenRequest, QuarterturnError, type Who } from '../../shared/provider/index.ts'
import { grantConnect } from './alternating/setup.ts'
import { PostgresFailure } from './failure.ts'
import { type Attempt, type Link, signIn } from './link.ts'
import type { PostgresSecret } from './schema.ts'
import { settle } from './settle.ts'
import { NOT_ASKED, verdictOf } from './verdict.ts'

export const isOfOneServer = (one: PostgresSecret, other: PostgresSecret): boolean =>
  (['host', 'port', 'adminHost', 'adminPort', 'dbname', 'ssl'] as const).every(
    (key) => one[key] === other[key],
  )

/** Every connection of one session: made here, and ended here all at once. */
export class Connections {
  readonly #request: OpenRequest<PostgresSecret>
  readonly #options: { readonly trust: Trust; readonly connectTimeoutMs: number }
  /** Those that may still be open. */
  readonly #attempts = new Set<Attempt>()
  #closed: Promise<void> | undefined

  constructor(
    request: OpenRequest<PostgresSecret>,
    options: { readonly trust: Trust; readonly connectTimeoutMs: number },
  ) {
    this.#request = request
    this.#options = options
    if (request.signal.aborted) void this.close()
    request.signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  secret(who: Who): PostgresSecret {
    const sealed = this.#request.values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }

  /** Begins to sign in with a secret, at its own server or at `server`. */
  attempt(secret: PostgresSecret, server: Place = secret): Attempt {
    if (this.#closed !== undefined) throw new Error('the session is closed')
    const timeoutMs = Math.min(this.#options.connectTimeoutMs, budget(this.#request.timeLeftMs()).clientMs)
    const { username, password, dbname, ssl } = secret
    const trust = ssl ? this.#options.trust() : undefined
    const attempt = signIn(
      {
        host: server.host,
        port: server.port,
        connect: this.#request.connect,
        trust,
        username,
        password,
        dbname,
      },
      timeoutMs,
    )
    this.#attempts.add(attempt)
    return attempt
  }

  async drop(attempt: Attempt): Promise<void> {
    await attempt.destroy()
    this.#attempts.delete(attempt)
  }

  /** Runs `work` in a connection of its own, signed in as `as` by password and prepared for our statements. */
  async signedIn<T>(as: Who, work: (link: Link) => Promise<T>): Promise<T> {
    const secret = this.secret(as)
    const attempt = this.attempt(secret, writerOf(secret))
    try {
      const link = await attempt.signedIn.catch((error: unknown) => {
        throw error instanceof PostgresFailure ? refusal(error, attempt, as, secret) : error
      })
      if (link.asked === 'nothing') throw signInError(NOT_ASKED, as)
      return await this.translated(as, async () => {
        const leftMs = this.#request.timeLeftMs()
        await settle(link, budget(leftMs), leftMs)
        const result = await work(link)
        await link.end()
        return result
      })
    } finally {
      await this.drop(attempt)
    }
  }

  /** Raises what a statement failed with as one of the errors that operators know. */
  async translated<T>(as: Who, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw error instanceof PostgresFailure ? statementError(error, as) : error
    }
  }

  /** Ends every connection at once. Never rejects; a repeat does nothing. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#attempts].map((attempt) => attempt.destroy())).then(
      () => undefined,
    )
    return this.#closed
  }
}

function refusal(
  error: PostgresFailure,
  attempt: Attempt,
  as: Who,
  secret: PostgresSecret,
): QuarterturnError {
  if (as === 'admin' && error.sqlstate === '42501')
    return new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `the admin ${secret.username} lacks CONNECT on the database of the secret`,
      remedy: `run: ${grantConnect(secret.dbname, secret.username)}`,
    })
  return signInError(verdictOf(error, attempt), as)
}

function statementError(failure: PostgresFailure, as: Who): QuarterturnError {
  const { sqlstate = '' } = failure
  const what =
    failure.kind === 'server' ? `the server refused a statement with SQLSTATE ${sqlstate}` : failure.message
  return new QuarterturnError(CODES[sqlstate] ?? 'TARGET_UNREACHABLE', {
    problem: `signed in with the ${as} credential, ${what}`,
  })
}

const CODES: Readonly<Record<string, 'TARGET_READ_ONLY' | 'TARGET_BUSY' | 'PRIVILEGE_MISSING'>> = {
  '25006': 'TARGET_READ_ONLY',
  '55P03': 'TARGET_BUSY',
  '42501': 'PRIVILEGE_MISSING',
}
