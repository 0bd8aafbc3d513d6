/**
 * What a user must know of the local Secrets Manager beside AWS's own pages, as data, so that documentation is made from
 * it and cannot fall behind.
 */

import type { Unpublished } from '../model/unpublished.ts'
import { ACCOUNT_CHOICES, ACCOUNT_DIFFERENCES, ACCOUNT_DRAWN } from './differences-accounts.ts'

/** Something that AWS does otherwise, and says so. */
export interface Difference {
  readonly about: string
  readonly onAws: string
  readonly here: string
}

/** Something that AWS does not say. Here one answer is chosen, and it is the same for every seed. */
export interface Choice {
  readonly about: string
  readonly here: string
}

/** Something that AWS does not say and that each seed answers anew, unless `unpublished` fixes it. */
export interface Drawn {
  readonly option: keyof Unpublished
  readonly question: string
  /** What the seeds answer. */
  readonly drawn: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    about: 'Encryption',
    onAws: 'A value is encrypted with a KMS key, and whoever reads it needs the right to decrypt.',
    here: 'Key ids are stored and shown. No key exists and no right to one is checked.',
  },
  {
    about: 'Resource policies',
    onAws: 'An automated reasoner decides whether a policy gives broad access, and principals must exist.',
    here: 'Policies are checked for syntax. Broad is a statement for everybody, or for all but some, that no `aws:SourceArn`, `aws:SourceVpc`, `aws:SourceVpce` or `aws:SourceAccount` narrows to fixed values. No principal is looked up. A lockout is one that denies everybody everything.',
  },
  {
    about: 'Lists',
    onAws: 'A list may lag five minutes behind.',
    here: 'A list shows what is stored, or lags as `delayVisibility` says. Secrets that are new or gone are seen at once.',
  },
  {
    about: 'Managed rotation and managed external secrets',
    onAws: 'Some secrets are rotated without a function, by the service that owns them or by a partner.',
    here: 'Only rotation by a function. `setOwner` makes a secret that refuses changes as a managed one does.',
  },
  {
    about: 'Labels and versions past their quota',
    onAws: 'Old versions without labels are purged in the background.',
    here: 'They are purged when the hundred-and-first is written, the oldest first, never within a day.',
  },
  {
    about: 'Validation messages',
    onAws: 'A value that breaks a rule is repeated in the message where it is no secret.',
    here: 'No value is repeated.',
  },
  {
    about: 'GetRandomPassword',
    onAws: 'Passwords come from a source of true randomness.',
    here: 'They follow from the seed and are worth nothing as passwords.',
  },
  {
    about: 'Quotas',
    onAws: 'Request rates are always enforced.',
    here: 'Only with `enforceRates`, by the clock of the model. Sizes and numbers (values, labels, versions, tags, policies, secrets) are always enforced.',
  },
  {
    about: 'Regions',
    onAws: 'There is a list of Regions, and an account enables some of them.',
    here: 'Any name of the right shape is a Region of the account and is enabled, unless the `regions` option says otherwise.',
  },
  ...ACCOUNT_DIFFERENCES,
]

export const CHOICES: readonly Choice[] = [
  {
    about: 'RestoreSecret of a secret that was not deleted',
    here: 'It succeeds and changes nothing.',
  },
  {
    about: 'What a forced DeleteSecret of an absent secret answers',
    here: 'The name, an ARN with a drawn ending, and the present time.',
  },
  {
    about: 'A `NextToken` with other filters, or another order, than in the call that gave it',
    here: 'It is refused with `InvalidNextTokenException`.',
  },
  {
    about: 'A replica in a Region where the secret has one that did not fail',
    here: 'It stays as it is, also its key.',
  },
  {
    about: 'Overwriting a secret that cannot be deleted: a replica, or one that has replicas',
    here: 'The replication fails, as for a name that is taken.',
  },
  {
    about: 'What a promoted replica keeps of the rotation',
    here: 'Its versions and labels. Rotation is to be switched on anew, with a function of its own.',
  },
  {
    about: 'Replicas of changes that follow each other quickly',
    here: 'One copy brings the state at its arrival; a state between two copies is never seen.',
  },
  {
    about: 'What ValidateResourcePolicy calls its checks',
    here: '`BROAD_ACCESS` and `LOCKOUT`. Mistakes of syntax are thrown.',
  },
  {
    about: 'Several values of one filter',
    here: 'One that matches is enough, with `!` too.',
  },
  {
    about: 'How request rates are counted',
    here: 'A bucket for each rate holds the requests of one second and refills steadily.',
  },
  ...ACCOUNT_CHOICES,
]

export const DRAWN: readonly Drawn[] = [
  {
    option: 'pendingAfterMove',
    question: 'Does AWSPENDING stay on the version that a rotation makes AWSCURRENT?',
    drawn: 'either, both were seen on AWS',
  },
  {
    option: 'enabledDuringFirstTest',
    question: 'Is `RotationEnabled` shown during the test that comes with switching rotation on?',
    drawn: 'either',
  },
  { option: 'retries', question: 'How often is a failed rotation repeated?', drawn: '0 to 4 times' },
  {
    option: 'retrySpacingMs',
    question: 'After how long is it repeated?',
    drawn: 'up to 30 minutes by the clock of the model',
  },
  {
    option: 'deliveries',
    question: 'How often is a step called?',
    drawn: 'once in four of five cases; else twice, in turn, at once, or while the next has begun',
  },
  {
    option: 'callsAfterMove',
    question: 'Is finishSecret called again after the label has moved?',
    drawn: 'in three of ten rotations',
  },
  {
    option: 'rotationToken',
    question: 'Is `RotationToken` the same for the four steps?',
    drawn: 'either',
  },
  {
    option: 'reattemptsWhenRefused',
    question: 'Does a RotateSecret that is refused run the unfinished rotation again?',
    drawn: 'in three of ten refusals',
  },
  {
    option: 'replicationLagMs',
    question: 'When is a change at a replica?',
    drawn: 'within a second by the clock of the model',
  },
  {
    option: 'deletionLagMs',
    question: 'How long does a secret outlive its recovery window, or a forced deletion?',
    drawn: 'not at all, or up to a second by the clock of the model',
  },
  {
    option: 'deletedDate',
    question: 'Is `DeletedDate` the time of the request or the end of the window? AWS’s pages say both.',
    drawn: 'either',
  },
  {
    option: 'listOrder',
    question: 'In which order are secrets listed without `SortOrder`?',
    drawn: 'either, the same one for good',
  },
  {
    option: 'pages',
    question: 'Does `MaxResults` count the secrets that match a filter, or those that were looked at?',
    drawn: 'either: a page may be short, or empty, with more to follow',
  },
  ...ACCOUNT_DRAWN,
]
