import { afterAll, beforeAll, describe, test } from 'vitest'
import { isUnavailable } from './binaries.ts'
import { type PostgresOptions, type PostgresServer, requirePostgres } from './postgres.ts'
import { findServers } from './required.ts'

const servers = await findServers()

/**
 * Describes the cases once for every listed PostgreSQL, each with a server of its own that lives as long as they do.
 * Where a server cannot be had the cases are one skipped test that says why.
 */
export function describeOnEachPostgres(
  title: string,
  options: Omit<PostgresOptions, 'kind'>,
  cases: (server: () => PostgresServer) => void,
): void {
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
