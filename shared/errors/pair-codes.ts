import type { ErrorFacts } from './facts.ts'

/** What is wrong with the admin secret that makes the changes. */
export const ADMIN_ERRORS = {
  ADMIN_MISSING: {
    when: 'The strategy makes its changes with an admin secret, and the secret names none.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'put the ARN of the admin secret into the field that the provider documents (`masterarn`)',
  },
  ADMIN_ELSEWHERE: {
    when: 'The secret names as its admin secret something that is not another secret of its own account and Region.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'name the full ARN of an admin secret beside this secret',
  },
  ADMIN_NOT_CONSENTING: {
    when: 'The admin secret does not say by its tag `quarterturn:admin-for` that it serves this secret.',
    retryable: false,
    actor: 'secret-owner',
    remedy:
      'tag the admin secret `quarterturn:admin-for` with the name of this secret, or with the part of its name up to a `/`, that included; several are separated by spaces',
  },
  ADMIN_INVALID: {
    when: 'The value of the admin secret cannot be used: a field is missing or unusable, it is not the master secret of a server that RDS knows, or it names an account that is rotated here.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'correct the named field of the admin secret',
  },
  ADMIN_HOST_MISMATCH: {
    when: 'The admin secret is of another server than the secret, and RDS does not say that one is the writer of the other.',
    retryable: false,
    actor: 'secret-owner',
    remedy: 'name the admin secret of the server that the secret is of',
  },
  ADMIN_ROTATING: {
    when: "The target refuses the admin's credential, the current and the pending one: the admin secret is probably rotating at this moment.",
    retryable: true,
    actor: 'nobody',
    remedy: 'wait; if it lasts, see that the admin secret signs in',
  },
  ADMIN_REFUSED: {
    when: 'The admin has more power than a rotation may use, such as that of a superuser.',
    retryable: false,
    actor: 'target-admin',
    remedy: 'make an admin role for rotation, and put it into the admin secret',
  },
} as const satisfies Record<string, ErrorFacts>

/** What keeps an old credential from going when it should, or makes it go too soon. */
export const RETIREMENT_ERRORS = {
  OVERLAP_CUT: {
    when: 'AWSCURRENT is younger than the minimum overlap, so consumers may still use the credential that this rotation would replace, and the deployment or the secret says to wait.',
    retryable: true,
    actor: 'nobody',
    remedy: 'wait until the overlap is over, or release the pending version and rotate later',
  },
  RETIREMENT_UNKNOWN: {
    when: 'A retirement was asked for that this function has not scheduled, or that is not due yet.',
    retryable: false,
    actor: 'operator',
    remedy: 'leave it to the schedule that the rotation makes',
  },
  RETIREMENT_IMPOSSIBLE: {
    when: 'The target does not retire the old credential. It goes on until the next rotation replaces it.',
    retryable: false,
    actor: 'operator',
    remedy: 'remove the named reason, then rotate once more',
  },
  RETIREMENT_OVERDUE: {
    when: 'A retirement has waited as often as it may for rotations that were open. The old credential goes on until the next rotation replaces it.',
    retryable: false,
    actor: 'operator',
    remedy: 'see why the rotation of the secret does not end, then rotate once more',
  },
} as const satisfies Record<string, ErrorFacts>
