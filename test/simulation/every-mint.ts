import type { Proof } from '../../shared/engine/known.ts'
import type { LabelsBeforeEnd, MintAnswers, MintResults } from '../../shared/engine/known-mint.ts'

export const PROOFS: readonly Proof[] = ['accepted', 'rejected', 'barred', 'unknown', 'unprovable']

const BEFORE_END: readonly LabelsBeforeEnd[] = ['free', 'held', 'not ours']
const BOOLEANS = [true, false]

/** Every answer to the questions about credentials that the target issues; where one is asked again, the last ends it. */
export const MINT_ANSWERS: { readonly [Q in keyof MintAnswers]: readonly MintAnswers[Q][] } = {
  stored: ['there', 'empty'],
  candidateProof: PROOFS,
  fit: ['fits', 'too large', 'too short-lived'],
  leftover: ['one', 'none'],
  leftoverLabels: BEFORE_END,
  mints: (['none', 'unreadable', 'readable'] as const).flatMap((own) =>
    BOOLEANS.flatMap((isFull) => BOOLEANS.map((hasPrevious) => ({ own, isFull, hasPrevious }))),
  ),
  freeLabels: BEFORE_END,
  readBack: ['read', 'absent'],
  extra: ['one', 'none'],
  strangers: ['told'],
}

export const MINT_RESULTS: { readonly [R in keyof MintResults]: readonly MintResults[R][] } = {
  mint: ['minted', 'full', 'unusable'],
  revokeMint: ['done'],
  freePrevious: ['retired', 'already', 'cannot'],
  revokeLeftover: ['done'],
  revokeExtra: ['done'],
}
