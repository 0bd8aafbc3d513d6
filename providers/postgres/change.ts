import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Budget } from '../../shared/network/budget.ts'
import { type Applied, QuarterturnError } from '../../shared/provider/index.ts'
import { grantCreateRole, grantPasswords, grantRole } from './alternating/setup.ts'
import type { Asked } from './challenge.ts'
import { PostgresFailure } from './failure.ts'
import { looksHashed, MAX_SCRAM_ITERATIONS, md5Hash, scramVerifier } from './hash.ts'
import type { Link, Row, Statement } from './link.ts'
import { HOLDS_LOCK, lockKey } from './lock.ts'

export interface ChangeOptions {
  /** `verifier`: the password never reaches the server. `plaintext`: for a password policy that must see it; TLS only. */
  readonly passwordForm: 'verifier' | 'plaintext'
  /** `keep`: the kind of hash the account has now. `scram`: always SCRAM. */
  readonly hash: 'keep' | 'scram'
}

export interface Change extends ChangeOptions {
  readonly username: string
  readonly password: string
  readonly isEncrypted: boolean
  /** How the server asked for the password that this one replaces. Default: as in this connection. */
  readonly asked?: Asked
  /** Runs in the transaction before the password is set. Rejects with what it raises. */
  readonly prepare?: (run: Run) => Promise<void>
  /** The role that makes the change, where that is not the role itself. */
  readonly admin?: string
}

/** Runs one statement of the transaction. */
type Run = (text: string, values?: readonly unknown[]) => Promise<Statement>

/**
 * Sets the password of a role in one transaction of the connection that holds the role's lock; a connection that
 * breaks before the commit arrives changes nothing. Setting it again is harmless.
 *
 * Rejects when it cannot say what happened, with `PRIVILEGE_MISSING` when the role may not do this, with
 * `CURRENT_REFUSED` when the role is gone, and with `TARGET_BUSY` when the lock is.
 */
export async function changePassword(link: Link, change: Change, time: Budget): Promise<Applied> {
  const { username } = change
  const run: Run = (text, values) =>
    link.run(text, { timeoutMs: time.clientMs, ...(values === undefined ? {} : { values }) })
  // A role may have default_transaction_read_only for itself; a server that is read-only refuses this.
  await run('BEGIN READ WRITE')
  let isPrepared = change.prepare === undefined
  try {
    const { rows } = await run(
      `SELECT ${HOLDS_LOCK} AS held, current_setting('scram_iterations', true) AS iterations,
         current_setting('password_encryption') AS encryption,
         set_config('statement_timeout', $2, true), set_config('lock_timeout', $3, true)`,
      [lockKey(username).toString(), String(time.statementMs), String(time.lockMs)],
    )
    if (rows[0]?.['held'] !== true)
      throw new QuarterturnError('TARGET_BUSY', {
        problem:
          'the session that changes the password does not hold the lock; a pooler that shares sessions between clients is in the way',
        remedy: 'put the server itself into `host`, not a pooler',
      })
    const kind = kindOfHash(change.asked ?? link.asked, change, rows[0])
    const literal = await storedForm(change, kind, rows[0])
    if (literal === undefined) {
      await run('ROLLBACK')
      return {
        result: 'refused',
        reason: 'the password has the form of a password hash, which the server would store as it is',
      }
    }
    await change.prepare?.(run)
    isPrepared = true
    if (literal === change.password) await quieten(run, kind)
    // By name: under a default role CURRENT_USER would be another.
    await run(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(literal)}`)
  } catch (error) {
    if (link.isAlive) await run('ROLLBACK')
    // Only the password itself is refused for good.
    if (!isPrepared) throw error
    return refusedOrThrow(error, change)
  }
  const { command } = await run('COMMIT')
  if (command !== 'COMMIT') throw new PostgresFailure('protocol', 'the server rolled the change back')
  return { result: 'applied' }
}

type HashKind = 'scram' | 'md5'

/** A client that can only do one kind keeps working. Asked in clear text, nothing shows the kind: the server's default is taken. */
function kindOfHash(asked: Asked, { hash }: Change, row: Row): HashKind {
  if (hash === 'scram') return 'scram'
  if (asked === 'clear-text') return row['encryption'] === 'md5' ? 'md5' : 'scram'
  return asked === 'md5' ? 'md5' : 'scram'
}

async function storedForm(change: Change, kind: HashKind, row: Row): Promise<string | undefined> {
  const { password, username } = change
  if (change.passwordForm === 'plaintext') {
    if (!change.isEncrypted)
      throw new QuarterturnError('CONFIG_INVALID', {
        problem: 'QUARTERTURN_POSTGRES_PASSWORD_FORM is `plaintext` and the secret says `ssl: false`',
        remedy: 'use TLS, or the form `verifier`',
      })
    return looksHashed(password) ? undefined : password
  }
  if (kind === 'md5') return md5Hash(password, username)
  return scramVerifier(password, { salt: randomBytes(16), iterations: iterationsOf(row) })
}

/** https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-SCRAM-ITERATIONS (16 and later) */
function iterationsOf(row: Row): number {
  const iterations = Number(row['iterations'] ?? 4096)
  return Number.isInteger(iterations) && iterations >= 1 ? Math.min(iterations, MAX_SCRAM_ITERATIONS) : 4096
}

/** Keeps the clear password out of the log as far as this role may, and makes the server hash it as we would. */
async function quieten(run: (text: string, values: readonly unknown[]) => Promise<unknown>, kind: HashKind) {
  await run(
    `SELECT set_config('password_encryption', $1, true),
       (SELECT count(set_config(name, value, true))
        FROM (VALUES ('log_statement', 'none'), ('log_min_error_statement', 'panic'), ('log_min_duration_statement', '-1')) AS quiet (name, value)
        WHERE current_setting('is_superuser') = 'on')`,
    [kind === 'md5' ? 'md5' : 'scram-sha-256'],
  )
}

/**
 * What password checks raise: `passwordcheck` 22023, `credcheck` and others the classes of a refused password, hooks
 * of `pg_tle` what their author chose or P0001.
 */
const REFUSED = new Set(['22023', '28P01', '28000', 'P0001'])

function refusedOrThrow(error: unknown, change: Change): Applied {
  if (!(error instanceof PostgresFailure) || error.kind !== 'server') throw error
  if (error.sqlstate === '42501') throw privilegeMissing(error, change)
  // Only the role can be missing from the statement. It signed in a moment ago, and its session lives on without it.
  if (error.sqlstate === '42704')
    throw new QuarterturnError('CURRENT_REFUSED', {
      problem: 'the role was dropped while its password was to be changed (SQLSTATE 42704)',
      remedy:
        'find out who dropped it, create the role again with the password of AWSCURRENT, then rotate again',
    })
  if (!REFUSED.has(error.sqlstate ?? '')) throw error
  const hint =
    change.passwordForm === 'verifier'
      ? '; a check that has to see the password needs QUARTERTURN_POSTGRES_PASSWORD_FORM=plaintext'
      : ''
  return {
    result: 'refused',
    reason: `SQLSTATE ${error.sqlstate}: ${quoted(error.message, change.password)}${hint}`,
  }
}

const MAX_QUOTED = 300

/** The server's own words, without what a check may repeat: the password, and the hash it was given. */
const quoted = (text: string, password: string): string =>
  text
    .replaceAll(password, '[redacted]')
    .replace(/SCRAM-SHA-256\$\S*|md5[0-9a-f]{32}/g, '[redacted]')
    .slice(0, MAX_QUOTED)

export function privilegeMissing(
  error: PostgresFailure,
  { username, admin }: Pick<Change, 'username' | 'admin'>,
): QuarterturnError {
  const role = pg.escapeIdentifier(username)
  if (error.message.includes('rds_password'))
    return new QuarterturnError('PRIVILEGE_MISSING', {
      problem:
        'rds.restrict_password_commands is on, so only members of rds_password change passwords, their own included',
      remedy: `run: ${grantPasswords(admin ?? username)}`,
    })
  if (admin !== undefined)
    return new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `the server does not let the admin ${admin} change the password of ${username} (SQLSTATE 42501)`,
      remedy: `run: ${grantRole(username, admin)} -- before PostgreSQL 16: ${grantCreateRole(admin)}`,
    })
  return new QuarterturnError('PRIVILEGE_MISSING', {
    problem: 'the server does not let the role change its own password (SQLSTATE 42501)',
    remedy: `see which extension or setting restricts it; the statement is ALTER ROLE ${role} PASSWORD '…'`,
  })
}
