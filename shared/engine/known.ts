import type { MintAnswers, MintResults, MintTraits } from './known-mint.ts'
import type { StagedAnswers, StagedResults } from './known-staged.ts'

/**
 * What a step may know, as facts from small closed sets. No secret value, no version id: the decision never needs
 * one, and so it can be tried with every possible combination.
 */

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
export type Step = (typeof STEPS)[number]
/** The steps of a rotation, and our own that ends an old credential. */
export const TASKS = [...STEPS, 'retireSecret'] as const
export type Task = (typeof TASKS)[number]

/** Our write-ahead label: on which version lies the credential that may be in force at the target. */
export const CANDIDATE_LABEL = 'QUARTERTURN_CANDIDATE'
/**
 * Given together with AWSPENDING to a version whose credential was taken over from an unfinished rotation. Such a
 * value may meanwhile be the current or previous credential, so it is compared with both; a fresh one cannot be.
 * Only a put moves it, and the same put moves AWSPENDING: it is as reliable as AWSPENDING itself.
 */
export const REUSED_LABEL = 'QUARTERTURN_REUSED'
/**
 * Moved to the own, still empty version directly before the target issues what cannot be recognised afterwards, or what
 * ends the old credential. While that version has no value, it says that something was begun whose end nobody knows.
 */
export const MINTING_LABEL = 'QUARTERTURN_MINTING'

/** What DescribeSecret says about the version of this rotation and about our label. */
export interface LabelFacts {
  /**
   * `current` also when AWSPENDING is still beside it; `unlabelled` when neither is there. DescribeSecret leaves out
   * versions without any label, so a version that was released looks like one that never was.
   */
  readonly own: 'pending' | 'current' | 'unlabelled'
  /** Where QUARTERTURN_CANDIDATE is; the first that fits. */
  readonly candidate: 'own' | 'current' | 'previous' | 'elsewhere' | 'nowhere'
  readonly rotationEnabled: boolean
}

export interface LockedLabelFacts extends LabelFacts {
  /** AWSCURRENT is no longer on the version whose credential was compared and proven. */
  readonly currentMoved: boolean
}

/** The version of this rotation, read by id and AWSPENDING together. */
export interface OwnFacts {
  readonly isCurrent: boolean
  /** It was current before: finished, then replaced or rolled back by hand. */
  readonly isPrevious: boolean
  readonly isCandidate: boolean
  readonly isReused: boolean
}

/** The pending value against the current one. */
export type Relation = 'same-credential' | 'same-account' | 'alternate' | 'mismatch'

/** The pending value against the previous one; `unusable` is another account or host, or not readable as this kind of secret. */
export type PreviousRelation = 'absent' | 'same-credential' | 'same-account' | 'unusable'

/**
 * The version that holds our label, when it is none of current, previous and own.
 * - `finished`: it has the current or previous credential.
 * - `other-account`: not the account that this rotation changes; reported as an orphan.
 * - `same-value`: the pending credential itself.
 * - `unfinished`: another value for the same account, which may be in force.
 * - `overtaken`: like unfinished, but older than both the previous and the current version, so it may be a finished
 *   one that hand-written versions have overtaken; or, in a pair, of the account that is current; or somebody had another
 *   one issued since.
 *
 * Only of what the target issued, where no sign-in tells which one is the newer:
 * - `unclear`: AWSCURRENT was written by hand since, more than once, so that nothing shows which one was issued last.
 * - `ahead`: it is that of AWSPREVIOUS, and AWSCURRENT was moved back to an older version, whose credential is used up.
 */
export type CandidateFacts =
  | 'finished'
  | 'other-account'
  | 'same-value'
  | 'unfinished'
  | 'overtaken'
  | 'unclear'
  | 'ahead'

export type Proof = 'accepted' | 'rejected' | 'barred' | 'unknown' | 'unprovable'

/** What a retirement asks of DescribeSecret. */
export interface RetireLabelFacts {
  /** AWSCURRENT is on the version whose rotation made the schedule. */
  readonly isCurrent: boolean
  /** That rotation has not moved AWSCURRENT yet. */
  readonly isPending: boolean
  /** A rotation is open: AWSPENDING is elsewhere than on AWSCURRENT. */
  readonly isOpen: boolean
  /** QUARTERTURN_CANDIDATE is elsewhere than on AWSCURRENT. */
  readonly candidate: 'settled' | 'elsewhere'
}

/**
 * The credential that a retirement is about, against the versions that protect one: AWSCURRENT, AWSPENDING,
 * QUARTERTURN_CANDIDATE and those with a label of the customer's own. AWSPREVIOUS alone protects nothing.
 * - `absent`, `unusable`: there is no such version any more, or it is no secret of this kind.
 * - `protected`: such a version has the credential; of a pair of accounts, it names the account.
 * - `alternate`, `same-account`: free to go, the other account of the pair, or another credential of the same one.
 * - `mismatch`: of an account that is none of this secret.
 */
export type GoneFacts = 'absent' | 'unusable' | 'protected' | 'alternate' | 'same-account' | 'mismatch'

/** What the deployment, the secret's tags and the provider say; not what the target says. */
export interface Traits {
  /** The secret is to alternate between two accounts. */
  readonly alternates: boolean
  /** Nobody chose a strategy, and the provider can alternate: it goes on where AWSPREVIOUS shows that it does already. */
  readonly mayContinue: boolean
  /** The admin makes the changes between two accounts. */
  readonly pairByAdmin: boolean
  /** The admin makes the changes of one account. */
  readonly oneByAdmin: boolean
  /** ... but only where the secret names one; elsewhere its own credential does. */
  readonly oneMayDoWithout: boolean
  /** The admin sees at the target whether a credential is in force, so it is read before anything is proven. */
  readonly adminLooks: boolean
  /** The old credential goes on beside the new one, so a rotation that comes too soon cuts somebody's overlap. */
  readonly overlaps: boolean
  /** A rotation that would cut the overlap is refused. */
  readonly refusesCut: boolean
  /** The old credential is to be retired a while after the label move. */
  readonly retires: boolean
  /** The pending value may name the alternate account, so it is compared with current in every step. */
  readonly mayAlternate: boolean
  /** One credential changed in place: a value that turns out not to sign in is taken back at once. */
  readonly restores: boolean
  /** The provider can compare the rights of two accounts. */
  readonly comparesRights: boolean
  /** A repeated apply damages something, so pending is proven first. */
  readonly appliesOnce: boolean
  /** Nothing that is chosen can be proven, so the class is C, and the deployment does not allow that. */
  readonly refusesGap: boolean
  /** The target issues the credentials; what they do beside each other. */
  readonly mints: MintTraits | undefined
}

/** `needs-previous`: whether it is possible hangs on the value of AWSPREVIOUS. */
export type CheckFacts = 'possible' | 'impossible' | 'needs-previous'

/** The answers to questions, by question. */
export interface Answers extends MintAnswers, StagedAnswers {
  readonly labels: LabelFacts
  /** Reads AWSCURRENT before the own version, so that the two are not older than the move by compare-and-swap thinks. */
  readonly currentFirst: 'read'
  readonly own: 'absent' | OwnFacts
  readonly current: Relation
  readonly previous: PreviousRelation
  readonly candidate: CandidateFacts
  readonly currentProof: Proof
  readonly pendingProof: Proof
  readonly previousProof: Proof
  /** Whether the secret alternates; reads AWSCURRENT, and AWSPREVIOUS where nobody chose a strategy. */
  readonly pair: 'alternates' | 'one account'
  /** Whether AWSCURRENT is younger than the minimum overlap while another credential is still on AWSPREVIOUS. */
  readonly overlap: 'kept' | 'cut'
  /** Whether the value of AWSCURRENT names an admin secret; asked where its own credential could do without. */
  readonly adminNamed: 'named' | 'none'
  /** Whether the admin secret is there, consents, is of the same server, and signs in. The first two fail by themselves. */
  readonly admin: Proof
  readonly check: CheckFacts
  /** The same with the previous value read. */
  readonly checkWithPrevious: CheckFacts
  readonly lockedLabels: LockedLabelFacts
  readonly lockedPendingProof: Proof
  readonly appliedProof: Proof
  /** The labels once more, after an applied value was rejected. */
  readonly putBackLabels: LockedLabelFacts
  /** The credential proven before the lock, tried again after the target refused pending for good. */
  readonly fallbackProof: Proof
  readonly rights: 'equal' | 'different'
  readonly repairedRights: 'equal' | 'different'
  /** The labels once more, directly before a retirement is scheduled. */
  readonly labelsBeforeSchedule: 'current stays' | 'current moved'
  readonly labelsAfterMove: LabelFacts
  /** Pending where consumers sign in. That may be another place than where it was set, which may lag behind or not know it. */
  readonly consumerProof: Proof

  /** Whether there is a schedule of ours for this retirement, and its time has come. */
  readonly schedule: 'due' | 'early' | 'unknown'
  readonly retireLabels: RetireLabelFacts
  readonly lockedRetireLabels: RetireLabelFacts
  readonly gone: GoneFacts
  /** The same once more, by the labels read under the lock. */
  readonly lockedGone: GoneFacts
  /** Whether the retired credential is refused. */
  readonly goneProof: Proof
  /** The current credential once more, after the retirement. */
  readonly keptProof: Proof
}

/** The results of actions, by action. */
export interface Results extends MintResults, StagedResults {
  readonly store: 'stored' | 'exists'
  readonly lock: 'held'
  readonly takeCandidate: 'taken' | 'lost'
  readonly apply: 'applied' | 'superseded' | 'in-progress' | 'refused'
  readonly putBack: 'done'
  readonly repair: 'done'
  readonly releaseCandidate: 'done'
  readonly releasePending: 'done'
  /** `lost`: AWSCURRENT was not where it was read. `failed`: anything else; the move may have happened. */
  readonly moveCurrent: 'moved' | 'lost' | 'failed'
  /** The retirement has its schedule, made now or before. */
  readonly scheduleRetirement: 'done'
  readonly retire: 'retired' | 'already' | 'cannot'
  /** A new schedule for the same retirement; `never`: it has waited as often as it may. */
  readonly postpone: 'done' | 'never'
  /** The schedule that has run is deleted. */
  readonly dropSchedule: 'done'
}

export interface Known extends Partial<Answers>, Partial<Results> {
  readonly step: Task
  /** This container has checked the secret's registration for this token already. */
  readonly isWarm: boolean
  /** Absent until a value was read and the provider found. */
  readonly traits?: Traits
}

export type Question = keyof Answers
export type Action = Exclude<keyof Results, 'store'> | 'storeNew' | 'storeCandidate' | 'storeMint'
