import type { ErrorCode } from '../../errors/index.ts'
import type { Known, Proof } from '../known.ts'
import { ask, end, fail, type Rule } from '../moves.ts'
import { isRenewed, sinceRules } from './mint-age.ts'

/** The error for a proof that neither confirms nor refutes the credential. */
const INCONCLUSIVE: readonly (readonly [Proof, ErrorCode])[] = [
  ['barred', 'CREDENTIAL_BARRED'],
  ['unknown', 'TARGET_UNREACHABLE'],
  ['unprovable', 'NOT_PASSWORD_AUTH'],
]

/** Rows that stop the step when the proof answers neither accepted nor rejected. */
export const stopUnlessConclusive = (whose: string, proof: (known: Known) => Proof | undefined): Rule[] =>
  INCONCLUSIVE.map(([verdict, code]) => ({
    rule: `${whose} ${verdict}: stop before anything is written`,
    when: (known) => proof(known) === verdict,
    move: fail(code),
  }))

/** Which version of the secret this step is for, and whether it is still this rotation's turn. */
export const guards: readonly Rule[] = [
  {
    rule: 'the token still holds AWSPENDING',
    when: (k) => k.labels?.own === 'unlabelled',
    move: fail('TOKEN_NOT_PENDING'),
  },
]

/** The own version, read by id and AWSPENDING, for the steps after createSecret. */
export const readOwn: readonly Rule[] = [
  { rule: 'read the pending value', when: (k) => k.own === undefined, move: ask('own') },
  {
    rule: 'no pending value and labels not read: the token may have lost AWSPENDING',
    when: (k) => k.own === 'absent' && k.labels === undefined,
    move: ask('labels'),
  },
  { rule: 'no pending value yet', when: (k) => k.own === 'absent', move: fail('PENDING_MISSING') },
  { rule: 'already current', when: (k) => ownOf(k)?.isCurrent === true, move: end('already') },
]

export const ownOf = (known: Known) => (known.own === 'absent' ? undefined : known.own)

/**
 * In a pair, a pending value for the account that is current. Either it came too late, or the secret was no pair when it
 * was made and may have been set in place already: then current is refused.
 */
export const isInPlaceOfPair = (known: Known): boolean =>
  known.current === 'same-account' && alternates(known)

/**
 * The pending value was overtaken when it is the current credential, when its version was current before (finished, and
 * then replaced by hand), or, in a pair, when it names the account that is current and current works; and when somebody
 * had another one issued since. A value taken over from an earlier rotation may also be the previous credential.
 */
export const isOvertaken = (known: Known): boolean =>
  ownOf(known)?.isPrevious === true ||
  (known.current === 'same-credential' && known.traits?.mints?.mayBeUnchanged !== true) ||
  isRenewed(known) ||
  (isInPlaceOfPair(known) && known.currentProof === 'accepted') ||
  (mayBePrevious(known) && known.previous === 'same-credential' && known.current !== 'same-credential')

/**
 * A value that was not made for this rotation alone: taken over from another, or found at a target that marks nothing, where
 * somebody who was late may store it once more.
 */
const mayBePrevious = (known: Known): boolean =>
  ownOf(known)?.isReused === true || known.traits?.mints?.stages === true

/** A change whose end nobody can see is begun only where the deployment allows it. A value that was set already goes on. */
export const refuseGap = (isWanted: (known: Known) => boolean): Rule => ({
  rule: 'nobody could see what is in force, and the deployment does not allow that',
  when: (k) => isWanted(k) && k.traits?.refusesGap === true,
  move: fail('CLASS_C_REFUSED'),
})

/** The secret goes to and fro between two accounts: that was chosen, or AWSPREVIOUS shows it. */
export const alternates = (known: Known): boolean =>
  known.traits?.alternates === true || known.pair === 'alternates'

export const isOfPair = (known: Known): boolean =>
  known.current === 'alternate' || known.gone === 'alternate' || alternates(known)

/** The change, if any, is the admin's to make. */
export const byAdmin = (known: Known): boolean =>
  isOfPair(known)
    ? known.traits?.pairByAdmin === true
    : known.traits?.oneByAdmin === true && (!known.traits.oneMayDoWithout || known.adminNamed === 'named')

/** Whose the change is, where that hangs on what the secret says. Asked when AWSCURRENT has been read. */
export const seeWhoseChange = (isWanted: (known: Known) => boolean): Rule => ({
  rule: 'see whether the secret names an admin',
  when: (k) =>
    isWanted(k) &&
    k.traits?.oneByAdmin === true &&
    k.traits.oneMayDoWithout &&
    !isOfPair(k) &&
    k.adminNamed === undefined,
  move: ask('adminNamed'),
})

/** Rows that read the admin secret and prove it, once something else has shown that it may be asked for. */
export const readAdmin = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'the admin secret consents and signs in',
    when: (k) => byAdmin(k) && isWanted(k) && k.admin === undefined,
    move: ask('admin'),
  },
  ...stopUnlessConclusive('the admin', (k) => k.admin),
  {
    rule: 'the admin is refused: its own rotation may be under way',
    when: (k) => k.admin === 'rejected',
    move: fail('ADMIN_ROTATING'),
  },
]

/** Whether a rotation is possible; the previous value is read only where the provider cannot tell without it. */
export const checkRotation = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'see that the change is possible before anything is written',
    when: (k) => isWanted(k) && k.check === undefined,
    move: ask('check'),
  },
  {
    rule: 'whether it is possible hangs on the previous value',
    when: (k) => k.check === 'needs-previous' && k.previous === undefined,
    move: ask('previous'),
  },
  {
    rule: 'see once more whether the change is possible',
    when: (k) => k.check === 'needs-previous' && k.checkWithPrevious === undefined,
    move: ask('checkWithPrevious'),
  },
  {
    rule: 'the change is possible',
    when: (k) => k.check === 'impossible' || (k.checkWithPrevious ?? 'possible') !== 'possible',
    move: fail('PRIVILEGE_MISSING'),
  },
]

/** Before anything is set or finished: what pending has to do with the current value, and with the previous one. */
export const belongTogether: readonly Rule[] = [
  {
    rule: 'pending and current name the same account',
    when: (k) => k.current === 'mismatch',
    move: fail('ACCOUNT_MISMATCH'),
  },
  {
    rule: 'a value taken over is compared with the previous one',
    when: (k) => mayBePrevious(k) && ownOf(k) !== undefined && k.previous === undefined,
    move: ask('previous'),
  },
  ...sinceRules,
  {
    rule: 'the same account: see whether the secret goes on alternating',
    when: (k) => k.current === 'same-account' && k.traits?.mayContinue === true && k.pair === undefined,
    move: ask('pair'),
  },
  {
    rule: 'in a pair, a value for the account of AWSCURRENT: current decides whether it came too late',
    when: (k) => isInPlaceOfPair(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
]

/** Rows that prove pending where consumers sign in. In place there is nothing to wait for: the old one is gone already. */
export const proveToConsumers = (isWanted: (known: Known) => boolean): Rule[] => [
  {
    rule: 'see that consumers get in where they sign in: a replica may not know the account yet',
    when: (k) => isWanted(k) && k.consumerProof === undefined,
    move: ask('consumerProof'),
  },
  ...stopUnlessConclusive('where consumers sign in', (k) => k.consumerProof),
  {
    rule: 'consumers get in where they sign in',
    when: (k) => k.consumerProof === 'rejected',
    move: fail('CONSUMER_REFUSED'),
  },
]

/** Rights are compared when pending names the other account of a pair. */
export const comparesRights = (known: Known): boolean =>
  known.traits?.comparesRights === true && known.current === 'alternate'

/** Whose credential opened the door: what the change is made as, and what a failed change goes back to. */
export const provenBy = (k: Known): 'current' | 'pending' | 'previous' | undefined =>
  k.currentProof === 'accepted'
    ? 'current'
    : k.pendingProof === 'accepted'
      ? 'pending'
      : k.previousProof === 'accepted'
        ? 'previous'
        : undefined

/** Another rotation left a value that may be in force, and it is not ours. */
export const differsFromUnfinished = (k: Known): boolean =>
  k.candidate === 'unfinished' || (k.candidate === 'overtaken' && k.currentProof !== 'accepted')
