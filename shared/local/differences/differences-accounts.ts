import type { Choice, Difference, Drawn } from './differences.ts'

/** As `differences.ts`, for accounts, roles, STS and EventBridge Scheduler. */
export const ACCOUNT_DIFFERENCES: readonly Difference[] = [
  {
    about: 'Signatures',
    onAws: 'Every request is signed, and the signature decides who makes it.',
    here: '`createLocalAws` verifies signatures (version 4, in the `Authorization` header) and tokens as AWS does; with `anyCredentials`, and for one model by itself, no signature is looked at and everybody is the default account. Whether a signature is recent is judged by the machine’s clock, the expiry of a session by the model’s.',
  },
  {
    about: 'Keys',
    onAws: 'Access keys are issued by IAM.',
    here: 'The access key id of an account’s default principal is the account’s number, and so is its secret; it may do everything. Others are made by `user`, `role` and AssumeRole.',
  },
  {
    about: 'Policies',
    onAws: 'Every condition key and operator, permission boundaries, service and resource control policies.',
    here: 'Allow and Deny, with wildcards, `Not…`, the String, Arn, Bool and Null operators, and the keys that Secrets Manager, STS and Scheduler send for a request. A policy that uses anything else is refused when it is given; a resource policy that does so denies everything to callers with a signature. Boundaries and organisations are not modelled.',
  },
  {
    about: 'AssumeRole',
    onAws: 'It also takes MFA, a source identity, transitive tags and provided contexts.',
    here: 'Those are refused. GetCallerIdentity is the only other operation of STS.',
  },
  {
    about: 'Size of session policies',
    onAws:
      'They are packed in a way that is not published, and `PackedPolicySize` tells the share that is used.',
    here: 'The share is that of their characters in the 2,048.',
  },
  {
    about: 'Right to invoke a function',
    onAws: 'The policy of the function says which service may invoke it for which accounts.',
    here: 'A registered function may be invoked for its own account and those in `invokableFrom`.',
  },
  {
    about: 'EventBridge Scheduler',
    onAws: 'Rates and cron expressions, groups, and hundreds of kinds of target.',
    here: 'One-time schedules that invoke a function, in the group `default` and such as `addGroup` makes. The command looks once a second what is due; in a test suite `runDue` does. What a dead-letter queue would get is told in `outcomes`.',
  },
]

export const ACCOUNT_CHOICES: readonly Choice[] = [
  {
    about: 'Which writer of a pending value counts as the rotation function',
    here: 'Whoever runs as the function’s own role in the account of the secret; everybody else by the RotationToken of an event of the sequence under way.',
  },
  {
    about: 'When a pending value by somebody else fails the rotation',
    here: 'At the end of the step that wrote it. The rotation is repeated like any that failed.',
  },
  {
    about: 'The pauses before Scheduler tries a target again that cannot be invoked',
    here: 'One minute, doubling up to an hour.',
  },
  {
    about: 'A schedule’s time that the change to summer time skips',
    here: 'It is taken as if the clocks had not been changed yet.',
  },
]

export const ACCOUNT_DRAWN: readonly Drawn[] = [
  {
    option: 'scheduleDelayMs',
    question: 'When within its minute does a schedule fire?',
    drawn: 'up to 59,999 ms after its time',
  },
  {
    option: 'scheduleFires',
    question: 'How often does a one-time schedule fire? AWS promises at least once.',
    drawn: 'once in four of five cases, else twice',
  },
  {
    option: 'pastSchedules',
    question: 'Does a schedule fire whose time had passed when it was made? AWS accepts it.',
    drawn: 'at once or never',
  },
]
