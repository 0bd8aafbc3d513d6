import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownerOf } from '../../shared/database/pair.ts'
import { oneLine } from '../../shared/network/failure.ts'
import { QuarterturnError } from '../../shared/provider/index.ts'
import type { Link, Row } from './link.ts'

/** The longest wait for another rotation, and the part of the time left that it may take. */
const MAX_WAIT_MS = 10_000
const PART_OF_TIME_LEFT = 1 / 3

/**
 * The advisory lock of an account, the same for both users of a pair: 64 bits of a hash, since the server knows such locks by number. It holds within
 * one database, so secrets for one account that name different databases do not see each other.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export const lockKey = (account: string): bigint =>
  createHash('sha256')
    .update(`quarterturn:${ownerOf(account)}`, 'utf8')
    .digest()
    .readBigInt64BE(0)

/**
 * Takes the lock for the session, which keeps it until it ends. Waits by asking again, so that a wait ends with this
 * process. Rejects with `TARGET_BUSY` when another holds it for too long.
 */
export async function takeLock(
  link: Link,
  account: string,
  time: { readonly timeLeftMs: () => number; readonly clientMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const end = performance.now() + Math.min(MAX_WAIT_MS, time.timeLeftMs() * PART_OF_TIME_LEFT)
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 500)) {
    const { rows } = await link.run('SELECT pg_try_advisory_lock($1) AS got', {
      timeoutMs: time.clientMs,
      values: [lockKey(account).toString()],
    })
    if (rows[0]?.['got'] === true) return
    const leftMs = end - performance.now()
    if (leftMs <= 0)
      throw new QuarterturnError('TARGET_BUSY', {
        problem: `the lock of this account is held by ${await holderOf(link, account, time.clientMs)}`,
        remedy:
          'wait, the step is repeated; when the holder is no rotation, find out what it is and end it: SELECT pg_terminate_backend(pid)',
      })
    await sleep(Math.min(waitMs, leftMs), undefined, { signal: time.signal })
  }
}

/** Who holds the lock, for people: any role that may enter the database can. Never rejects. */
async function holderOf(link: Link, account: string, timeoutMs: number): Promise<string> {
  const { rows } = await link.run(HOLDERS, { timeoutMs, values: [lockKey(account).toString()] }).catch(
    // Views that were taken from PUBLIC.
    () => ({ rows: [] }),
  )
  return rows.map(nameOf).join(' and ') || 'another session'
}

/** Role and application are words of somebody else, the latter of any client. */
const nameOf = ({ pid, role, application }: Row): string =>
  `pid ${pid} (role ${shown(role)}, application_name ${shown(application)})`

const shown = (name: unknown): string =>
  typeof name === 'string' ? JSON.stringify(oneLine(name)) : 'not visible'

/** Frees the lock early. Behind a pooler the server's session may go on without us. */
export async function freeLock(link: Link, account: string, timeoutMs: number): Promise<void> {
  await link.run('SELECT pg_advisory_unlock($1)', { timeoutMs, values: [lockKey(account).toString()] })
}

/** A condition in SQL on a row of pg_locks: it is the lock, held. `$1` is the key. */
const IS_HELD = `locktype = 'advisory' AND granted AND objsubid = 1
    AND ((classid::bigint << 32) | objid::bigint) = $1::bigint`

/** A condition in SQL: this very session holds the lock. `$1` is the key. */
export const HOLDS_LOCK = `EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND ${IS_HELD})`

/** Several can share it. */
const HOLDERS = `SELECT pid, usename::text AS role, application_name AS application
  FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
  WHERE ${IS_HELD} AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 3`
