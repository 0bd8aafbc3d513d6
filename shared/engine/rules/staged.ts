import type { Known } from '../known.ts'
import type { PlaceFacts } from '../known-staged.ts'
import { act, ask, fail, type Rule } from '../moves.ts'
import { stopUnlessConclusive } from './common.ts'

/** A new credential is staged beside the primary one, and then becomes it. */
export const stages = (k: Known): boolean => k.traits?.mints?.stages === true

/** The places as they were seen last. */
export const placesOf = (k: Known): PlaceFacts | undefined => k.placesAgain ?? k.places

/** Directly before a promotion: AWSPENDING is ours, and AWSCURRENT is where it was proven. */
export const beforePromotion = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'staged: labels are read again directly before a promotion',
    when: (k) => isWanted(k) && k.promoteLabels === undefined,
    move: ask('promoteLabels'),
  },
  {
    rule: 'staged: only the rotation that AWSPENDING is of promotes',
    when: (k) => isWanted(k) && k.promoteLabels === 'not ours',
    move: fail('TOKEN_NOT_PENDING'),
  },
  {
    rule: 'staged: a promotion waits for nothing but the labels that it was decided by',
    when: (k) => isWanted(k) && k.promoteLabels === 'moved',
    move: fail('CURRENT_MOVED'),
  },
]

const isProven = (k: Known): boolean =>
  stages(k) && k.step === 'finishSecret' && k.pendingProof === 'accepted'

/** finishSecret is decided by what is where, not by AWSCURRENT: once pending is the primary one, the old one may be gone. */
const mayPromote = (k: Known): boolean => {
  const places = placesOf(k)
  return isProven(k) && places?.primary === 'current' && places.slot === 'own'
}

/** finishSecret of a staged credential that signs in, once current was proven. */
export const promotes = (k: Known): boolean => isProven(k) && k.currentProof === 'accepted'

/** finishSecret, before anything is read as an admin. */
export const beforePromoting: readonly Rule[] = [
  {
    rule: 'staged: prove current, in whose place pending comes',
    when: (k) => isProven(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('staged: current', (k) => (isProven(k) ? k.currentProof : undefined)),
]

/** finishSecret, before AWSCURRENT moves: the staged credential becomes the primary one. A repeat finds it done. */
export const promoting: readonly Rule[] = [
  {
    rule: 'staged: see which is the primary one, and what is beside it',
    when: (k) => isProven(k) && k.places === undefined,
    move: ask('places'),
  },
  {
    rule: 'staged: pending signs in and is neither the primary one nor beside the current one',
    when: (k) => isProven(k) && k.places?.primary !== 'own' && !mayPromote(k),
    move: fail('PRIMARY_ELSEWHERE'),
  },
  ...beforePromotion(mayPromote),
  {
    rule: 'staged: make pending the primary one',
    when: (k) => mayPromote(k) && k.promote === undefined,
    move: act('promote'),
  },
  {
    rule: 'staged: another became the primary one meanwhile',
    when: (k) => k.promote === 'moved',
    move: fail('PRIMARY_ELSEWHERE'),
  },
  {
    rule: 'staged: see that pending is the primary one',
    when: (k) => k.promote === 'promoted' && k.promotion === undefined,
    move: ask('promotion'),
  },
  {
    rule: 'staged: pending is not the primary one yet',
    when: (k) => k.promotion === 'not seen',
    move: fail('PRIMARY_ELSEWHERE'),
  },
]
