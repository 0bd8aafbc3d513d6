import type { Budget } from '../../shared/network/budget.ts'
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
  await link.run(SETTLE, {
    timeoutMs: clientMs,
    values: [String(statementMs), String(Math.ceil(sessionMs))],
  })
}

const set = (name: string, value: string): string => `pg_catalog.set_config('${name}', ${value}, false)`

/** Only words of the language and names with their schema: here the role's own search_path still holds. */
const SETTLE = `SELECT ${set('search_path', "'pg_catalog, pg_temp'")}, ${set('role', "'none'")},
  ${set('statement_timeout', '$1')}, ${set('lock_timeout', '$1')}, ${set('idle_in_transaction_session_timeout', '$2')},
  CASE WHEN pg_catalog.current_setting('idle_session_timeout', true) IS NOT NULL THEN ${set('idle_session_timeout', '$2')} END`
