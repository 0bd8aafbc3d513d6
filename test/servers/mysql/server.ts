import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ServerAccount, serverAccount } from '../account.ts'
import { isUnavailable, type Unavailable } from '../binaries.ts'
import { type Certificate, createTestCa, type TestCa } from '../certificates.ts'
import { type Guard, startGuard } from '../guard.ts'
import { freePort, parentFolder } from '../place.ts'
import { findMysql, type MysqlBinaries, type MysqlKind } from './binaries.ts'
import { createMysqlFiles } from './files.ts'
import { createSqlAccess, type Hold, type Sql } from './sql.ts'

export interface MysqlOptions {
  readonly kind: MysqlKind
  /** Options of the server, without dashes: `{ 'log-bin': 'binlog' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A real MySQL or MariaDB on a free loopback port, gone with its folder when this process ends. */
export interface MysqlServer {
  readonly kind: MysqlKind
  /** As the server prints it: `9.7.4`. */
  readonly version: string
  readonly host: 'localhost'
  readonly port: number
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string
  readonly certificates: TestCa
  /** Holds everything of this server; removed by `stop`. */
  readonly folder: string
  readonly dataFolder: string
  /** Who the server runs as. */
  readonly account: ServerAccount
  /** Runs one statement as an account that may do everything. */
  readonly sql: Sql
  /** Runs statements as that account in a session that stays until the answer is called. */
  readonly hold: Hold
  /** Of that account, for a process of its own. */
  readonly password: string
  /** The server's error log so far. */
  log(): Promise<string>
  /** Every statement so far, as the server logs it. */
  generalLog(): Promise<string>
  /** Makes the server present another certificate to new connections. */
  useCertificate(certificate: Certificate): Promise<void>
  /** Stops the server; `immediate` is like a crash. Data and port stay. */
  halt(mode?: 'fast' | 'immediate'): Promise<void>
  /** Halts the server if it runs, and starts it again. */
  restart(mode?: 'fast' | 'immediate'): Promise<void>
  /** Ends the server and removes its folder. A repeat does nothing. */
  stop(): Promise<void>
}

/**
 * Starts a server with TLS, on loopback only: MariaDB in about 3 seconds, MySQL in 6, mostly for its data folder.
 * Answers `{ unavailable }` where the server cannot be had; rejects where it should have started.
 */
export async function startMysql(options: MysqlOptions): Promise<MysqlServer | Unavailable> {
  const found = await findMysql(options.kind)
  if (isUnavailable(found)) return found
  const account = await serverAccount()
  const guard = await startGuard(
    join(await parentFolder(account), `quarterturn-my-${randomBytes(6).toString('hex')}`),
  )
  try {
    return await start(options, found, account, guard)
  } catch (error) {
    const log = await readFile(join(guard.folder, 'server.log'), 'utf8').catch(() => '')
    await guard.release()
    throw new Error(`${options.kind} ${found.version} did not start: ${log.slice(-2000)}`, { cause: error })
  }
}

/** As {@link startMysql}, for those who cannot go on without the server. */
export async function requireMysql(options: MysqlOptions): Promise<MysqlServer> {
  const server = await startMysql(options)
  if (isUnavailable(server)) throw new Error(`no ${options.kind} here: ${server.unavailable}`)
  return server
}

async function start(
  { kind, settings = {} }: MysqlOptions,
  found: MysqlBinaries,
  account: ServerAccount,
  guard: Guard,
): Promise<MysqlServer> {
  const password = randomBytes(18).toString('base64url')
  const files = await createMysqlFiles(found, account, guard, password)
  const certificates = await createTestCa()
  await files.writeCertificate(await certificates.issue(), certificates.pem)

  let port = await freePort()
  for (let attempt = 1; !(await files.launch(port, settings)); attempt += 1) {
    if (attempt === 5) throw new Error('no free port')
    port = await freePort()
  }
  const { sql, hold, forget } = createSqlAccess({ port: () => port, ca: certificates.pem, password })
  let stopped: Promise<void> | undefined
  return {
    kind,
    version: found.version,
    host: 'localhost',
    port,
    ca: certificates.pem,
    certificates,
    folder: guard.folder,
    dataFolder: files.dataFolder,
    account,
    sql,
    hold,
    password,
    log: () => files.log(),
    generalLog: () => files.generalLog(),
    async useCertificate(certificate) {
      await files.writeCertificate(certificate, certificates.pem)
      await sql(kind === 'mysql' ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL')
    },
    halt(mode = 'fast') {
      forget()
      return files.halt(mode)
    },
    async restart(mode = 'fast') {
      forget()
      await files.halt(mode)
      if (!(await files.launch(port, settings)))
        throw new Error(`port ${port} was taken while the server was down`)
    },
    stop() {
      forget()
      stopped ??= guard.release().then(() => files.close())
      return stopped
    },
  }
}
