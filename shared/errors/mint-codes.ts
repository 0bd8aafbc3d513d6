import type { ErrorFacts } from './facts.ts'

/** What can go wrong with credentials that the target issues. */
export const MINT_ERRORS = {
  MINT_FULL: {
    when: 'As many credentials live at the target as may, and none of them may be revoked: somebody else made them, they are still in use, or an invocation that made one may still be running.',
    retryable: true,
    actor: 'target-admin',
    remedy:
      'wait half an hour for what an interrupted rotation left; else revoke at the target one of the credentials that the report names as not ours and that nobody uses',
  },
  MINT_ABANDONED: {
    when: 'A credential was issued whose value never arrived, and it fills the limit of the target. AWSPENDING was released, so that the next rotation revokes it.',
    retryable: false,
    actor: 'nobody',
    remedy:
      'wait a quarter of an hour, then start a new rotation with `aws secretsmanager rotate-secret --secret-id {secret}`',
  },
  MINT_UNUSABLE: {
    when: 'The target issued a credential that cannot be used: not of the form of this secret, over 60 kB, with control characters, or expiring before the next rotation. It was revoked again.',
    retryable: false,
    actor: 'operator',
    remedy: 'see the reason in the message; nothing else was changed',
  },
  MINT_TOO_LARGE: {
    when: 'The secret is so large that a new credential could not be stored.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'take fields out of the secret that it does not need',
  },
  MINT_TOO_SHORT_LIVED: {
    when: 'A credential of this target expires before the schedule of the secret rotates it again.',
    retryable: false,
    actor: 'secret-owner',
    remedy:
      'shorten the interval with `aws secretsmanager rotate-secret --secret-id {secret} --rotation-rules AutomaticallyAfterDays=DAYS`',
  },
  MINT_REFUSED: {
    when: 'The target does not take the credential that it issued for this rotation, while the current one works: it was revoked there, or has expired. The pending version was released.',
    retryable: false,
    actor: 'nobody',
    remedy:
      'start a new rotation with `aws secretsmanager rotate-secret --secret-id {secret}`; it has another one issued',
  },
  MINT_NOT_SETTLED: {
    when: 'The target does not take the new credential yet; it says itself that a new one needs some time.',
    retryable: true,
    actor: 'nobody',
    remedy: 'wait; the step is repeated',
  },
} as const satisfies Record<string, ErrorFacts>
