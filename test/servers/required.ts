import { findPostgres, isUnavailable, type PostgresKind, type Unavailable } from './binaries.ts'
import { findMysqlServers } from './mysql/required.ts'

/** The servers that the tests run against. A line here is a claim of the README. */
export interface ListedServer {
  readonly name: string
  readonly kind: PostgresKind
}

export const POSTGRES_SERVERS: readonly ListedServer[] = [
  { name: 'PostgreSQL 18 (dev dependency)', kind: 'embedded' },
  { name: 'PostgreSQL of the distribution', kind: 'debian' },
]

export type FoundServer = ListedServer & ({ readonly version: string } | Unavailable)

/** Every listed server with its version, or with the reason why it cannot be had here. */
export const findServers = (): Promise<readonly FoundServer[]> =>
  Promise.all(
    POSTGRES_SERVERS.map(async (listed) => {
      const found = await findPostgres(listed.kind)
      return isUnavailable(found) ? { ...listed, ...found } : { ...listed, version: found.version }
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
