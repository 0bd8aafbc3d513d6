import type { ErrorFacts } from './facts.ts'
import { STAGED_ERRORS } from './staged-codes.ts'

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
    when: 'This rotation began to have a credential issued, and its value never arrived. AWSPENDING was released, so that the next rotation sees what became of it.',
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
  MINT_DECLINED: {
    when: 'The target does not issue a credential now, for a reason of its own such as a limit. Nothing was changed.',
    retryable: true,
    actor: 'nobody',
    remedy: 'see the reason in the message; the step is repeated',
  },
  MINT_STARTED: {
    when: 'An invocation began to have a credential issued and has not stored it; it may still be running. Nothing else is issued meanwhile, since that could end what it is about to store.',
    retryable: true,
    actor: 'nobody',
    remedy: 'wait twenty minutes after the last change of the secret; the step is repeated',
  },
  MINT_UNKNOWN: {
    when: 'A rotation began to have a credential issued, its value never arrived, and the target does not tell what became of it. Nothing is issued before somebody has looked.',
    retryable: false,
    actor: 'secret-owner',
    remedy:
      'look at the target: revoke what was issued, or make a new credential by hand and store it as AWSCURRENT; then take the label QUARTERTURN_MINTING off its version, take AWSPENDING off, and rotate again',
  },
  CANDIDATE_UNCLEAR: {
    when: 'AWSCURRENT was written by hand more than once since a rotation that did not finish stored what the target had issued, and nothing tells which of the two credentials was issued last. To go on from the older one would end the newer one.',
    retryable: false,
    actor: 'secret-owner',
    remedy:
      'where the credential of AWSCURRENT was issued last, take the labels QUARTERTURN_CANDIDATE and AWSPENDING off the other versions; else store that of QUARTERTURN_CANDIDATE as AWSCURRENT and take AWSPENDING off; then rotate again',
  },
  CLASS_C_REFUSED: {
    when: 'The strategy ends the old credential before the new one is stored, or the target takes its time for the change and lets nobody see what is in force; nothing would recover a credential that is lost in between, and the deployment does not allow that.',
    retryable: false,
    actor: 'operator',
    remedy:
      'name an admin secret, choose another strategy, or set QUARTERTURN_ALLOW_CLASS_C where a rotation that is interrupted may lock the consumers out',
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
  ...STAGED_ERRORS,
} as const satisfies Record<string, ErrorFacts>
