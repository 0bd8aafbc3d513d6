import type { Known } from '../known.ts'
import type { MintTraits } from '../known-mint.ts'
import { ask, fail, type Rule } from '../moves.ts'

/**
 * No sign-in tells which of two credentials the target issued last: the older one goes on for a while, or either shows
 * itself only by being used up. Taking the older one for the newer would end both.
 */
export const hidesAge = (mints: MintTraits | undefined): boolean =>
  mints?.consumes === true || mints?.old === 'expires'

/** Somebody had another credential issued after the pending one, and stored it as AWSCURRENT. */
export const isRenewed = (k: Known): boolean => k.since === 'renewed'

/** Of a pending value, when AWSCURRENT has been read. */
export const sinceRules: readonly Rule[] = [
  {
    rule: 'mints: no sign-in tells which credential is the newer one: see whether AWSCURRENT was written by hand since',
    when: (k) =>
      hidesAge(k.traits?.mints) &&
      k.own !== undefined &&
      k.own !== 'absent' &&
      k.current !== undefined &&
      k.current !== 'same-credential' &&
      k.since === undefined,
    move: ask('since'),
  },
  {
    rule: 'mints: nobody can tell whether the pending credential or that of AWSCURRENT is the newer one',
    when: (k) => k.since === 'unclear',
    move: fail('CANDIDATE_UNCLEAR'),
  },
]
