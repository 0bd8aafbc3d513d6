import type { ErrorFacts } from './facts.ts'
import { HUB_ERRORS } from './hub-codes.ts'
import { MINT_ERRORS } from './mint-codes.ts'
import { ADMIN_ERRORS, RETIREMENT_ERRORS } from './pair-codes.ts'
import { PROOF_ERRORS } from './proof-codes.ts'

export type { Actor, ErrorFacts } from './facts.ts'

const unstick =
  'aws secretsmanager update-secret-version-stage --secret-id {secret} --version-stage AWSPENDING --remove-from-version-id {token}'

/** Every code that leaves Quarterturn, with the facts that hold for it. Codes are never renamed or re-used. */
export const ERRORS = {
  // The event and the secret's registration
  EVENT_INVALID: {
    when: 'The invocation is not a rotation event of Secrets Manager: a field is missing, malformed or unknown.',
    retryable: false,
    actor: 'operator',
    remedy: 'let Secrets Manager invoke the function, or correct the named field',
  },
  REGION_MISMATCH: {
    when: 'The secret lives in a partition, Region or account that this function does not serve.',
    retryable: false,
    actor: 'operator',
    remedy:
      'deploy the function beside the secret, or name its account in QUARTERTURN_ACCOUNTS and its Region in QUARTERTURN_REGIONS',
  },
  SECRET_NOT_FOUND: {
    when: 'Secrets Manager knows no secret with this ARN.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'check the ARN, and whether the secret was deleted',
  },
  SECRET_DELETED: {
    when: 'The secret is scheduled for deletion.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'restore it with `aws secretsmanager restore-secret --secret-id {secret}`, or turn rotation off',
  },
  SECRET_OWNED_BY_SERVICE: {
    when: 'Another AWS service owns the secret and rotates it itself.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'rotate it through the service that owns it',
  },
  SECRET_NOT_OURS: {
    when: 'The rotation function registered with the secret is not this function.',
    retryable: false,
    actor: 'operator',
    remedy:
      'register this function with `aws secretsmanager rotate-secret --secret-id {secret} --rotation-lambda-arn ARN`',
  },
  ROTATION_DISABLED: {
    when: 'Rotation is turned off for the secret. The test rotation is let through.',
    retryable: false,
    actor: 'secret-owner',
    remedy: `release the pending version with \`${unstick}\`, then turn rotation on with \`aws secretsmanager rotate-secret --secret-id {secret}\``,
  },
  TOKEN_NOT_PENDING: {
    when: 'The version of this rotation does not hold AWSPENDING: the rotation was abandoned or unstuck, or the token belongs to no rotation.',
    retryable: false,
    actor: 'nobody',
    remedy: 'start a new rotation with `aws secretsmanager rotate-secret --secret-id {secret}`',
  },
  TAG_INVALID: {
    when: 'A `quarterturn:` tag on the secret has an unknown name or a value that is not on its list.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'correct or remove the named tag',
  },

  // The secret's content
  SECRET_BINARY: {
    when: 'The secret holds SecretBinary; rotation needs a JSON string.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'store the value as a SecretString in JSON',
  },
  SECRET_NOT_JSON: {
    when: 'The secret is not a JSON object.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'store a JSON object with the fields of the provider',
  },
  SECRET_INVALID: {
    when: 'A field of the secret is missing or has a value the provider cannot use.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'correct the named field',
  },
  PROVIDER_UNKNOWN: {
    when: 'No provider of this deployment serves the engine, Type or tag of the secret, or they contradict each other.',
    retryable: false,
    actor: 'operator',
    remedy: 'correct `engine`, or deploy a function with the provider',
  },
  ACCOUNT_MISMATCH: {
    when: 'The pending version names another account, host, port, database or TLS setting than the current one.',
    retryable: false,
    actor: 'secret-owner',
    remedy: `release the pending version with \`${unstick}\` and rotate again`,
  },

  // The admin secret
  ...ADMIN_ERRORS,

  // Versions and labels
  PENDING_MISSING: {
    when: 'The pending version holds no value yet, also after a short wait.',
    retryable: true,
    actor: 'nobody',
    remedy: 'Secrets Manager repeats the rotation from createSecret; nothing was changed',
  },
  PENDING_SUPERSEDED: {
    when: 'The pending value was overtaken: it is the current or previous credential, it was taken over from a rotation that has ended since, or an earlier rotation left another value that may be in force.',
    retryable: false,
    actor: 'nobody',
    remedy:
      'start a new rotation with `aws secretsmanager rotate-secret --secret-id {secret}`; it completes what was left',
  },
  PENDING_UNUSABLE: {
    when: 'The target refuses the pending value for good, for instance by a password policy. The pending version was released and the current credential still works.',
    retryable: false,
    actor: 'operator',
    remedy: "bring the password policy of the function in line with the target's, then rotate again",
  },
  PENDING_REFUSED: {
    when: 'The target refuses to sign in with the pending credential.',
    retryable: true,
    actor: 'target-admin',
    remedy: 'see what the target logs about the sign-in; the next attempt sets the credential again',
  },
  CONSUMER_REFUSED: {
    when: 'The pending credential signs in where changes are made, and is refused where consumers sign in. AWSCURRENT stays where it is.',
    retryable: true,
    actor: 'target-admin',
    remedy:
      'see how far the replica is behind; a pooler or proxy has to know both users of a pair (RDS Proxy: a secret for each)',
  },
  NOT_SET: {
    when: 'The pending credential was never set at the target by this function, so it can be neither tested nor finished.',
    retryable: true,
    actor: 'nobody',
    remedy: `Secrets Manager repeats the rotation; when another function began it, release it with \`${unstick}\``,
  },
  CURRENT_MOVED: {
    when: 'AWSCURRENT moved to another version while the step was running.',
    retryable: true,
    actor: 'nobody',
    remedy: 'Secrets Manager repeats the step with the labels as they are now',
  },
  CANDIDATE_MOVED: {
    when: 'QUARTERTURN_CANDIDATE moved while the step was running: another invocation works on this secret.',
    retryable: true,
    actor: 'nobody',
    remedy: 'Secrets Manager repeats the step with the labels as they are now',
  },

  // The target
  CURRENT_REFUSED: {
    when: 'The target refuses the current credential, and neither the pending nor the previous one is in force.',
    retryable: false,
    actor: 'operator',
    remedy:
      'find what changed the password outside this secret (a second secret for the same user is a likely cause), set the password of AWSCURRENT at the target, then rotate again',
  },
  PRIMARY_NOT_CURRENT: {
    when: 'The current credential signs in, but the target compares with another one (a second password).',
    retryable: false,
    actor: 'operator',
    remedy: 'set the password of AWSCURRENT at the target as its primary password, then rotate again',
  },
  ...PROOF_ERRORS,
  TARGET_UNREACHABLE: {
    when: 'The target gave no answer that says whether the credential is right: network, restart, timeout.',
    retryable: true,
    actor: 'nobody',
    remedy: 'check the network path and the state of the target if it lasts',
  },
  TARGET_BUSY: {
    when: "Another rotation holds the target's lock.",
    retryable: true,
    actor: 'nobody',
    remedy: 'wait; the step is repeated',
  },
  TARGET_READ_ONLY: {
    when: 'The host of the secret cannot take changes: a replica, a reader endpoint, or a server in recovery.',
    retryable: true,
    actor: 'secret-owner',
    remedy: 'put the writer endpoint into `host`',
  },
  TLS_UNAVAILABLE: {
    when: 'TLS is required and the server does not offer it. Nothing was sent in clear text.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'turn TLS on at the server',
  },
  TLS_UNTRUSTED: {
    when: "The server's certificate does not verify: unknown issuer, expired, or another host name.",
    retryable: false,
    actor: 'operator',
    remedy: 'give the issuing CA to the function with QUARTERTURN_TLS_CA, or correct `host`',
  },
  PRIVILEGE_MISSING: {
    when: 'A privilege that the rotation needs is missing at the target.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'run the statement given in the message',
  },
  RIGHTS_DIFFER: {
    when: 'The pending account does not have the rights of the current one, also after repair.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'grant or revoke what the message names',
  },
  ACCOUNT_REFUSED: {
    when: 'An account of this kind is not rotated by this strategy, such as one with privileges that no second account can have; or a client has two secrets already, and nothing tells whose the other one is.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'see the reason in the message; choose the strategy `single-user`, or another account',
  },
  ACCOUNT_NOT_OURS: {
    when: "The alternate account exists, carries no mark of this secret, and no stored version's password signs in to it: it may be somebody else's.",
    retryable: false,
    actor: 'target-admin',
    remedy: 'drop or rename the account if nobody needs it, or choose the strategy `single-user`',
  },
  ACCOUNT_SHARED: {
    when: 'The account carries the mark of another secret: two secrets must not share one account.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'give each secret an account of its own',
  },
  STRATEGY_UNSUPPORTED: {
    when: 'The strategy asked for is not one that the provider offers for this secret.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'choose one of the strategies named in the message',
  },

  // Credentials that the target issues
  ...MINT_ERRORS,

  // Overlap and retirement
  ...RETIREMENT_ERRORS,

  // A function that serves several accounts
  ...HUB_ERRORS,

  // The function itself
  DEADLINE: {
    when: 'The step did not end in the time that Lambda gives it. Every connection was closed before the answer.',
    retryable: true,
    actor: 'operator',
    remedy: 'raise the function timeout if it happens again',
  },
  AWS_ACCESS_DENIED: {
    when: 'AWS refuses a call of the function.',
    retryable: false,
    actor: 'operator',
    remedy: 'add the named action to the role of the function, and to the key policy where it names KMS',
  },
  AWS_UNAVAILABLE: {
    when: 'Secrets Manager throttles or cannot answer, also after the retries of the SDK.',
    retryable: true,
    actor: 'nobody',
    remedy: 'wait; the step is repeated',
  },
  AWS_REFUSED: {
    when: 'Secrets Manager refuses a call for a reason that repeating does not change.',
    retryable: false,
    actor: 'operator',
    remedy: 'see the cause in the message',
  },
  CONFIG_INVALID: {
    when: 'An environment variable of the function is unknown or has a value it cannot use.',
    retryable: false,
    actor: 'operator',
    remedy: 'correct the named variable',
  },
  PROVIDER_FAILED: {
    when: 'The provider raised something that is not one of these errors.',
    retryable: true,
    actor: 'operator',
    remedy: 'report it to the author of the provider',
  },
} as const satisfies Record<string, ErrorFacts>

export type ErrorCode = keyof typeof ERRORS
