import { afterAll, beforeAll, describe, test } from 'vitest'
import { isUnavailable } from './binaries.ts'
import { type PostgresOptions, type PostgresServer, requirePostgres } from './postgres.ts'
import { type FoundServer, findServers, OLDER_SERVERS, POSTGRES_SERVERS } from './required.ts'

const usual = await findServers(POSTGRES_SERVERS)
const older = await findServers(OLDER_SERVERS)

type Options = Omit<PostgresOptions, 'kind'>
type Cases = (server: () => PostgresServer) => void

/**
 * Describes the cases once for the newest PostgreSQL and once for the distribution's, each with a server of its own that
 * lives as long as they do. Where a server cannot be had the cases are one skipped test that says why.
 */
export const describeOnEachPostgres = (title: string, options: Options, cases: Cases): void =>
  describeOn(usual, title, options, cases)

/** As {@link describeOnEachPostgres}, on the newest alone: for what no version does differently. */
export const describeOnNewestPostgres = (title: string, options: Options, cases: Cases): void =>
  describeOn(usual.slice(0, 1), title, options, cases)

/** As {@link describeOnEachPostgres}, on every version that is served: for what versions do differently. */
export const describeOnEveryVersion = (title: string, options: Options, cases: Cases): void =>
  describeOn([...usual, ...older], title, options, cases)

/** As {@link describeOnEachPostgres}, on the versions that the other tests do not run against. */
export const describeOnOlderVersions = (title: string, options: Options, cases: Cases): void =>
  describeOn(older, title, options, cases)

function describeOn(servers: readonly FoundServer[], title: string, options: Options, cases: Cases): void {
  for (const found of servers) {
    if (isUnavailable(found)) {
      test.skip(`${title}, on ${found.name}: ${found.unavailable}`, () => {})
      continue
    }
    describe(`${title}, on PostgreSQL ${found.version}`, () => {
      let running: PostgresServer | undefined
      beforeAll(async () => {
        running = await requirePostgres({ ...options, kind: found.kind })
      })
      afterAll(() => running?.stop())
      cases(() => {
        if (running === undefined) throw new Error('the server is there only while the cases run')
        return running
      })
    })
  }
}
