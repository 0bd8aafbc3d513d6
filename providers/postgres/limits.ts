import pg from 'pg'
import type { Check } from '../../shared/provider/index.ts'
import { PostgresFailure } from './failure.ts'
import type { Link } from './link.ts'

/** The one that holds the lock and changes the password, and the one that proves it meanwhile. */
const SESSIONS_NEEDED = 2

/** A server lets a superuser in whatever these limits say. Below zero there is none. */
const LIMITS = `
  SELECT 'ROLE' AS kind, rolname::text AS name, rolconnlimit AS most
  FROM pg_roles WHERE rolname = $1 AND rolconnlimit >= 0 AND NOT rolsuper
  UNION ALL
  SELECT 'DATABASE', datname::text, datconnlimit
  FROM pg_database, pg_roles
  WHERE datname = current_database() AND datconnlimit >= 0 AND rolname = $1 AND NOT rolsuper`

/**
 * Everybody sees whose session is in which database, and only their own role's `backend_type`. The server's own
 * processes have no role or are of another type; a parallel worker of another role cannot be told from a session.
 */
const SESSIONS = `
  SELECT count(*) FILTER (WHERE usename = $1)::int AS "ROLE",
    count(*) FILTER (WHERE datname = current_database())::int AS "DATABASE"
  FROM pg_stat_activity
  WHERE usesysid IS NOT NULL AND pid <> pg_backend_pid()
    AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender')`

/**
 * The connection limits of the role and its database that leave fewer sessions than a rotation needs, each with the
 * statement that makes room beside the sessions there are. This one does not count: it ends before the rotation begins.
 */
export async function limitsInTheWay(
  link: Link,
  username: string,
  timeoutMs: number,
): Promise<Check['missing'][number][]> {
  const { rows: limits } = await link.run(LIMITS, { timeoutMs, values: [username] })
  if (limits.length === 0) return []
  const others = await otherSessions(link, username, timeoutMs)
  return limits.flatMap(({ kind, name, most }) => {
    const used = Number(others[String(kind)] ?? 0)
    if (Number(most) - used >= SESSIONS_NEEDED) return []
    return {
      privilege: `a rotation needs two free sessions: the ${String(kind).toLowerCase()} has CONNECTION LIMIT ${most}, and ${used} are in use`,
      remedy: `ALTER ${kind} ${pg.escapeIdentifier(String(name))} CONNECTION LIMIT ${used + SESSIONS_NEEDED};`,
    }
  })
}

/** Without a right to see sessions none is counted, so that only a limit that is too low by itself is found. */
async function otherSessions(link: Link, username: string, timeoutMs: number) {
  try {
    return (await link.run(SESSIONS, { timeoutMs, values: [username] })).rows[0] ?? {}
  } catch (error) {
    if (error instanceof PostgresFailure && error.sqlstate === '42501') return {}
    throw error
  }
}
