/** In what the clone is not like the owner, and what an admin does about it. */
import type { Difference, Differences } from '../../../shared/database/difference.ts'
import { inSql, named } from '../account.ts'
import type { Stored } from './holder.ts'
import { MARK_KEY, markerRole } from './mark.ts'
import { noteClause } from './mysql-account.ts'
import { hidden, madeByClone } from './objects.ts'
import { differing } from './options.ts'
import { type Bundle, bundled, giving, lackingIn, lending, namesOf, type Right, taking } from './rights.ts'
import type { Place, Standing } from './standing.ts'

export interface PairDifferences extends Differences {
  /** Statements for a session of the clone: what nobody else may change without being almighty. */
  readonly byClone: readonly Difference[]
}

export const NONE: PairDifferences = { add: [], remove: [], beyond: [], byClone: [] }

/** Reads only. `mark`: given where the clone is to carry it. */
export async function differencesOf(
  place: Place,
  standing: Standing,
  mark?: string,
): Promise<PairDifferences> {
  const { owner, clone } = standing
  if (owner === undefined || clone === undefined) return NONE
  const { isMariaDb } = place.server
  const sorted = await sortedRights(place, standing, owner, clone)
  const roles = defaultRoles(owner, clone, isMariaDb)
  return {
    add: [
      ...(mark === undefined || clone.marks.includes(mark) ? [] : [marking(clone, mark, isMariaDb)]),
      ...sorted.add,
      ...(isMariaDb ? [] : roles),
      ...options(owner, clone),
      ...notes(owner, clone),
    ],
    remove: sorted.remove,
    beyond: sorted.beyond,
    byClone: isMariaDb ? roles : [],
  }
}

/** The clone carries the mark from the statement that makes it; this is for one that was taken over. */
function marking({ account }: Stored, mark: string, isMariaDb: boolean): Difference {
  return {
    text: `${named(account)} does not carry the mark of this secret`,
    statement: isMariaDb
      ? `GRANT ${markerRole(mark)} TO ${inSql(account)}`
      : `ALTER USER ${inSql(account)} ${noteClause(MARK_KEY, JSON.stringify(mark))}`,
  }
}

async function sortedRights(
  { run, server, admin }: Place,
  { reach }: Standing,
  owner: Stored,
  clone: Stored,
): Promise<Differences> {
  const [to, who, other] = [inSql(clone.account), named(clone.account), named(owner.account)]
  const isOurs = (right: Right): boolean => reach.covers(right)
  const surplus = lackingIn(clone.rights, owner.rights)
  // The server lets whoever makes a routine use and change it. Taken from the clone, that would be lost to both.
  const made = await madeByClone(run, clone.account, surplus)
  const wanted = lackingIn(owner.rights, clone.rights)
  // Of what is not there any more nobody can be given a right, and nobody misses it.
  const gone = await hidden(run, wanted.filter(isOurs))
  const missing = bundled(wanted.filter((right) => !gone.has(right)))
  const tooMuch = withoutSpareOptions(bundled(surplus.filter((right) => !made.has(right))))
  const add: Difference[] = []
  const remove: Difference[] = []
  const beyond: Difference[] = []
  const sort = (bundle: Bundle, ours: (part: Bundle) => void, theirs: (part: Bundle) => void): void => {
    for (const [rights, put] of [
      [bundle.rights.filter(isOurs), ours],
      [bundle.rights.filter((right) => !isOurs(right)), theirs],
    ] as const)
      if (rights.length > 0) put({ ...bundle, rights })
  }
  const lacks = (bundle: Bundle, account = who): string => `${account} lacks ${namesOf(bundle)}`
  const hasToo = (bundle: Bundle): string => `${who} has ${namesOf(bundle)} and ${other} has not`
  const lend = (bundle: Bundle, account?: string): void =>
    void beyond.push({
      text: `${lacks(bundle, account)}, which the admin may not give`,
      statement: lending(bundle, named(admin)),
    })
  for (const bundle of missing) {
    const list = bundle.kind === 'restriction' ? remove : add
    sort(bundle, (part) => list.push({ text: lacks(part), statement: giving(part, to) }), lend)
  }
  for (const bundle of bundled([...made]))
    sort(
      bundle,
      (part) => add.push({ text: lacks(part, other), statement: giving(part, inSql(owner.account)) }),
      (part) => lend(part, other),
    )
  for (const bundle of tooMuch) {
    const statement = (part: Bundle): string => taking(part, to)
    const byHand = (part: Bundle): void =>
      void beyond.push({ text: hasToo(part), statement: `${taking(part, who)};` })
    // Of these no single statement takes the option alone.
    if (bundle.isOption && !(bundle.kind === 'role' && server.isMariaDb)) {
      byHand(bundle)
      continue
    }
    const list = bundle.kind === 'restriction' ? add : remove
    sort(
      bundle,
      (part) =>
        list.push({
          text: hasToo(part),
          statement: bundle.isOption ? `REVOKE ADMIN OPTION FOR ${part.object} FROM ${to}` : statement(part),
          isGuarded: true,
          shown: `${taking(part, who)};`,
        }),
      byHand,
    )
  }
  return { add, remove, beyond }
}

/** Whoever loses a dynamic privilege or a role loses the right to hand it on as well. */
function withoutSpareOptions(bundles: readonly Bundle[]): readonly Bundle[] {
  const taken = new Set(
    bundles
      .filter(({ isOption }) => !isOption)
      .flatMap(({ rights }) =>
        rights.map(({ kind, object, privilege }) => JSON.stringify([kind, object, privilege])),
      ),
  )
  return bundles.flatMap((bundle) => {
    const rights = bundle.isOption
      ? bundle.rights.filter(
          ({ kind, object, privilege }) => !taken.has(JSON.stringify([kind, object, privilege])),
        )
      : bundle.rights
    return rights.length === 0 ? [] : [{ ...bundle, rights }]
  })
}

function options(owner: Stored, clone: Stored): readonly Difference[] {
  return differing(owner.options, clone.options).map(({ wanted, present }) => ({
    text: `${named(clone.account)} has ${said(present.clause)} and ${named(owner.account)} ${said(wanted.clause)}`,
    statement: `ALTER USER ${inSql(clone.account)} ${wanted.clause}`,
  }))
}

const said = (clause: string): string => clause.replace(/^WITH /, '')

/** Values may be anything, so they are not repeated. */
function notes(owner: Stored, clone: Stored): readonly Difference[] {
  const keys = [...new Set([...Object.keys(owner.notes), ...Object.keys(clone.notes)])]
  return keys
    .filter((key) => owner.notes[key] !== clone.notes[key])
    .map((key) => ({
      text: `${named(clone.account)} has not the same ATTRIBUTE ${JSON.stringify(key)} as ${named(owner.account)}`,
      statement: `ALTER USER ${inSql(clone.account)} ${noteClause(key, owner.notes[key])}`,
    }))
}

/** MariaDB lets an account set its own, or somebody who may write into the tables of the server. */
function defaultRoles(owner: Stored, clone: Stored, isMariaDb: boolean): readonly Difference[] {
  const [wanted, present] = [owner, clone].map(({ defaultRoles: roles }) => roles.join(', ') || 'NONE')
  if (wanted === present || wanted === undefined) return []
  return [
    {
      text: `${named(clone.account)} has the default role ${present} and ${named(owner.account)} ${wanted}`,
      statement: isMariaDb
        ? `SET DEFAULT ROLE ${wanted}`
        : `ALTER USER ${inSql(clone.account)} DEFAULT ROLE ${wanted}`,
    },
  ]
}
