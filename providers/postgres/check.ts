import pg from 'pg'
import { pooledAdmin } from '../../shared/database/refusal.ts'
import { type Check, QuarterturnError } from '../../shared/provider/index.ts'
import { marksIn } from './alternating/mark.ts'
import { limitsInTheWay } from './limits.ts'
import type { Link, Row } from './link.ts'

const NOTICE_DAYS = 30

/** Whether the role can change its own password here. Reads only; rejects with `TARGET_READ_ONLY` at a replica. */
export async function checkTarget(
  link: Link,
  username: string,
  mark: string,
  timeoutMs: number,
): Promise<Check> {
  await refuseReadOnly(link, timeoutMs)
  const { rows } = await link.run(
    `SELECT rolsuper AS superuser, rolreplication AS replication, shobj_description(oid, 'pg_authid') AS comment,
       CASE WHEN isfinite(rolvaliduntil) THEN extract(epoch FROM rolvaliduntil - now())::float8 / 86400 END AS days,
       current_setting('rds.restrict_password_commands', true) AS restricted,
       CASE WHEN to_regrole('rds_password') IS NULL THEN false
            ELSE pg_has_role(session_user, to_regrole('rds_password')::oid, 'MEMBER') END AS member
     FROM pg_roles WHERE rolname = $1`,
    { timeoutMs, values: [username] },
  )
  const row = rows[0]
  if (row === undefined)
    return {
      possible: false,
      missing: [
        {
          privilege: 'the role that signed in is not in pg_roles',
          remedy: 'put the server itself into `host`',
        },
      ],
    }
  if (marksIn(row['comment']).some((one) => one !== mark))
    return {
      possible: false,
      code: 'ACCOUNT_SHARED',
      missing: [
        {
          privilege: `the comment of ${username} has the mark of another secret, and two secrets must not share a user`,
          remedy: `delete one of the secrets; if the other is gone already, take its mark away: COMMENT ON ROLE ${pg.escapeIdentifier(username)} IS NULL;`,
        },
      ],
    }
  const isRestricted = ['on', '1', 'true'].includes(String(row['restricted'])) && row['member'] !== true
  const missing = await limitsInTheWay(link, username, timeoutMs)
  if (isRestricted)
    missing.unshift({
      privilege: 'rds.restrict_password_commands is on and the role is not a member of rds_password',
      remedy: `GRANT rds_password TO ${pg.escapeIdentifier(username)};`,
    })
  return { possible: missing.length === 0, missing, notes: notesOf(link, row) }
}

/**
 * Rejects where somebody stands between us and the server: the process that answers is then another one than the server
 * named in its greeting. A pooler keeps passwords of its own and shares the session that holds the lock.
 */
export async function refusePooler(link: Link, timeoutMs: number): Promise<void> {
  const { rows } = await link.run('SELECT pg_backend_pid() AS pid', { timeoutMs })
  if (rows[0]?.['pid'] !== link.pid) throw pooledAdmin('PgBouncer or RDS Proxy')
}

/**
 * Rejects with `TARGET_READ_ONLY` where no change is possible. A role or database may have
 * `default_transaction_read_only` of its own, as an application's safety catch; only the server's counts.
 */
export async function refuseReadOnly(link: Link, timeoutMs: number): Promise<void> {
  const { rows } = await link.run(
    `SELECT pg_is_in_recovery() AS recovering, setting = 'on' AND source NOT IN ('database', 'user', 'database user') AS off
     FROM pg_settings WHERE name = 'default_transaction_read_only'`,
    { timeoutMs },
  )
  if (rows[0]?.['recovering'] !== false)
    throw new QuarterturnError('TARGET_READ_ONLY', { problem: '`host` is a replica or a reader endpoint' })
  if (rows[0]['off'] !== false)
    throw new QuarterturnError('TARGET_READ_ONLY', {
      problem: 'the server is set to default_transaction_read_only',
      remedy: 'find out why it is read-only (a full disk, a switchover), and turn that off',
    })
}

function notesOf(link: Link, row: Row): string[] {
  const notes: string[] = []
  const days = row['days']
  if (typeof days === 'number' && days < NOTICE_DAYS)
    notes.push(
      `VALID UNTIL of the role ends in ${Math.max(0, Math.floor(days))} days; a rotation does not move it: ALTER ROLE … VALID UNTIL 'infinity'`,
    )
  if (row['superuser'] === true) notes.push('the role is a superuser; an application rarely needs that')
  if (row['replication'] === true)
    notes.push('the role has REPLICATION; replicas that sign in with it must follow')
  if (link.asked === 'md5')
    notes.push(
      'the password is kept as an md5 hash, which PostgreSQL is giving up; QUARTERTURN_POSTGRES_HASH=scram replaces it',
    )
  if (link.asked === 'clear-text')
    notes.push(
      'the server asks for the password itself, over TLS; when it checks against LDAP, PAM or RDS IAM, changing the password of the role has no effect',
    )
  return notes
}
