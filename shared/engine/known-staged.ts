/** What a step may know of a target where a credential is staged beside the primary one, as facts from small closed sets. */

/**
 * The two places at the target, from where this rotation stands.
 * `primary`: whose credential is the primary one.
 * - `own`: what this rotation has stored. `current`, `previous`: that of AWSCURRENT, or of AWSPREVIOUS.
 * - `other`: none of these, such as one that an operator made there. `none`: the target lists no primary one.
 *
 * `slot`: what is staged beside it.
 * - `free`: nothing. `own`, `current`: as above.
 * - `ours`: staged by us, and on no version.
 * - `over`: the former primary one, a dead one, or one of ours that was given up; on no version that counts.
 * - `kept`: as `over`, but a version that counts has it.
 * - `taken`: staged by another, or by nobody knows whom.
 */
export interface PlaceFacts {
  readonly primary: 'own' | 'current' | 'previous' | 'other' | 'none'
  readonly slot: 'free' | 'own' | 'current' | 'ours' | 'over' | 'kept' | 'taken'
}

/**
 * The labels as they are directly before something is changed at the target.
 * - `as they were`: AWSPENDING is on this token, and AWSCURRENT, AWSPREVIOUS and the candidate label are where they were read.
 * - `moved`: one of them is not. `not ours`: AWSPENDING is on another version.
 */
export type LabelsBeforeChange = 'as they were' | 'moved' | 'not ours'

export interface StagedAnswers {
  readonly places: PlaceFacts
  /** The same once more, after what was found was promoted, or no room was left after all. */
  readonly placesAgain: PlaceFacts
  /** Directly before a promotion, whichever. */
  readonly promoteLabels: LabelsBeforeChange
  /** Directly before what has the slot is ended; `moved` also where a version that counts has it by now. */
  readonly slotLabels: LabelsBeforeChange
  /** Whether the promoted credential is the primary one now. */
  readonly promotion: 'seen' | 'not seen'
}

export interface StagedResults {
  /** What was found at the target is used as if it had been issued now. `flawed`: it cannot be stored. */
  readonly adopt: 'done' | 'flawed'
  readonly freeSlot: 'done'
  /** The credential of AWSCURRENT becomes the primary one again. */
  readonly promoteCurrent: 'promoted' | 'moved'
  readonly promote: 'promoted' | 'moved'
}
