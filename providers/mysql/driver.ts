/**
 * What of mysql2 this provider uses. Its own way to TLS is not among it: that compares the certificate with `localhost`
 * when the host is an address. Nor are its `query` and `execute`, which hand statements to whoever listens on a diagnostics
 * channel.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import mysql from 'mysql2'
import { MysqlFailure } from './failure.ts'

export interface Driver {
  stream: Socket | TLSSocket
  readonly config: object
  /** As the greeting names it; null before. */
  readonly threadId: number | null
  readonly packetParser: { execute(chunk: Buffer): void }
  startTLS(secured: (error?: Error) => void): void
  addCommand(command: unknown): unknown
  /** Called by the driver itself when something is wrong; says goodbye to the server and leaves the socket open. */
  close(): void
  on(event: 'connect' | 'error' | 'warn', listener: (value: unknown) => void): void
}

export interface DriverOptions {
  readonly user: string
  readonly password: string
  readonly stream: Socket
  readonly isEncrypted: boolean
}

/** Begins to sign in over a connection that is there. Never connects by itself. */
export function createDriver({ user, password, stream, isEncrypted }: DriverOptions): Driver {
  const options = {
    user,
    password,
    stream,
    // Not false: the driver then asks the server for TLS, and calls `startTLS`, which is ours.
    ...(isEncrypted
      ? { ssl: { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' } }
      : {}),
    flags: ['-LOCAL_FILES', '-MULTI_STATEMENTS', '-PS_MULTI_RESULTS', '-MULTI_RESULTS'],
    charset: 'utf8mb4',
    connectAttributes: { program_name: 'quarterturn' },
    authPlugins: {
      client_ed25519: refuse('ed25519'),
      dialog: refuse('PAM'),
      auth_gssapi_client: refuse('Kerberos'),
    },
    enableCleartextPlugin: false,
    multipleStatements: false,
    enableKeepAlive: false,
    // Our own timer ends what takes too long.
    connectTimeout: 0,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  }
  return mysql.createConnection(options as mysql.ConnectionOptions) as unknown as Driver
}

/** Runs one statement as it is; question marks mean nothing. */
export function runOn(driver: Driver, text: string, answered: (error: unknown, rows: unknown) => void): void {
  const { createQuery } = mysql as unknown as {
    createQuery(options: object, values: undefined, answered: unknown, config: object): unknown
  }
  driver.addCommand(createQuery({ sql: text }, undefined, answered, driver.config))
}

const refuse = (method: string) => () => () => {
  throw new MysqlFailure(
    'refused-by-us',
    `the server wants to sign the account in by ${method}, which this provider does not speak`,
  )
}
