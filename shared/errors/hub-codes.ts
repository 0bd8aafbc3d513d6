import type { ErrorFacts } from './facts.ts'

/** Codes of a function that serves several accounts. */
export const HUB_ERRORS = {
  ROLE_REFUSED: {
    when: "STS does not give the function the role in the secret's account: it is not there, does not trust the role of this function, or asks for another external id. STS says the same of all three.",
    retryable: false,
    actor: 'operator',
    remedy:
      "compare QUARTERTURN_TARGET_ROLE and QUARTERTURN_EXTERNAL_ID with the role in the account, and its trust with the function's role, which needs sts:AssumeRole on it",
  },
  HOST_NOT_ALLOWED: {
    when: "The secret names a host that is not its account's own, or whose address this function must not reach.",
    retryable: false,
    actor: 'secret-owner',
    remedy: "correct the host; one that RDS does not name as the account's own goes into QUARTERTURN_HOSTS",
  },
  ROTATIONS_STOPPED: {
    when: 'QUARTERTURN_STOP keeps this account from beginning a rotation or a retirement. Rotations that had stored their value come to their end.',
    retryable: true,
    actor: 'operator',
    remedy: 'take the account out of QUARTERTURN_STOP',
  },
  ACCOUNT_PAUSED: {
    when: "Steps of this account failed slowly several times in a row, so that for five minutes this container begins no rotation in it: one account's dead targets must not hold up the others. Rotations that had stored their value go on.",
    retryable: true,
    actor: 'target-admin',
    remedy: 'see why the steps before failed; the pause ends by itself',
  },
} as const satisfies Record<string, ErrorFacts>
