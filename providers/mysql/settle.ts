import type { Budget } from '../../shared/network/budget.ts'
import type { Link } from './link.ts'
import type { Server } from './server.ts'

/**
 * Makes a fresh session ours: literals are read in one way whatever the server's `sql_mode`, granted roles are active (Aurora
 * leaves its own inactive), and the server ends by itself what outlives our time. `wait_timeout` also frees the lock when
 * this process is frozen.
 */
export async function settle(
  link: Link,
  { isMariaDb }: Server,
  { statementMs, lockMs, clientMs }: Budget,
  sessionMs: number,
): Promise<void> {
  const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))
  await link.run(
    [
      `SET SESSION sql_mode = ''`,
      `lock_wait_timeout = ${seconds(lockMs)}`,
      `innodb_lock_wait_timeout = ${seconds(lockMs)}`,
      `wait_timeout = ${seconds(sessionMs)}`,
      isMariaDb ? `max_statement_time = ${statementMs / 1000}` : `max_execution_time = ${statementMs}`,
    ].join(', '),
    clientMs,
  )
  if (!isMariaDb) await link.run('SET ROLE ALL', clientMs)
}
