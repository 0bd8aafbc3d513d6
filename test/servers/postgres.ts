import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { type ServerAccount, serverAccount } from './account.ts'
import {
  findPostgres,
  isUnavailable,
  type PostgresBinaries,
  type PostgresKind,
  type Unavailable,
} from './binaries.ts'
import { type Certificate, createTestCa, type TestCa } from './certificates.ts'
import { type Guard, guarded, startGuard } from './guard.ts'

export interface PostgresOptions {
  readonly kind: PostgresKind
  /** Lines of pg_hba.conf that come before the default `host all all 127.0.0.1/32 scram-sha-256`. */
  readonly hba?: readonly string[]
  /** Lines of postgresql.conf, as name and value: `{ log_statement: 'all' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: true, with a certificate for `localhost` and `127.0.0.1`. */
  readonly tls?: boolean
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
  sql(
    text: string,
    options?: { readonly database?: string; readonly values?: readonly unknown[] },
  ): Promise<Row[]>
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

export type Row = Readonly<Record<string, unknown>>

const SUPERUSER = 'postgres'

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
  const { folder } = guard
  const dataFolder = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const password = randomBytes(18).toString('base64url')
  const owner = account.kind === 'system' ? account : undefined
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
  const put = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content, { mode: 0o600 })
    if (owner !== undefined) await chown(file, owner.uid, owner.gid)
    return file
  }

  const { initdb, postgres } = await reachable(found, account, folder)
  const log = await open(logFile, 'a', 0o600)
  const run = (endWith: 'INT' | 'KILL', command: readonly [string, ...string[]]) =>
    guarded({ guard, endWith, command, output: log.fd, account: owner && { uid: owner.uid, gid: owner.gid } })

  const passwordFile = await put('superuser', `${password}\n`)
  const init = run('KILL', [
    initdb,
    `--pgdata=${dataFolder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ])
  const [code] = await once(init, 'exit')
  if (code !== 0) throw new Error(`initdb ended with ${code}`)
  await rm(passwordFile)

  const certificates = await createTestCa()
  const useFiles = async ({ cert, key }: Certificate) => {
    await put('server.crt', cert)
    await put('server.key', key)
  }
  await useFiles(await certificates.issue())
  const useHbaFile = (lines: readonly string[]) =>
    put(
      'pg_hba.conf',
      [
        // The superuser of the tests gets in whatever they do to the other lines.
        `host all ${SUPERUSER} 127.0.0.1/32 scram-sha-256`,
        ...lines,
        'host all all 127.0.0.1/32 scram-sha-256',
        '',
      ].join('\n'),
    )
  await useHbaFile(options.hba ?? [])
  const base: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    hba_file: join(folder, 'pg_hba.conf'),
    ssl: options.tls === false ? 'off' : 'on',
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    password_encryption: 'scram-sha-256',
    fsync: 'off',
    shared_buffers: '16MB',
    max_connections: '50',
    logging_collector: 'off',
  }
  let settings = { ...base, ...options.settings }
  const useSettingsFile = () =>
    put(
      'quarterturn.conf',
      Object.entries(settings)
        .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
        .join(''),
    )
  await useSettingsFile()
  await writeFile(join(dataFolder, 'postgresql.conf'), `include '${join(folder, 'quarterturn.conf')}'\n`)

  let child: ChildProcess | undefined
  const launch = async (port: number): Promise<boolean> => {
    const offset = (await stat(logFile)).size
    const started = run('INT', [postgres, '-D', dataFolder, '-p', String(port)])
    const ended = once(started, 'exit').then(() => false)
    const isReady = async () => {
      // After a crash the file of the former server may still be there.
      const lines = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
      return lines[0] === String(started.pid) && /^(ready|standby)\b/.test(lines[7] ?? '')
    }
    while (!(await isReady())) {
      if (!(await Promise.race([ended, pause(10).then(() => true)]))) {
        const why = (await readFile(logFile, 'utf8')).slice(offset)
        if (why.includes('could not bind')) return false
        throw new Error('the server ended while it started')
      }
    }
    started.unref()
    child = started
    return true
  }
  const halt = async (mode: 'fast' | 'immediate' = 'fast') => {
    if (child === undefined) return
    child.ref()
    const ended = once(child, 'exit')
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    child = undefined
    await ended
    await rm(join(folder, 'running.pid'), { force: true })
  }

  let port = await freePort()
  for (let attempt = 1; !(await launch(port)); attempt += 1) {
    if (attempt === 5) throw new Error('no free port')
    port = await freePort()
  }

  const sql: PostgresServer['sql'] = async (text, { database = 'postgres', values } = {}) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: SUPERUSER,
      password,
      database,
      ssl: false,
      application_name: 'quarterturn-test',
      options: '-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1',
    })
    client.on('error', () => {})
    await client.connect()
    try {
      const result = values === undefined ? await client.query(text) : await client.query(text, [...values])
      // Several statements in one text give several results, which the driver's types leave out.
      const last: pg.QueryResult<Row> | undefined = Array.isArray(result) ? result.at(-1) : result
      return last?.rows ?? []
    } finally {
      await client.end()
    }
  }
  const reload = async () => {
    const loadedAt = async () => {
      const [row] = await sql('SELECT pg_conf_load_time()::text AS at')
      return row?.['at']
    }
    const before = await loadedAt()
    await sql('SELECT pg_reload_conf()')
    // The reload is asynchronous; the time that new sessions see changes with it.
    while ((await loadedAt()) === before) await pause(10)
  }
  let stopped: Promise<void> | undefined
  return {
    kind: options.kind,
    version: found.version,
    host: 'localhost',
    get port() {
      return port
    },
    ca: certificates.pem,
    certificates,
    folder,
    dataFolder,
    account,
    sql,
    log: () => readFile(logFile, 'utf8'),
    async useCertificate(certificate) {
      await useFiles(certificate)
      await reload()
    },
    async useHba(lines) {
      await useHbaFile(lines)
      await reload()
    },
    async useSettings(more) {
      settings = { ...settings, ...more }
      await useSettingsFile()
      await reload()
    },
    halt,
    async restart(mode) {
      await halt(mode)
      if (!(await launch(port))) throw new Error(`port ${port} was taken while the server was down`)
    },
    stop() {
      stopped ??= (async () => {
        await guard.release()
        await log.close()
      })()
      return stopped
    },
  }
}

/** The programs, copied into the server's folder where its account cannot reach them: a checkout below /root. */
async function reachable(found: PostgresBinaries, account: ServerAccount, folder: string) {
  if (account.kind === 'own' || (await isOpen(found.postgres))) return found
  const copy = join(folder, 'native')
  await mkdir(copy)
  await cp(found.root, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return {
    initdb: found.initdb.replace(found.root, copy),
    postgres: found.postgres.replace(found.root, copy),
  }
}

async function parentFolder(account: ServerAccount): Promise<string> {
  return account.kind === 'own' || (await isOpen(tmpdir())) ? tmpdir() : '/tmp'
}

/** Whether everybody may pass through every folder up to the root. */
async function isOpen(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no address')
  return address.port
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
