import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerAccount } from '../account.ts'
import type { Certificate } from '../certificates.ts'
import { type Guard, guarded } from '../guard.ts'
import { isOpen } from '../place.ts'
import type { MysqlBinaries } from './binaries.ts'

/** The account of the tests; it may do everything, and reaches the server by TCP only. */
export const ADMIN = 'quarterturn_tests'

/** The files of one server and the process on them. */
export interface MysqlFiles {
  readonly dataFolder: string
  /** What the server printed: its error log. */
  log(): Promise<string>
  /** Every statement as the server received it, passwords blotted out by the server where it does so. */
  generalLog(): Promise<string>
  writeCertificate(certificate: Certificate, ca: string): Promise<void>
  /** Resolves when the server takes connections: true; false when the port is taken. Rejects when it does not start. */
  launch(port: number, settings: Readonly<Record<string, string>>): Promise<boolean>
  /** Ends the process and waits for that; without one it does nothing. */
  halt(mode: 'fast' | 'immediate'): Promise<void>
  /** After the guard was released. */
  close(): Promise<void>
}

/** Small and careless with the disk: what a test writes need not survive the machine. */
const BASE: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1',
  'innodb-buffer-pool-size': '16M',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-use-native-aio': 'OFF',
  'max-connections': '60',
  'performance-schema': 'OFF',
}

const OF_KIND: Readonly<Record<MysqlBinaries['kind'], Readonly<Record<string, string>>>> = {
  mysql: { mysqlx: 'OFF', 'log-error-verbosity': '3', 'secure-file-priv': 'NULL' },
  mariadb: { 'log-warnings': '4' },
}

/** Makes a data folder inside the guard's: 2 to 5 seconds. Rejects when that fails. */
export async function createMysqlFiles(
  found: MysqlBinaries,
  account: ServerAccount,
  guard: Guard,
  password: string,
): Promise<MysqlFiles> {
  const { folder } = guard
  const dataFolder = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const generalLogFile = join(folder, 'general.log')
  const owner = account.kind === 'system' ? { uid: account.uid, gid: account.gid } : undefined
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
  const put = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content, { mode: 0o600 })
    if (owner !== undefined) await chown(file, owner.uid, owner.gid)
    return file
  }
  const { server, initialise } = await reachable(found, account, folder)
  const log = await open(logFile, 'a', 0o600)
  const run = (endWith: 'TERM' | 'KILL', command: readonly [string, ...string[]]) =>
    guarded({ guard, endWith, command, output: log.fd, account: owner })

  // A MariaDB that starts removes the temporary tables of every other in the same folder, while those still use them.
  const temporary = join(folder, 'tmp')
  await mkdir(temporary)
  if (owner !== undefined) await chown(temporary, owner.uid, owner.gid)
  const folders = [`--datadir=${dataFolder}`, `--tmpdir=${temporary}`]
  const [code] = await once(run('KILL', [...initialise, ...folders]), 'exit')
  if (code !== 0) throw new Error(`the data folder could not be made: ${code}`)
  await put('first.sql', firstStatements(found.kind, password))

  let child: ChildProcess | undefined
  return {
    dataFolder,
    log: () => readFile(logFile, 'utf8'),
    generalLog: () => readFile(generalLogFile, 'utf8').catch(() => ''),
    async writeCertificate({ cert, key }, ca) {
      await put('server.crt', cert)
      await put('server.key', key)
      await put('ca.crt', ca)
    },
    async launch(port, settings) {
      const offset = (await stat(logFile)).size
      const options = {
        ...BASE,
        ...OF_KIND[found.kind],
        ...settings,
        datadir: dataFolder,
        tmpdir: temporary,
        port: String(port),
        socket: join(folder, 'socket'),
        'pid-file': join(folder, 'server.pid'),
        'init-file': join(folder, 'first.sql'),
        'general-log': '1',
        'general-log-file': generalLogFile,
        'ssl-ca': join(folder, 'ca.crt'),
        'ssl-cert': join(folder, 'server.crt'),
        'ssl-key': join(folder, 'server.key'),
      }
      const started = run('TERM', [
        ...server,
        ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ])
      const ended = once(started, 'exit').then(() => false)
      const said = async () => (await readFile(logFile)).subarray(offset).toString('utf8')
      while (!/: ready for connections\./.test(await said())) {
        if (!(await Promise.race([ended, pause(10).then(() => true)]))) {
          if (/Address already in use|Can't start server: Bind/i.test(await said())) return false
          throw new Error('the server ended while it started')
        }
      }
      started.unref()
      child = started
      return true
    },
    async halt(mode) {
      if (child === undefined) return
      child.ref()
      const ended = once(child, 'exit')
      child.kill(mode === 'fast' ? 'SIGTERM' : 'SIGKILL')
      child = undefined
      await ended
      await rm(join(folder, 'running.pid'), { force: true })
    },
    close: () => log.close(),
  }
}

/** Run at every start, before anybody can connect. Anonymous accounts would shadow those of the tests. */
const firstStatements = (kind: MysqlBinaries['kind'], password: string): string =>
  [
    `CREATE USER IF NOT EXISTS '${ADMIN}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO '${ADMIN}'@'127.0.0.1' WITH GRANT OPTION;`,
    ...(kind === 'mariadb' ? [`DELETE FROM mysql.global_priv WHERE User = '';`] : []),
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n')

/** The programs, copied into the server's folder where its account cannot reach them: a cache in a private home. */
async function reachable(
  { server, initialise, root }: MysqlBinaries,
  account: ServerAccount,
  folder: string,
): Promise<Pick<MysqlBinaries, 'server' | 'initialise'>> {
  if (root === undefined || account.kind === 'own' || (await isOpen(root))) return { server, initialise }
  const copy = join(folder, 'native')
  await mkdir(copy)
  await cp(root, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  const moved = ([first, ...rest]: readonly [string, ...string[]]): readonly [string, ...string[]] => [
    first.replace(root, copy),
    ...rest.map((part) => part.replace(root, copy)),
  ]
  return { server: moved(server), initialise: moved(initialise) }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
