import { Connections } from '../../shared/database/connections.ts'
import { signInError } from '../../shared/database/refusal.ts'
import type { Place } from '../../shared/database/writer.ts'
import { budget } from '../../shared/network/budget.ts'
import type { Trust } from '../../shared/network/tls.ts'
import type { OpenRequest, Who } from '../../shared/provider/index.ts'
import { MysqlFailure } from './failure.ts'
import { type Attempt, type Link, signIn } from './link.ts'
import type { MysqlSecret } from './schema.ts'
import { type Server, serverOf, WHO_AND_WHERE } from './server.ts'
import { settle } from './settle.ts'
import { statementError } from './statement-error.ts'
import { verdictOf, verdictOfSession } from './verdict.ts'

export interface SeatOptions {
  readonly trust: Trust
  readonly connectTimeoutMs: number
}

/** A connection that is signed in and settled. */
export interface Seat {
  readonly link: Link
  readonly server: Server
}

/** Every connection of one session: made here, and ended here all at once. */
export class Seats {
  readonly #request: OpenRequest<MysqlSecret>
  readonly #trust: Trust
  readonly #connections: Connections<MysqlSecret, Attempt>

  constructor(request: OpenRequest<MysqlSecret>, { trust, connectTimeoutMs }: SeatOptions) {
    this.#request = request
    this.#trust = trust
    this.#connections = new Connections(request, connectTimeoutMs)
  }

  secret(who: Who): MysqlSecret {
    return this.#connections.secret(who)
  }

  /** Begins to sign in with a secret, wherever its server is. */
  attempt({ username, password, ssl }: MysqlSecret, { host, port }: Place): Attempt {
    const trust = ssl ? this.#trust() : undefined
    return this.#connections.attempt((timeoutMs) =>
      signIn({ host, port, connect: this.#request.connect, trust, username, password }, timeoutMs),
    )
  }

  drop(attempt: Attempt): Promise<void> {
    return this.#connections.drop(attempt)
  }

  /** Runs `work` in a connection of its own, signed in as `as` and prepared for our statements. */
  async signedIn<T>(as: Who, place: Place, work: (seat: Seat) => Promise<T>): Promise<T> {
    const secret = this.secret(as)
    const attempt = this.attempt(secret, place)
    try {
      const link = await attempt.signedIn.catch((error: unknown) => {
        throw error instanceof MysqlFailure ? signInError(verdictOf(error, attempt.hasAnswered), as) : error
      })
      return await translated(as, async () => {
        const [row] = await link.run(WHO_AND_WHERE, budget(this.#request.timeLeftMs()).clientMs)
        const server = serverOf(row)
        const verdict = verdictOfSession(server, secret.username, 'consumer')
        if (verdict.verdict !== 'accepted') throw signInError(verdict, as)
        await settle(link, server, budget(this.#request.timeLeftMs()), this.#request.timeLeftMs())
        return await work({ link, server })
      })
    } finally {
      await this.drop(attempt)
    }
  }

  /** Ends every connection at once. Never rejects; a repeat does nothing. */
  close(): Promise<void> {
    return this.#connections.close()
  }
}

/** Raises what a statement failed with as one of the errors that operators know. */
export async function translated<T>(as: Who, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof MysqlFailure ? statementError(error, as) : error
  }
}
