import type { Proof } from './known.ts'

/** What a step may know of credentials that the target issues, as facts from small closed sets. */

/** What lives at the target, from where this rotation stands. */
export interface MintFacts {
  /** What this very rotation had issued before and has not stored; `readable`: its value can be had. */
  readonly own: 'none' | 'unreadable' | 'readable'
  /** As many live as may. */
  readonly isFull: boolean
  /** The credential of AWSPREVIOUS lives, is another than that of AWSCURRENT, and no label of the customer's keeps it. */
  readonly hasPrevious: boolean
}

/**
 * The labels as they are directly before a credential is ended.
 * - `free`: nothing that counts has it.
 * - `held`: a version has it by now, or AWSCURRENT or AWSPREVIOUS moved.
 * - `not ours`: AWSPENDING is on another version.
 */
export type LabelsBeforeEnd = 'free' | 'held' | 'not ours'

export interface MintAnswers {
  /** Whether the version of this rotation has a value. One look: right after a put it may be missed. */
  readonly stored: 'there' | 'empty'
  /** Whether an unfinished credential of another rotation signs in. */
  readonly candidateProof: Proof
  /** Whether a new credential can be stored, and lives until the next rotation. */
  readonly fit: 'fits' | 'too large' | 'too short-lived'
  /**
   * Looks for a credential that another rotation of this secret had issued and nobody stored: with our mark, older than any
   * invocation lives, on no version that counts. Forgotten when it was revoked, so that the next one is looked for.
   */
  readonly leftover: 'one' | 'none'
  readonly leftoverLabels: LabelsBeforeEnd
  readonly mints: MintFacts
  readonly freeLabels: LabelsBeforeEnd
  /** The value that another invocation of this rotation stored. */
  readonly readBack: 'read' | 'absent'
  /** Looks for a credential of this very rotation beside the stored one. Forgotten when it was revoked. */
  readonly extra: 'one' | 'none'
  /** What else lives at the target has been told in the record. */
  readonly strangers: 'told'
}

export interface MintResults {
  /** `unusable`: what the target issued cannot be stored. */
  readonly mint: 'minted' | 'full' | 'unusable'
  readonly revokeMint: 'done'
  readonly freePrevious: 'retired' | 'already' | 'cannot'
  /** Never known afterwards: what was found is forgotten, and looked for anew. */
  readonly revokeLeftover: 'done'
  readonly revokeExtra: 'done'
}

/** Asked and carried out once for each credential that is found; everything else at most once. */
export const FOR_EACH_MINT = ['leftover', 'leftoverLabels', 'revokeLeftover', 'extra', 'revokeExtra'] as const
