import type { Proof } from './known.ts'

/** What a step may know of credentials that the target issues, as facts from small closed sets. */

/** What becomes of the old credential when a new one is issued, and what follows from that. */
export interface MintTraits {
  /** `lives`: until somebody ends it. `expires`: by itself, after a while. `dies`: at once. */
  readonly old: 'lives' | 'expires' | 'dies'
  /** The new one is staged beside the primary one, and then made the primary one. */
  readonly stages: boolean
  /** A second one issued from the same credential ends everything; the credential is only known by using it up. */
  readonly consumes: boolean
  /** The target gives the values of what it has issued. */
  readonly readable: boolean
  /**
   * QUARTERTURN_MINTING is taken before anything is issued or used again. Not where there is one place for it, whose value
   * can be read.
   */
  readonly claims: boolean
  /** The target may find that nothing needs to change, or only something beside the credential. */
  readonly mayBeUnchanged: boolean
  /** The first use of the new one starts the time after which the old one expires. */
  readonly isUsedLast: boolean
  /** Class C, and neither does the deployment allow that nor can a value be read again. */
  readonly needsAdmin: boolean
  /** The deployment allows a gap in which nothing stored signs in. */
  readonly allowsGap: boolean
}

/**
 * Where QUARTERTURN_MINTING is.
 * - `nowhere`, `settled`: on no version, or on one that has its value.
 * - `begun`, `young`: on the own empty version or another one, and whoever took it there may still be running.
 * - `own`, `other`: on the own empty version or another one, and whoever took it there is over.
 */
export type Intent = 'nowhere' | 'settled' | 'begun' | 'young' | 'own' | 'other'

/**
 * What became of something begun whose end nobody knows.
 * - `readable`: it can be read, and stored after all.
 * - `again`: it is ours by its mark, cannot be read, and an admin may have another one issued.
 * - `never`: the target shows that nothing was issued.
 * - `unknown`: nobody can tell.
 */
export type Lost = 'readable' | 'again' | 'never' | 'unknown'

/**
 * Whether AWSCURRENT was written by hand since a version began whose credential the target had issued.
 * - `as before`: it was not, or it has the credential that it had then.
 * - `renewed`: it has another one, which somebody had issued since.
 * - `unclear`: it was written more than once, so that nothing shows which one it had then.
 */
export type Since = 'as before' | 'renewed' | 'unclear'

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
  readonly intent: Intent
  readonly lost: Lost
  /** Of the own version. */
  readonly since: Since
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
  /**
   * `unusable`: what the target issued cannot be stored. `refused`: it does not take the credential that asked. Nothing
   * was issued but with `minted` and `unusable`.
   */
  readonly mint: 'minted' | 'unchanged' | 'full' | 'declined' | 'refused' | 'unusable'
  /** QUARTERTURN_MINTING on AWSCURRENT, from where one invocation can take it. `lost`: it is elsewhere by now. */
  readonly restMinting: 'done' | 'lost'
  readonly takeMinting: 'taken' | 'lost'
  /** ... back to where it was taken from, since nothing was issued. */
  readonly giveBackMinting: 'done'
  readonly revokeMint: 'done'
  readonly freePrevious: 'retired' | 'already' | 'cannot'
  /** Never known afterwards: what was found is forgotten, and looked for anew. */
  readonly revokeLeftover: 'done'
  readonly revokeExtra: 'done'
}

/** Asked and carried out once for each credential that is found; everything else at most once. */
export const FOR_EACH_MINT = ['leftover', 'leftoverLabels', 'revokeLeftover', 'extra', 'revokeExtra'] as const
