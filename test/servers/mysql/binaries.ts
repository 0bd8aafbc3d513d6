import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isUnavailable, type Unavailable } from '../binaries.ts'

const run = promisify(execFile)

/** `mysql`: what scripts/install-mysql.sh unpacked. `mariadb`: the distribution's. */
export type MysqlKind = 'mysql' | 'mariadb'

export interface MysqlBinaries {
  readonly kind: MysqlKind
  /** The server with the arguments that it always needs. */
  readonly server: readonly [string, ...string[]]
  /** What makes a data folder; followed by `--datadir=…`. */
  readonly initialise: readonly [string, ...string[]]
  /** The folder that must be reachable for the server's account; undefined: the system's own. */
  readonly root: string | undefined
  /** As the server prints it: `9.7.4`, `10.11.19`. */
  readonly version: string
}

export async function findMysql(kind: MysqlKind): Promise<MysqlBinaries | Unavailable> {
  const place = kind === 'mysql' ? await unpacked() : await distribution()
  if (isUnavailable(place)) return place
  try {
    const [command, ...args] = place.server
    const { stdout } = await run(command, [...args, '--version'])
    const version = /Ver (\d+(?:\.\d+)+)/.exec(stdout)?.[1]
    return version === undefined
      ? { unavailable: `${command} does not say its version` }
      : { ...place, version }
  } catch {
    return { unavailable: `${place.server.join(' ')} does not run on this machine` }
  }
}

type Place = Omit<MysqlBinaries, 'version'>

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined

async function unpacked(): Promise<Place | Unavailable> {
  const root = process.env['QUARTERTURN_MYSQL'] ?? (await defaultRoot())
  const daemon = join(root, 'usr/sbin/mysqld')
  if (!(await isThere(daemon)))
    return { unavailable: `no MySQL in ${root}; on Debian: scripts/install-mysql.sh` }
  // The packages are of another release than the system's, so they run on their own loader and libraries.
  const server: Place['server'] = [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    join(root, 'usr/lib/x86_64-linux-gnu'),
    daemon,
    '--no-defaults',
    `--basedir=${join(root, 'usr')}`,
    `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
    `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
  ]
  return { kind: 'mysql', root, server, initialise: [...server, '--initialize-insecure'] }
}

async function defaultRoot(): Promise<string> {
  const shared = '/opt/quarterturn/mysql'
  if (await isThere(shared)) return shared
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'quarterturn/mysql')
}

async function distribution(): Promise<Place | Unavailable> {
  const daemon = '/usr/sbin/mariadbd'
  // Debian has these in three packages.
  for (const file of [daemon, '/usr/bin/my_print_defaults', '/usr/lib/mysql/plugin/simple_password_check.so'])
    if (!(await isThere(file)))
      return { unavailable: `no ${file}; on Debian: apt-get install mariadb-server` }
  return {
    kind: 'mariadb',
    root: undefined,
    server: [daemon, '--no-defaults'],
    initialise: [
      '/usr/bin/mariadb-install-db',
      '--no-defaults',
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
  }
}
