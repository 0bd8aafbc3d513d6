import { strayMints } from './minting.ts'
import type { World } from './world.ts'

/** No version with a label signs in. */
export async function isRefusedEverywhere(world: World): Promise<boolean> {
  const { current, pending, candidate } = world.secret.holders()
  for (const version of new Set([current, pending, candidate])) {
    const value = version === undefined ? undefined : world.secret.value(version)
    if (value !== undefined && (await world.signsIn(value))) return false
  }
  return true
}

/**
 * Of class C, from the mint until it is stored: what lives is on no version. Anywhere else a secret that signs in nowhere is
 * a lockout.
 */
export const isInGap = async (world: World): Promise<boolean> =>
  world.class === 'C' && (await strayMints(world)).length > 0
