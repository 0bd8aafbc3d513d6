/** What has to be true of the pair before one of its users gets a password, made so in the same transaction. */
import pg from 'pg'
import type { Difference } from '../../../shared/database/difference.ts'
import { errorOf } from '../../../shared/database/ours.ts'
import type { Pair } from '../../../shared/database/pair.ts'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import { PostgresFailure } from '../failure.ts'
import type { Ask } from './ask.ts'
import { differencesOf, reassign } from './differences.ts'
import { likenessOf } from './likeness.ts'
import { refusedPair, whoseRoles } from './ours.ts'
import { gone } from './pair.ts'
import { type Standing, standingOf } from './standing.ts'

export interface Preparation {
  readonly pair: Pair
  readonly current: string
  readonly mark: string
  readonly isProven: () => Promise<boolean>
  readonly reassigns: boolean
}

/**
 * Inside a transaction of the connection that holds the lock: makes the clone where there is none, or takes over one that
 * was proven, and brings it in line with the owner. Rejects with `ACCOUNT_NOT_OURS`, `ACCOUNT_REFUSED` or `ACCOUNT_SHARED` before anything is touched.
 */
export async function preparePair(ask: Ask, preparation: Preparation): Promise<void> {
  const { pair, mark, reassigns } = preparation
  let standing = await standingOf(ask, pair)
  await refuseOthers(standing, preparation)
  if (standing.owner === undefined) throw gone(pair.owner)
  // A clone of ours is compared later, and what is repaired then is named.
  if (standing.clone?.marks.includes(mark)) return
  if (standing.clone === undefined) {
    // It has no password until everything else is right.
    await ask(`CREATE ROLE ${pg.escapeIdentifier(pair.clone)} LOGIN`)
    standing = await standingOf(ask, pair)
  } else if (reassigns && ownsHere(standing)) {
    // Before the clone begins to act as the owner.
    await giveToOwner(ask, pair)
  }
  const { add, remove } = likenessOf(standing, mark)
  await carryOut(ask, [...add, ...remove])
}

async function refuseOthers(
  standing: Standing,
  { pair, current, mark, isProven }: Preparation,
): Promise<void> {
  const verdict = whoseRoles(standing, mark, false)
  if (verdict === 'ours' || (verdict === 'unproven' && (await isProven()))) return
  throw errorOf(refusedPair(verdict, pair, { current, mark, comment: standing.clone?.comment }))
}

const ownsHere = ({ ownedByClone, database }: Standing): boolean =>
  ownedByClone.some((one) => one.database === database)

/** Adds what is missing, then removes what is too much, in one transaction that is begun and ended elsewhere. */
export async function repairPair(
  ask: Ask,
  { pair, mark, reassigns }: Pick<Preparation, 'pair' | 'mark' | 'reassigns'>,
): Promise<void> {
  const standing = await standingOf(ask, pair)
  const { add, remove, spare } = await differencesOf(ask, standing, mark)
  if (reassigns && ownsHere(standing)) await giveToOwner(ask, pair)
  await carryOut(ask, [...add, ...remove, ...spare])
}

/** One that may fail for want of a privilege is tried by itself; the comparison tells afterwards what is left. */
async function carryOut(ask: Ask, differences: readonly Difference[]): Promise<void> {
  for (const { text, statement, isGuarded } of differences) {
    if (isGuarded !== true) {
      await ask(statement).catch((error: unknown) => {
        throw explained(error, text)
      })
      continue
    }
    await ask('SAVEPOINT one')
    try {
      await ask(statement)
      await ask('RELEASE SAVEPOINT one')
    } catch (error) {
      if (!(error instanceof PostgresFailure) || error.kind !== 'server') throw error
      await ask('ROLLBACK TO SAVEPOINT one')
    }
  }
}

function explained(error: unknown, text: string): unknown {
  if (!(error instanceof PostgresFailure) || error.sqlstate !== '42501') return error
  return new QuarterturnError('PRIVILEGE_MISSING', {
    problem: `${text}, and the server does not let the admin change that: ${error.message}`,
    remedy: 'run the test rotation (`RotateImmediately=false`), which names what the admin lacks',
  })
}

/** Objects change hands by who has the rights of both; the admin lends itself what it has not, for this transaction. */
async function giveToOwner(ask: Ask, { owner, clone }: Pair): Promise<void> {
  const [names] = await ask(
    'SELECT quote_ident(session_user) AS admin, quote_ident(current_database()) AS database',
  )
  const { admin, database } = names ?? {}
  const rows = await ask(
    `SELECT rolname::text AS role FROM pg_roles
     WHERE rolname = ANY ($1) AND NOT pg_has_role(session_user, oid, 'USAGE')`,
    [[owner, clone]],
  )
  const lent = rows.map(({ role }) => pg.escapeIdentifier(String(role)))
  for (const role of lent) await ask(`GRANT ${role} TO ${admin}`)
  const statement = reassign({ owner: pg.escapeIdentifier(owner), clone: pg.escapeIdentifier(clone) })
  try {
    await ask(statement)
  } catch (error) {
    if (!(error instanceof PostgresFailure) || error.sqlstate !== '42501') throw error
    throw new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `the admin may not give what ${clone} owns to ${owner}: ${error.message}`,
      remedy: `run as a superuser: ${statement} Or let the admin change schemas: GRANT CREATE ON DATABASE ${database} TO ${admin};`,
    })
  }
  for (const role of lent) await ask(`REVOKE ${role} FROM ${admin}`)
}
