import type { Proof } from '../../shared/engine/known.ts'
import type { LabelsBeforeEnd, MintAnswers, MintResults, MintTraits } from '../../shared/engine/known-mint.ts'
import type {
  LabelsBeforeChange,
  PlaceFacts,
  StagedAnswers,
  StagedResults,
} from '../../shared/engine/known-staged.ts'

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
  intent: ['nowhere', 'settled', 'begun', 'young', 'own', 'other'],
  lost: ['readable', 'again', 'never', 'unknown'],
  since: ['as before', 'renewed', 'unclear'],
  readBack: ['read', 'absent'],
  extra: ['one', 'none'],
  strangers: ['told'],
}

export const MINT_RESULTS: { readonly [R in keyof MintResults]: readonly MintResults[R][] } = {
  mint: ['minted', 'unchanged', 'full', 'declined', 'refused', 'unusable'],
  restMinting: ['done', 'lost'],
  takeMinting: ['taken', 'lost'],
  giveBackMinting: ['done'],
  revokeMint: ['done'],
  freePrevious: ['retired', 'already', 'cannot'],
  revokeLeftover: ['done'],
  revokeExtra: ['done'],
}

/** Two at once, each with a mark. */
export const MARKED: MintTraits = {
  old: 'lives',
  stages: false,
  consumes: false,
  readable: false,
  claims: false,
  mayBeUnchanged: false,
  isUsedLast: false,
  needsAdmin: false,
  allowsGap: false,
}
const IN_PLACE: MintTraits = { ...MARKED, old: 'dies', claims: true }

/** Every kind of target that issues credentials beside {@link MARKED}, and whether an admin has them issued. */
export const OTHER_MINTS: readonly { readonly mints: MintTraits; readonly byAdmin: boolean }[] = [
  { mints: { ...MARKED, stages: true, readable: true }, byAdmin: false },
  { mints: { ...MARKED, stages: true, readable: true }, byAdmin: true },
  { mints: { ...MARKED, claims: true, mayBeUnchanged: true }, byAdmin: false },
  { mints: { ...MARKED, old: 'expires', claims: true, isUsedLast: true }, byAdmin: false },
  { mints: { ...MARKED, old: 'expires', claims: true, readable: true, allowsGap: true }, byAdmin: true },
  { mints: { ...IN_PLACE, readable: true }, byAdmin: false },
  { mints: { ...IN_PLACE, needsAdmin: true, mayBeUnchanged: true }, byAdmin: true },
  { mints: { ...IN_PLACE, consumes: true, claims: true, allowsGap: true }, byAdmin: false },
]

const PLACES: readonly PlaceFacts[] = (['own', 'current', 'previous', 'other', 'none'] as const).flatMap(
  (primary) =>
    (['free', 'own', 'current', 'ours', 'over', 'kept', 'taken'] as const).map((slot) => ({ primary, slot })),
)
const BEFORE_CHANGE: readonly LabelsBeforeChange[] = ['as they were', 'moved', 'not ours']

/** Every answer about a target where a credential is staged beside the primary one. */
export const STAGED_ANSWERS: { readonly [Q in keyof StagedAnswers]: readonly StagedAnswers[Q][] } = {
  places: PLACES,
  placesAgain: PLACES,
  promoteLabels: BEFORE_CHANGE,
  slotLabels: BEFORE_CHANGE,
  promotion: ['seen', 'not seen'],
}

export const STAGED_RESULTS: { readonly [R in keyof StagedResults]: readonly StagedResults[R][] } = {
  adopt: ['done', 'flawed'],
  freeSlot: ['done'],
  promoteCurrent: ['promoted', 'moved'],
  promote: ['promoted', 'moved'],
}
