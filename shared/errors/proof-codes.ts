import type { ErrorFacts } from './facts.ts'

/** What keeps a credential from being proven, where it is not refused. */
export const PROOF_ERRORS = {
  CREDENTIAL_BARRED: {
    when: 'The credential is right, but the target refuses it for a named reason: a limit, a lock, an expiry, a missing database.',
    retryable: true,
    actor: 'target-admin',
    remedy: 'remove the named reason at the target',
  },
  NOT_PASSWORD_AUTH: {
    when: 'The target let the session in without asking for the password (trust, peer, cert), so no credential can be proven there.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'make the target ask this user for a password',
  },
  CHANGE_IN_PROGRESS: {
    when: 'The target carries out a change by itself and has not finished. Nothing else is changed meanwhile.',
    retryable: true,
    actor: 'nobody',
    remedy: 'wait; the step is repeated, and then waits for the same change',
  },
  TARGET_NOT_BOUND: {
    when: 'The target cannot be asked to judge a credential, and does not say itself that it belongs to this secret: a tag is missing or names another secret, or the secret names another user, host or port.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'correct what the message names, after making sure that the target is the one meant',
  },
  CREDENTIAL_OWNED_BY_SERVICE: {
    when: 'AWS keeps the credential of the target in a secret of its own and rotates it itself.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'use the secret that AWS keeps, and turn rotation of this one off',
  },
} as const satisfies Record<string, ErrorFacts>
