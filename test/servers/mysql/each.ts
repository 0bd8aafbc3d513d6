import { afterAll, beforeAll, describe, test } from 'vitest'
import { isUnavailable } from '../binaries.ts'
import type { MysqlKind } from './binaries.ts'
import { findMysqlServers } from './required.ts'
import { type MysqlOptions, type MysqlServer, requireMysql } from './server.ts'

const servers = await findMysqlServers()

/**
 * Describes the cases once for MySQL and once for MariaDB, each with a server of its own that lives as long as they do.
 * Where a server cannot be had the cases are one skipped test that says why.
 */
export function describeOnEachMysql(
  title: string,
  options: Omit<MysqlOptions, 'kind'> & { readonly kinds?: readonly MysqlKind[] },
  cases: (server: () => MysqlServer, kind: MysqlKind) => void,
): void {
  const { kinds, ...rest } = options
  for (const found of servers.filter(({ kind }) => kinds?.includes(kind) ?? true)) {
    if (isUnavailable(found)) {
      test.skip(`${title}, on ${found.name}: ${found.unavailable}`, () => {})
      continue
    }
    describe(`${title}, on ${found.kind === 'mysql' ? 'MySQL' : 'MariaDB'} ${found.version}`, () => {
      let running: MysqlServer | undefined
      beforeAll(async () => {
        running = await requireMysql({ ...rest, kind: found.kind })
      })
      afterAll(() => running?.stop())
      cases(() => {
        if (running === undefined) throw new Error('the server is there only while the cases run')
        return running
      }, found.kind)
    })
  }
}
