import type { Question } from '../../shared/engine/known.ts'

/** What a sign-in answers, so that it may also learn nothing. */
export const PROOFS: readonly string[] = [
  'currentProof',
  'pendingProof',
  'previousProof',
  'lockedPendingProof',
  'appliedProof',
  'fallbackProof',
  'admin',
  'goneProof',
  'keptProof',
  'candidateProof',
] satisfies Question[]

/** What has the same answer at every time. */
export const CONSTANT: readonly string[] = [
  'check',
  'admin',
  'overlap',
  'consumerProof',
  'fit',
  'strangers',
] satisfies Question[]
