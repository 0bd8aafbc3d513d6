/** What has to be true of the pair before one of its accounts gets a password. */
import type { Difference } from '../../../shared/database/difference.ts'
import { errorOf, type MarkWords, refusalOf, type Whose, whose } from '../../../shared/database/ours.ts'
import type { Pair } from '../../../shared/database/pair.ts'
import { type Applied, type Check, QuarterturnError } from '../../../shared/provider/index.ts'
import { type Account, inSql, named } from '../account.ts'
import { APPLIED, accountGone, isError, type Run } from '../change.ts'
import { passwordIn, refusedByPolicy } from '../mariadb/passwords.ts'
import { hexLiteral, literal } from '../quote.ts'
import { differencesOf } from './differences.ts'
import type { Stored } from './holder.ts'
import { MARK_KEY, markerRole } from './mark.ts'
import { noteClause } from './mysql-account.ts'
import { nobodys, nobodysHash, type PasswordForm, passwordsOf } from './passwords.ts'
import { type Place, type Standing, standingOf } from './standing.ts'

export interface Preparation {
  readonly place: Place
  readonly pair: Pair
  /** The user of AWSCURRENT. */
  readonly current: string
  /** The account that is to be changed. */
  readonly next: Account
  readonly mark: string
  readonly form: PasswordForm
  /** A stored password of `next` at this very server, which proves it. */
  readonly known: string | undefined
}

export interface Prepared {
  /** `refused`: a policy of the server takes no password for the clone. */
  readonly applied: Applied
  readonly owner: Stored
}

/**
 * Makes the clone where there is none, with a password that nobody knows, or takes over one that was proven, and brings it
 * in line with the owner. Rejects with `ACCOUNT_NOT_OURS`, `ACCOUNT_REFUSED` or `ACCOUNT_SHARED` before anything is touched.
 */
export async function preparePair(preparation: Preparation): Promise<Prepared> {
  const { place, mark } = preparation
  let standing = await standingOf(place)
  const verdict = await whoseAccounts(standing, preparation)
  if (verdict !== 'ours') throw errorOf(refusedPair(verdict, standing, preparation))
  const { owner } = standing
  if (owner === undefined) throw accountGone()
  // A clone of ours is compared later, and what is repaired then is named.
  if (standing.clone?.marks.includes(mark) === true) return { applied: APPLIED, owner }
  if (place.server.isMariaDb) await makeMarker(place.run, mark)
  if (standing.clone === undefined) {
    const applied = await makeClone(preparation, owner)
    if (applied.result !== 'applied') return { applied, owner }
    standing = await standingOf(place)
  }
  const { add, remove } = await differencesOf(place, standing, mark)
  await carryOut(place.run, [...add, ...remove])
  return { applied: APPLIED, owner }
}

/** By the marks, or by a stored password, which is compared with what the server stores: no sign-in fails for it. */
export async function whoseAccounts({ owner, clone }: Standing, preparation: Preparation): Promise<Whose> {
  const { place, mark, next, form, known } = preparation
  const marks = { owner: owner?.marks, clone: clone?.marks }
  const verdict = whose(marks, mark, false)
  if (verdict !== 'unproven' || known === undefined) return verdict
  return whose(marks, mark, await passwordsOf(place.run, place.server, next, form).hold(known))
}

/** Why a pair is not touched. */
export function refusedPair(
  verdict: 'shared' | 'unproven',
  { clone: found }: Standing,
  { place, pair, current, mark }: Preparation,
): Check {
  const clone = named(place.accounts.clone)
  const words: MarkWords = place.server.isMariaDb
    ? {
        carrier: 'a role',
        mark: `CREATE OR REPLACE ROLE ${markerRole(mark)}; GRANT ${markerRole(mark)} TO ${named(place.admin)} WITH ADMIN OPTION; GRANT ${markerRole(mark)} TO ${clone};`,
        unmark: `DROP ROLE ${markerRole(found?.marks.find((one) => one !== mark) ?? '…')};`,
      }
    : {
        carrier: 'the ATTRIBUTE',
        mark: `ALTER USER ${clone} ${noteClause(MARK_KEY, JSON.stringify(mark))};`,
        unmark: `ALTER USER ${clone} ${noteClause(MARK_KEY, undefined)};`,
      }
  return refusalOf(verdict, pair, current, words)
}

/** Anew, where nothing of ours carries it: only who made a role may grant it, and that may have been an earlier admin. */
const makeMarker = (run: Run, mark: string): Promise<unknown> =>
  run(`CREATE OR REPLACE ROLE ${markerRole(mark)}`)

/**
 * With the mark in the same statement: a clone that is there without it could never be told from somebody else's. Answers
 * how a policy refused it.
 */
async function makeClone({ place, mark, form }: Preparation, owner: Stored): Promise<Applied> {
  const { run, server, accounts } = place
  const clone = inSql(accounts.clone)
  const what = `${named(accounts.clone)} could not be made`
  if (server.isMariaDb) {
    const password = nobodys()
    try {
      await run(
        `GRANT ${markerRole(mark)} TO ${clone} IDENTIFIED VIA mysql_native_password USING ${passwordIn(form, password)}`,
      )
    } catch (error) {
      return await refusedByPolicy(run, explained(error, what), password)
    }
    return APPLIED
  }
  const plugin = owner.plugins[0] ?? 'caching_sha2_password'
  await run(
    `CREATE USER ${clone} IDENTIFIED WITH ${literal(plugin)} AS ${hexLiteral(nobodysHash(plugin))} ${noteClause(MARK_KEY, JSON.stringify(mark))}`,
  ).catch((error: unknown) => {
    if (!isError(error, 1396)) throw explained(error, what)
    throw new QuarterturnError('TARGET_BUSY', {
      problem: `somebody else made ${named(accounts.clone)} just now`,
    })
  })
  return APPLIED
}

const ROUNDS = 3

/**
 * Adds what is missing, then removes what is too much. Some statements of the server touch more than they name (`REVOKE
 * GRANT OPTION` takes it from dynamic privileges too), so it is looked at again. `asClone`: a session of the clone itself.
 */
export async function repairPair(
  place: Place,
  mark: string,
  asClone: (statement: string) => Promise<unknown>,
): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { add, remove, byClone } = await differencesOf(place, await standingOf(place), mark)
    if (add.length + remove.length + byClone.length === 0) return
    await carryOut(place.run, [...add, ...remove])
    for (const { statement } of byClone) await asClone(statement)
  }
}

/** One that may fail for want of a privilege is left to the comparison that follows. */
async function carryOut(run: Run, differences: readonly Difference[]): Promise<void> {
  for (const { text, statement, isGuarded } of differences)
    await run(statement).catch((error: unknown) => {
      if (isGuarded !== true || !isError(error, ...NO_RIGHT, ...NOT_THERE)) throw explained(error, text)
    })
}

/** What GRANT and REVOKE answer for want of a privilege: 1045, too, names the admin and is about no password. */
const NO_RIGHT = [1044, 1045, 1142, 1143, 1227, 1370, 1410, 1698, 1961, 3878]
const NOT_THERE = [1141, 1147, 1403, 1269]

function explained(error: unknown, text: string): unknown {
  if (!isError(error, ...NO_RIGHT)) return error
  return new QuarterturnError('PRIVILEGE_MISSING', {
    problem: `${text}, and the server does not let the admin change that: ${error instanceof Error ? error.message : 'no reason'}`,
    remedy: 'run the test rotation (`RotateImmediately=false`), which names what the admin lacks',
  })
}
