import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import {
  byAdmin,
  comparesRights,
  differsFromUnfinished,
  ownOf,
  provenBy,
  stopUnlessConclusive,
} from './common.ts'
import { beforeLockRules } from './set-before-lock.ts'

/**
 * A value is taken over from the version that holds our label, and until it is set the label stays there or comes here.
 * Once the label is anywhere else, another rotation has finished the value, or given it up: it may have been current and
 * replaced since, any number of rotations ago. Where current does not sign in, pending may be what does, and no label may go.
 */
const cameTooLate = (k: Known): boolean =>
  k.lockedLabels !== undefined &&
  k.currentProof === 'accepted' &&
  ownOf(k)?.isReused === true &&
  k.lockedLabels.candidate !== 'own' &&
  !(k.lockedLabels.candidate === 'elsewhere' && k.candidate === 'same-value')

/** Somebody began to set this very value before. */
const isRepeat = (k: Known): boolean => k.lockedLabels?.candidate === 'own' || k.candidate === 'same-value'

/** Under the lock, pending is proven first when a second apply does damage, or when it was seen in force already. */
const provesPendingFirst = (k: Known): boolean =>
  provenBy(k) === 'pending' || (isRepeat(k) && k.traits?.appliesOnce === true)

/** The old credential died with a change whose new one does not sign in. */
const mayPutBack = (k: Known): boolean =>
  k.appliedProof === 'rejected' &&
  k.traits?.restores === true &&
  k.current === 'same-account' &&
  provenBy(k) !== 'pending'

/** The target will never take the value, and it is not in force either. */
const isUnusable = (k: Known): boolean => k.apply === 'refused' && k.lockedPendingProof !== 'accepted'

const isSet = (k: Known): boolean => k.lockedPendingProof === 'accepted' || k.appliedProof === 'accepted'

/** Under the lock: the label first, then the change, then the proof. */
const changeRules: readonly Rule[] = [
  { rule: 'take the lock of the target', when: (k) => k.lock === undefined, move: act('lock') },
  {
    rule: 'labels are read again under the lock',
    when: (k) => k.lockedLabels === undefined,
    move: ask('lockedLabels'),
  },
  { rule: 'became current meanwhile', when: (k) => k.lockedLabels?.own === 'current', move: end('already') },
  {
    rule: 'the token still holds AWSPENDING under the lock',
    when: (k) => k.lockedLabels !== undefined && k.lockedLabels.own !== 'pending',
    move: fail('TOKEN_NOT_PENDING'),
  },
  {
    rule: 'rotation is enabled under the lock',
    when: (k) => k.lockedLabels?.rotationEnabled === false,
    move: fail('ROTATION_DISABLED'),
  },
  {
    rule: 'AWSCURRENT is where it was proven',
    when: (k) => k.lockedLabels?.currentMoved === true,
    move: fail('CURRENT_MOVED'),
  },
  {
    rule: 'look at a candidate that is on no labelled version',
    when: (k) => k.lockedLabels?.candidate === 'elsewhere' && k.candidate === undefined,
    move: ask('candidate'),
  },
  {
    rule: 'release pending when another value may be in force',
    when: (k) => differsFromUnfinished(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  {
    rule: 'pending is not set while another value may be in force',
    when: differsFromUnfinished,
    move: fail('PENDING_SUPERSEDED'),
  },
  {
    rule: 'a value taken over that another rotation has finished or given up since is released',
    when: (k) => cameTooLate(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  {
    rule: 'a value taken over that another rotation has finished or given up since is not set',
    when: cameTooLate,
    move: fail('PENDING_SUPERSEDED'),
  },
  {
    rule: 'the candidate label is taken directly before the change',
    when: (k) => k.lockedLabels?.candidate !== 'own' && k.takeCandidate === undefined,
    move: act('takeCandidate'),
  },
  {
    rule: 'the candidate label was taken',
    when: (k) => k.takeCandidate === 'lost',
    move: fail('CANDIDATE_MOVED'),
  },
  {
    rule: 'a repeat proves pending before it applies',
    when: (k) => provesPendingFirst(k) && k.lockedPendingProof === undefined,
    move: ask('lockedPendingProof'),
  },
  ...stopUnlessConclusive('pending under the lock', (k) => k.lockedPendingProof),
  {
    rule: 'the admin changes nothing when only another value signs in: a secret could name any account',
    when: (k) => byAdmin(k) && provenBy(k) !== 'current' && k.lockedPendingProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  {
    rule: 'apply',
    when: (k) => k.lockedPendingProof !== 'accepted' && k.apply === undefined,
    move: act('apply'),
  },
  {
    rule: 'the target carries the change out by itself and is not done: a repeat waits for it',
    when: (k) => k.apply === 'in-progress',
    move: fail('CHANGE_IN_PROGRESS'),
  },
]

/** The target will never take this value: give up the version so that the next token makes another. */
const refusedRules: readonly Rule[] = [
  {
    rule: 'refused on a repeat: it may be in force already, and a password history refuses it for that',
    when: (k) => k.apply === 'refused' && isRepeat(k) && k.lockedPendingProof === undefined,
    move: ask('lockedPendingProof'),
  },
  {
    rule: 'refused for good: see that the old credential still works',
    when: (k) => isUnusable(k) && k.fallbackProof === undefined,
    move: ask('fallbackProof'),
  },
  ...stopUnlessConclusive('the old credential after a refusal', (k) => k.fallbackProof),
  {
    rule: 'refused for good and the old credential does not work',
    when: (k) => isUnusable(k) && k.fallbackProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  {
    rule: 'refused for good: the candidate label goes first, else the next token uses the value again',
    when: (k) => isUnusable(k) && k.releaseCandidate === undefined,
    move: act('releaseCandidate'),
  },
  {
    rule: 'refused for good: then AWSPENDING',
    when: (k) => isUnusable(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  { rule: 'refused for good', when: (k) => isUnusable(k), move: fail('PENDING_UNUSABLE') },
]

/** What was applied must sign in, with the same rights. */
const provenRules: readonly Rule[] = [
  {
    rule: 'prove pending after the change',
    when: (k) => !isSet(k) && k.appliedProof === undefined,
    move: ask('appliedProof'),
  },
  ...stopUnlessConclusive('pending after the change', (k) => k.appliedProof),
  {
    rule: 'the target compares with another credential than current',
    when: (k) => k.appliedProof === 'rejected' && k.apply === 'superseded',
    move: fail('PRIMARY_NOT_CURRENT'),
  },
  {
    rule: 'an applied value that does not sign in: somebody else may have changed it since, so labels are read again',
    when: (k) => mayPutBack(k) && k.putBackLabels === undefined,
    move: ask('putBackLabels'),
  },
  {
    rule: 'an applied value that does not sign in is taken back, here and nowhere else',
    when: (k) =>
      mayPutBack(k) &&
      k.putBackLabels?.own === 'pending' &&
      !k.putBackLabels.currentMoved &&
      k.putBack === undefined,
    move: act('putBack'),
  },
  {
    rule: 'the applied value does not sign in',
    when: (k) => k.appliedProof === 'rejected',
    move: fail('PENDING_REFUSED'),
  },
  {
    rule: 'compare rights',
    when: (k) => comparesRights(k) && k.rights === undefined,
    move: ask('rights'),
  },
  {
    rule: 'rights are repaired only for the credential of AWSCURRENT',
    when: (k) => k.rights === 'different' && provenBy(k) !== 'current',
    move: fail('RIGHTS_DIFFER'),
  },
  {
    rule: 'repair rights',
    when: (k) => k.rights === 'different' && k.repair === undefined,
    move: act('repair'),
  },
  {
    rule: 'compare rights after the repair',
    when: (k) => k.repair === 'done' && k.repairedRights === undefined,
    move: ask('repairedRights'),
  },
  { rule: 'rights still differ', when: (k) => k.repairedRights === 'different', move: fail('RIGHTS_DIFFER') },
  { rule: 'set and proven', when: () => true, move: end('done') },
]

/** setSecret: prove what is in force, lock, label, change, prove. */
export const setRules: readonly Rule[] = [...beforeLockRules, ...changeRules, ...refusedRules, ...provenRules]
