import { inWords } from '../../../shared/database/difference.ts'
import type { Pair } from '../../../shared/database/pair.ts'
import type { Comparison } from '../../../shared/provider/index.ts'
import type { Ask } from './ask.ts'
import { differencesOf } from './differences.ts'
import { gone } from './pair.ts'
import { actsAs } from './settings.ts'
import { standingOf } from './standing.ts'

/** Who a session of the user to be promoted is, by the server's own answer. */
export interface ActingUser {
  readonly user: string
  readonly actingAs: string
}

/**
 * Compares the two users of a pair. `acting`: the sign-in that shows whether the server does as its catalogs say: where it
 * cannot set the role of a session it only warns, and goes on as the clone.
 */
export async function comparePair(
  ask: Ask,
  pair: Pair,
  mark: string,
  acting: ActingUser,
): Promise<Comparison> {
  const standing = await standingOf(ask, pair)
  const { owner, clone } = standing
  if (owner === undefined) throw gone(pair.owner)
  if (clone === undefined) throw gone(pair.clone)
  const differences = [
    ...[owner, clone].flatMap(({ name, powers }) => powers.map((power) => `${name} has ${power}`)),
    ...standing.policies.map((policy) => `the row policy ${policy} names one of the pair`),
    ...inWords(await differencesOf(ask, standing, mark)),
  ]
  const expected = actsAs(owner.settings, owner.name, standing.database)
  if (acting.actingAs !== expected)
    differences.push(`a session of ${acting.user} acts as ${acting.actingAs} and not as ${expected}`)
  return { equal: differences.length === 0, differences }
}
