import { findPostgres, isUnavailable, type PostgresKind, type Unavailable } from './binaries.ts'
import { findMysqlServers } from './mysql/required.ts'

/** A server that tests run against. A line here is a claim of the README. */
export interface ListedServer {
  readonly name: string
  readonly kind: PostgresKind
}

/** The servers of every test. */
export const POSTGRES_SERVERS: readonly ListedServer[] = [
  { name: 'PostgreSQL 18 (dev dependency)', kind: 'embedded' },
  { name: 'PostgreSQL of the distribution', kind: 'debian' },
]

/** The servers of what differs between versions, beside those. */
export const OLDER_SERVERS: readonly ListedServer[] = [
  { name: 'PostgreSQL 13', kind: '13' },
  { name: 'PostgreSQL 14', kind: '14' },
  { name: 'PostgreSQL 16', kind: '16' },
  { name: 'PostgreSQL 17', kind: '17' },
]

export type FoundServer = ListedServer & ({ readonly version: string } | Unavailable)

/** The servers with their versions, or with the reason why one cannot be had here. Default: all there are. */
export const findServers = (
  listed: readonly ListedServer[] = [...POSTGRES_SERVERS, ...OLDER_SERVERS],
): Promise<readonly FoundServer[]> =>
  Promise.all(
    listed.map(async (server) => {
      const found = await findPostgres(server.kind)
      return isUnavailable(found) ? { ...server, ...found } : { ...server, version: found.version }
    }),
  )

export interface MissingServer {
  readonly name: string
  readonly reason: string
}

/** What the run could not be tested against. */
export const missingServers = async (): Promise<readonly MissingServer[]> =>
  [...(await findServers()), ...(await findMysqlServers())].flatMap((server) =>
    isUnavailable(server) ? [{ name: server.name, reason: server.unavailable }] : [],
  )

/** Whether a missing server is a failure, as it is in `.ci/run`. */
export const requiresAllServers = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['QUARTERTURN_REQUIRE_SERVERS'] === 'all'
