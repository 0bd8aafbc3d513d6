import pg from 'pg'
import { signInError } from '../../../shared/database/refusal.ts'
import type { Budget } from '../../../shared/network/budget.ts'
import { QuarterturnError, type Retired } from '../../../shared/provider/index.ts'
import { PostgresFailure } from '../failure.ts'
import type { Attempt, Link } from '../link.ts'
import { HOLDS_LOCK, lockKey } from '../lock.ts'
import type { PostgresSecret } from '../schema.ts'
import { inTransaction } from '../transaction.ts'
import { NOT_ASKED, verdictOf } from '../verdict.ts'

export interface Retirement {
  readonly gone: PostgresSecret
  readonly keep: PostgresSecret
  /** A sign-in with the credential that goes. */
  readonly attempt: () => Attempt
  readonly drop: (attempt: Attempt) => Promise<void>
}

/**
 * Takes the password from the user, so that nobody signs in as it with one; the role, its rights and its open sessions
 * stay, and the next rotation gives it a password again. Only when the credential is the one in force, as a sign-in shows:
 * a newer password is never taken. Called with the pair's lock.
 */
export async function retireUser(
  link: Link,
  { gone, keep, attempt, drop }: Retirement,
  time: Budget,
): Promise<Retired> {
  if (gone.username === keep.username)
    return { result: 'cannot', reason: 'it is the user of the credential that is to be kept' }
  const trial = attempt()
  const isInForce = await trial.signedIn
    .then(
      (session) => {
        if (session.asked === 'nothing') throw signInError(NOT_ASKED, 'previous')
        return true
      },
      (error: unknown) => isInForceBy(error, trial),
    )
    .finally(() => drop(trial))
  if (!isInForce) return { result: 'already' }
  await inTransaction(link, time, async (ask) => {
    const [row] = await ask(`SELECT ${HOLDS_LOCK} AS held`, [lockKey(gone.username).toString()])
    if (row?.['held'] !== true)
      throw new QuarterturnError('TARGET_BUSY', { problem: 'the lock of the pair was lost' })
    await ask(`ALTER ROLE ${pg.escapeIdentifier(gone.username)} PASSWORD NULL`)
  })
  return { result: 'retired' }
}

/** A role that may not sign in for another reason has its password taken all the same, when that was right. */
function isInForceBy(error: unknown, attempt: Attempt): boolean {
  if (!(error instanceof PostgresFailure)) throw error
  if (attempt.hasTaken) return true
  const verdict = verdictOf(error, attempt)
  if (verdict.verdict === 'rejected') return false
  throw signInError(verdict, 'previous')
}
