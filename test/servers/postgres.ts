import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ServerAccount, serverAccount } from './account.ts'
import {
  findPostgres,
  isUnavailable,
  type PostgresBinaries,
  type PostgresKind,
  type Unavailable,
} from './binaries.ts'
import { type Certificate, createTestCa, type TestCa } from './certificates.ts'
import { createCluster } from './cluster.ts'
import { type Guard, startGuard } from './guard.ts'
import { freePort, parentFolder } from './place.ts'
import { createKeptSql, createSql, reload, type Sql } from './superuser.ts'

export interface PostgresOptions {
  readonly kind: PostgresKind
  /** Lines of pg_hba.conf that come before the default `host all all 127.0.0.1/32 scram-sha-256`. */
  readonly hba?: readonly string[]
  /** Lines of postgresql.conf, as name and value: `{ log_statement: 'all' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: true, with a certificate for `localhost` and `127.0.0.1`. */
  readonly tls?: boolean
  /** Whether the connections of `sql` stay open. Default: false, each call has its own; some tests count sessions. */
  readonly keepsSessions?: boolean
}

/** A real server on a free loopback port, gone with its folder when this process ends. */
export interface PostgresServer {
  readonly kind: PostgresKind
  /** As the server prints it: `18.4`. */
  readonly version: string
  readonly host: 'localhost'
  readonly port: number
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string
  readonly certificates: TestCa
  /** Holds everything of this server; removed by `stop`. */
  readonly folder: string
  readonly dataFolder: string
  /** Who the server runs as, and whether that system account had to be added. */
  readonly account: ServerAccount
  /** Runs statements as superuser, over its own connection, out of the server's log. Answers the rows of the last one. */
  readonly sql: Sql
  /** Everything that the server has logged so far. */
  log(): Promise<string>
  /** Makes the server present another certificate to new connections. */
  useCertificate(certificate: Certificate): Promise<void>
  /** Puts other lines before the defaults of pg_hba.conf; holds for new connections. */
  useHba(lines: readonly string[]): Promise<void>
  /** Changes settings that a reload takes up. */
  useSettings(settings: Readonly<Record<string, string>>): Promise<void>
  /** Stops the server; `immediate` is like a crash. Data and port stay. */
  halt(mode?: 'fast' | 'immediate'): Promise<void>
  /** Halts the server if it runs, and starts it again. */
  restart(mode?: 'fast' | 'immediate'): Promise<void>
  /** Ends the server and removes its folder. A repeat does nothing. */
  stop(): Promise<void>
}

/**
 * Starts a server that asks for SCRAM and offers TLS, on loopback only. Takes about a second, nearly all of it in
 * `initdb`. Answers `{ unavailable }` where the server cannot be had; rejects where it should have started.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer | Unavailable> {
  const found = await findPostgres(options.kind)
  if (isUnavailable(found)) return found
  const account = await serverAccount()
  const guard = await startGuard(
    join(await parentFolder(account), `quarterturn-pg-${randomBytes(6).toString('hex')}`),
  )
  try {
    return await start(options, found, account, guard)
  } catch (error) {
    const log = await readFile(join(guard.folder, 'server.log'), 'utf8').catch(() => '')
    await guard.release()
    throw new Error(`PostgreSQL ${found.version} did not start: ${log.slice(-2000)}`, { cause: error })
  }
}

/** As {@link startPostgres}, for those who cannot go on without the server. */
export async function requirePostgres(options: PostgresOptions): Promise<PostgresServer> {
  const server = await startPostgres(options)
  if (isUnavailable(server)) throw new Error(`no ${options.kind} PostgreSQL here: ${server.unavailable}`)
  return server
}

async function start(
  options: PostgresOptions,
  found: PostgresBinaries,
  account: ServerAccount,
  guard: Guard,
): Promise<PostgresServer> {
  const password = randomBytes(18).toString('base64url')
  const cluster = await createCluster(found, account, guard, password)
  const certificates = await createTestCa()
  let settings: Readonly<Record<string, string>> = {
    ssl: options.tls === false ? 'off' : 'on',
    ...options.settings,
  }
  await cluster.writeCertificate(await certificates.issue())
  await cluster.writeHba(options.hba ?? [])
  await cluster.writeSettings(settings)

  let port = await freePort()
  for (let attempt = 1; !(await cluster.launch(port)); attempt += 1) {
    if (attempt === 5) throw new Error('no free port')
    port = await freePort()
  }
  const sql = (options.keepsSessions === true ? createKeptSql : createSql)(() => port, password)
  let stopped: Promise<void> | undefined
  return {
    kind: options.kind,
    version: found.version,
    host: 'localhost',
    port,
    ca: certificates.pem,
    certificates,
    folder: guard.folder,
    dataFolder: cluster.dataFolder,
    account,
    sql,
    log: () => cluster.log(),
    async useCertificate(certificate) {
      await cluster.writeCertificate(certificate)
      await reload(sql)
    },
    async useHba(lines) {
      await cluster.writeHba(lines)
      await reload(sql)
    },
    async useSettings(more) {
      settings = { ...settings, ...more }
      await cluster.writeSettings(settings)
      await reload(sql)
    },
    halt: (mode = 'fast') => cluster.halt(mode),
    async restart(mode = 'fast') {
      await cluster.halt(mode)
      if (!(await cluster.launch(port))) throw new Error(`port ${port} was taken while the server was down`)
    },
    stop() {
      stopped ??= guard.release().then(() => cluster.close())
      return stopped
    },
  }
}
