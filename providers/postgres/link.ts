import pg from 'pg'
import { oneLine } from '../../shared/network/failure.ts'
import type { Asked } from './challenge.ts'
import { PostgresFailure } from './failure.ts'
import { MAX_SCRAM_ITERATIONS } from './hash.ts'
import { type Destination, Wire } from './wire.ts'

export interface SignIn extends Destination {
  readonly username: string
  readonly password: string
  readonly dbname: string
}

export type Row = Readonly<Record<string, unknown>>

/** One connection, signed in. Every rejection is a `PostgresFailure`. */
export interface Link {
  /** How the server asked for the password. */
  readonly asked: Asked
  /** The process that the greeting named as ours; undefined where it named none. */
  readonly pid: number | undefined
  /** False as soon as the connection is known to be gone; it never comes back. */
  readonly isAlive: boolean
  /** Runs one statement and answers its rows. When `timeoutMs` is over the connection is reset, and stays so. */
  run(
    text: string,
    options: { readonly timeoutMs: number; readonly values?: readonly unknown[] },
  ): Promise<Statement>
  /** Says goodbye and closes. Never rejects. */
  end(): Promise<void>
}

export interface Statement {
  /** The first word of what the server did: `COMMIT`, or `ROLLBACK` where it could not. */
  readonly command: string
  readonly rows: readonly Row[]
}

export interface Attempt {
  /** Settles when the server let us in, or did not. Rejects with a `PostgresFailure`. */
  readonly signedIn: Promise<Link>
  /** How the server has asked so far. */
  readonly asked: Asked
  /** The server took the password, whether or not it gave us a session after that. */
  readonly hasTaken: boolean
  /** Resets the connection at once; resolves when it is gone. A repeat does nothing; never rejects. */
  destroy(): Promise<void>
}

/**
 * Begins to sign in. Nothing comes from the environment: PG* variables, .pgpass and the driver's defaults have no
 * say in where the connection goes, as whom, or how.
 */
export function signIn(to: SignIn, timeoutMs: number): Attempt {
  const wire = new Wire(to)
  const client = new PlainClient(to, wire)
  // A connection that breaks while idle says so here; without a listener that would end the process.
  client.on('error', () => {})
  const closed = new Promise<void>((resolve) => wire.once('close', () => resolve()))
  const timer = setTimeout(
    () => wire.destroy(new PostgresFailure('timeout', `no answer within ${Math.round(timeoutMs)} ms`)),
    timeoutMs,
  )
  const signedIn = client
    .connect()
    .then(() => createLink(client, wire, closed))
    .catch((error: unknown) => {
      wire.destroy()
      throw failureOf(error, wire)
    })
    .finally(() => clearTimeout(timer))
  return {
    signedIn,
    get asked() {
      return wire.challenge.asked
    },
    get hasTaken() {
      return wire.challenge.hasTaken
    },
    destroy() {
      wire.destroy(new PostgresFailure('closed', 'the session was closed'))
      return closed
    },
  }
}

function createLink(client: PlainClient, wire: Wire, closed: Promise<void>): Link {
  return {
    asked: wire.challenge.asked,
    pid: client.pid,
    get isAlive() {
      return !wire.destroyed && wire.readable && wire.writable
    },
    async run(text, { timeoutMs, values }) {
      const timer = setTimeout(
        () => wire.destroy(new PostgresFailure('timeout', `no answer within ${Math.round(timeoutMs)} ms`)),
        timeoutMs,
      )
      try {
        const { command, rows } = await client.query<Row>(text, values && [...values])
        return { command, rows }
      } catch (error) {
        throw failureOf(error, wire)
      } finally {
        clearTimeout(timer)
      }
    },
    async end() {
      // A server that does not close its side is not waited for.
      const timer = setTimeout(() => wire.destroy(), 500)
      client.end().catch(() => {})
      await closed
      clearTimeout(timer)
    },
  }
}

/** The driver, with a startup message that holds exactly what we say. */
class PlainClient extends pg.Client {
  readonly #startup: Readonly<Record<string, string>>

  constructor({ host, port, username, password, dbname }: SignIn, wire: Wire) {
    const config: pg.ClientConfig & { readonly scramMaxIterations: number } = {
      host,
      port,
      user: username,
      password,
      database: dbname,
      ssl: false,
      sslnegotiation: 'postgres',
      stream: () => wire,
      // The driver's own limit of 100,000 would keep out roles of a server that is set to more.
      scramMaxIterations: MAX_SCRAM_ITERATIONS,
    }
    super(config)
    this.#startup = { user: username, database: dbname, application_name: 'quarterturn' }
  }

  /** The driver keeps it for its own way to cancel, and does not say so in its types. */
  get pid(): number | undefined {
    const { processID } = this as { processID?: unknown }
    return typeof processID === 'number' ? processID : undefined
  }

  /** The driver's own adds PGOPTIONS and PGREPLICATION. It asks for UTF-8 by itself. */
  getStartupConf(): Record<string, string> {
    return { ...this.#startup }
  }
}

/** What the driver raised, without the driver. */
function failureOf(error: unknown, wire: Wire): PostgresFailure {
  if (error instanceof PostgresFailure) return error
  if (error instanceof pg.DatabaseError && error.code !== undefined && /^[0-9A-Z]{5}$/.test(error.code))
    return new PostgresFailure('server', oneLine(error.message), error.code)
  // The driver reports some breaks in its own words; the wire knows why.
  if (wire.errored instanceof PostgresFailure) return wire.errored
  if (error instanceof Error && error.message.startsWith('SASL:'))
    return new PostgresFailure('protocol', 'the server does not show that it knows the password')
  return new PostgresFailure('network', 'the connection broke')
}
