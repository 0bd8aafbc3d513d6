import { inWords } from '../../../shared/database/difference.ts'
import type { Comparison } from '../../../shared/provider/index.ts'
import { type Account, named } from '../account.ts'
import { accountGone } from '../change.ts'
import { differencesOf } from './differences.ts'
import { unfitness } from './fitness.ts'
import type { Place } from './standing.ts'
import { standingOf } from './standing.ts'

/**
 * Compares the two accounts of a pair. `signedIn`: the account that the pending credential was let in to. Where the user has
 * several, for other hosts, it may not be the one that was changed.
 */
export async function comparePair(place: Place, mark: string, signedIn: Account): Promise<Comparison> {
  const standing = await standingOf(place)
  const { owner, clone } = standing
  if (owner === undefined || clone === undefined) throw accountGone()
  const expected = [owner, clone].find(({ account }) => account.user === signedIn.user)?.account
  const found = await differencesOf(place, standing, mark)
  const differences = [
    ...unfitness(standing, place.server).map(({ privilege }) => privilege),
    ...inWords({ ...found, add: [...found.add, ...found.byClone] }),
  ]
  if (expected !== undefined && expected.host !== signedIn.host)
    differences.push(`the server lets ${named(signedIn)} in, and not ${named(expected)}`)
  // The plugin of the owner comes to the clone with its next password.
  if (signedIn.user === clone.account.user && clone.plugins[0] !== owner.plugins[0])
    differences.push(
      `${named(clone.account)} signs in by ${clone.plugins[0]} and ${named(owner.account)} by ${owner.plugins[0]}`,
    )
  return { equal: differences.length === 0, differences }
}
