import type { StoredSecret } from '../../provider/contract.ts'
import { identityOf } from './direct.ts'
import { isSettling, strayMints } from './minting.ts'
import type { World } from './world.ts'

/** No version with a label signs in. */
export async function isRefusedEverywhere(world: World): Promise<boolean> {
  for (const value of labelled(world)) if (await world.signsIn(value)) return false
  return true
}

/**
 * Of class C, from the mint until it is stored: what lives is on no version. And from there until the target takes it everywhere,
 * where that needs time. Anywhere else a secret that signs in nowhere is a lockout.
 */
export const isInGap = async (world: World): Promise<boolean> =>
  world.class === 'C' && ((await strayMints(world)).length > 0 || (await willSignIn(world)))

/** A version with a label has what the target will take soon. */
async function willSignIn(world: World): Promise<boolean> {
  if (!isSettling(world)) return false
  const live = (await world.target.live?.()) ?? []
  return labelled(world).some((value) => live.includes(identityOf(world, value).id ?? ''))
}

function labelled({ secret }: World): readonly StoredSecret[] {
  const { current, pending, candidate } = secret.holders()
  return [...new Set([current, pending, candidate])].flatMap((version) => {
    const value = version === undefined ? undefined : secret.value(version)
    return value === undefined ? [] : [value]
  })
}
