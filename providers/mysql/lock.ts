import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownerOf } from '../../shared/database/pair.ts'
import { QuarterturnError } from '../../shared/provider/index.ts'
import type { Link } from './link.ts'
import { literal } from './quote.ts'

/** The longest wait for another rotation, and the part of the time left that it may take. */
const MAX_WAIT_MS = 10_000
const PART_OF_TIME_LEFT = 1 / 3

/**
 * The name of an account's lock, by its user alone: rows for several hosts are one lock, and so are both users of a pair.
 * Names of locks hold for the whole server and have up to 64 characters.
 *
 * @see https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
 */
export const lockName = (user: string): string =>
  `quarterturn:${createHash('sha256').update(ownerOf(user), 'utf8').digest('hex').slice(0, 48)}`

/**
 * Takes the lock for the session, which keeps it until it ends. Waits by asking again, so that a wait ends with this
 * process. Rejects with `TARGET_BUSY` when another holds it for too long.
 */
export async function takeLock(
  link: Link,
  user: string,
  time: { readonly timeLeftMs: () => number; readonly clientMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const name = literal(lockName(user))
  const end = performance.now() + Math.min(MAX_WAIT_MS, time.timeLeftMs() * PART_OF_TIME_LEFT)
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 500)) {
    const [row] = await link.run(
      `SELECT GET_LOCK(${name}, 0) AS got, IS_USED_LOCK(${name}) AS holder`,
      time.clientMs,
    )
    if (Number(row?.['got']) === 1) return
    const leftMs = end - performance.now()
    if (leftMs <= 0) {
      const holder = row?.['holder']
      throw new QuarterturnError('TARGET_BUSY', {
        problem: `the lock of this account is held by ${holder === null || holder === undefined ? 'another session' : `connection ${Number(holder)}`}`,
        remedy:
          'wait, the step is repeated; when the holder is no rotation, find out what it is (SHOW PROCESSLIST) and end it: KILL id',
      })
    }
    await sleep(Math.min(waitMs, leftMs), undefined, { signal: time.signal })
  }
}

/** Rejects with `TARGET_BUSY` unless this very session holds the lock: a proxy may share sessions between clients. */
export async function requireLock(link: Link, user: string, timeoutMs: number): Promise<void> {
  const [row] = await link.run(
    `SELECT IS_USED_LOCK(${literal(lockName(user))}) = CONNECTION_ID() AS held`,
    timeoutMs,
  )
  if (Number(row?.['held']) !== 1)
    throw new QuarterturnError('TARGET_BUSY', {
      problem:
        'the session that changes the password does not hold the lock; a proxy that shares sessions between clients is in the way',
      remedy: 'put the server itself into `host`, not a proxy',
    })
}

/** Frees the lock early. */
export async function freeLock(link: Link, user: string, timeoutMs: number): Promise<void> {
  await link.run(`SELECT RELEASE_LOCK(${literal(lockName(user))})`, timeoutMs)
}
