import type { ErrorFacts } from './facts.ts'

/** What can be in the way where a new credential is staged beside the primary one. */
export const STAGED_ERRORS = {
  SLOT_TAKEN: {
    when: 'The place for a staged credential is taken by one that somebody else made, or nobody knows who. It was not touched.',
    retryable: true,
    actor: 'target-admin',
    remedy:
      'ask whoever staged it to promote or to delete it at the target; the rotation goes on by itself then',
  },
  SLOT_KEPT: {
    when: 'The place for a staged credential is taken by one that another version of the secret still has under a label that protects it.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'take your label off that version when nobody uses it any more, then rotate again',
  },
  PRIMARY_ELSEWHERE: {
    when: 'The primary and the staged credential that the target shows are not those of this rotation: somebody else promoted one, or the secret names another client than its credential is of.',
    retryable: true,
    actor: 'secret-owner',
    remedy:
      'see which credential is the primary one at the target, and that the ids in the secret are those of its client; store the primary one as AWSCURRENT where it was changed by hand',
  },
} as const satisfies Record<string, ErrorFacts>
