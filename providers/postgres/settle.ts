import type { Budget } from '../../shared/database/budget.ts'
import type { Link } from './link.ts'

/**
 * Makes a fresh session ours: names resolve to the system's own functions whatever `search_path` the role has, a
 * default role (`ALTER ROLE … SET role`) is put down, and the server ends by itself what outlives our time. The
 * idle limits also free the lock when this process is frozen; `idle_session_timeout` exists from version 14.
 */
export async function settle(
  link: Link,
  { statementMs, clientMs }: Budget,
  sessionMs: number,
): Promise<void> {
  const timeoutMs = clientMs
  await link.run('SET search_path = pg_catalog, pg_temp', { timeoutMs })
  await link.run('SET ROLE NONE', { timeoutMs })
  await link.run(
    `SELECT set_config(name, CASE WHEN name LIKE 'idle%' THEN $2 ELSE $1 END, false) FROM pg_settings
     WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')`,
    { timeoutMs, values: [String(statementMs), String(Math.ceil(sessionMs))] },
  )
}
