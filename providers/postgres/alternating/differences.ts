import pg from 'pg'
import type { Difference, Differences } from '../../../shared/database/difference.ts'
import type { Ask } from './ask.ts'
import { type Holding, holdingsOf } from './holdings.ts'
import { likenessOf } from './likeness.ts'
import type { Standing } from './standing.ts'

/** Every difference of two roles. */
export interface RoleDifferences extends Differences {
  /** What both have and the clone need not have by itself: taken away where that is possible. */
  readonly spare: readonly Difference[]
}

const NONE: RoleDifferences = { add: [], remove: [], spare: [], beyond: [] }

/** Reads only. `mark`: given where the clone is to carry it. */
export async function differencesOf(ask: Ask, standing: Standing, mark?: string): Promise<RoleDifferences> {
  const { owner, clone } = standing
  if (owner === undefined || clone === undefined) return NONE
  const quoted = { owner: pg.escapeIdentifier(owner.name), clone: pg.escapeIdentifier(clone.name) }
  const likeness = likenessOf(standing, mark)
  const holdings = await holdingsOf(ask, standing, quoted)
  const alone = holdings.filter(({ ownerHas }) => !ownerHas)
  return {
    add: [...alone.filter(({ mayRepair }) => mayRepair).map(given), ...likeness.add],
    remove: likeness.remove,
    spare: holdings.filter(({ mayRepair }) => mayRepair).map(taken),
    beyond: [...alone.filter(({ mayRepair }) => !mayRepair).map(moved), ...owned(standing, quoted)],
  }
}

const given = ({ text, grant }: Holding): Difference => ({ text, statement: grant, isGuarded: true })
const taken = ({ text, revoke }: Holding): Difference => ({ text, statement: revoke, isGuarded: true })
const moved = ({ text, grant, revoke }: Holding): Difference => ({ text, statement: `${grant}; ${revoke};` })

/** Objects of the clone: since it acts as the owner, neither of the two could use them. */
const owned = (
  { ownedByClone }: Standing,
  quoted: { readonly owner: string; readonly clone: string },
): readonly Difference[] =>
  ownedByClone.map(({ database, objects }) => ({
    text: `${objects} object${objects === 1 ? '' : 's'} in the database ${JSON.stringify(database)} belong${objects === 1 ? 's' : ''} to ${quoted.clone}`,
    statement: `${reassign(quoted)} in that database`,
  }))

export const reassign = ({ owner, clone }: { readonly owner: string; readonly clone: string }): string =>
  `REASSIGN OWNED BY ${clone} TO ${owner};`
