import { Connections } from '../../shared/database/connections.ts'
import { signInError } from '../../shared/database/refusal.ts'
import { type Place, writerOf } from '../../shared/database/writer.ts'
import { budget } from '../../shared/network/budget.ts'
import type { Trust } from '../../shared/network/tls.ts'
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

export interface SeatOptions {
  readonly trust: Trust
  readonly connectTimeoutMs: number
}

/** Every connection of one session: made here, and ended here all at once. */
export class Seats {
  readonly #request: OpenRequest<PostgresSecret>
  readonly #trust: Trust
  readonly #connections: Connections<PostgresSecret, Attempt>

  constructor(request: OpenRequest<PostgresSecret>, { trust, connectTimeoutMs }: SeatOptions) {
    this.#request = request
    this.#trust = trust
    this.#connections = new Connections(request, connectTimeoutMs)
  }

  secret(who: Who): PostgresSecret {
    return this.#connections.secret(who)
  }

  /** Begins to sign in with a secret, at its own server or at `server`. */
  attempt(secret: PostgresSecret, { host, port }: Place = secret): Attempt {
    const { username, password, dbname, ssl } = secret
    const trust = ssl ? this.#trust() : undefined
    return this.#connections.attempt((timeoutMs) =>
      signIn({ host, port, connect: this.#request.connect, trust, username, password, dbname }, timeoutMs),
    )
  }

  drop(attempt: Attempt): Promise<void> {
    return this.#connections.drop(attempt)
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
    return this.#connections.close()
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
