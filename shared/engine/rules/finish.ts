import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import {
  belongTogether,
  comparesRights,
  guards,
  isInPlaceOfPair,
  isOvertaken,
  ownOf,
  proveToConsumers,
  readAdmin,
  stopUnlessConclusive,
} from './common.ts'
import { firstUse, livesOn, mints } from './mint.ts'
import { beforeClearing, clearing, clearsPrevious } from './mint-previous.ts'
import { beforePromoting, promotes, promoting } from './staged.ts'

const isCurrent = (k: Known): boolean => k.labels?.own === 'current' || ownOf(k)?.isCurrent === true

/** The old credential goes on beside the new one, and is to be ended before the next rotation. */
const schedules = (k: Known): boolean =>
  k.traits?.retires === true &&
  (k.current === 'alternate' || (k.traits.overlaps && k.current !== 'same-credential'))

/** Consumers still sign in with the old credential, so they can wait until the new one is everywhere. */
const goesOnBeside = (k: Known): boolean =>
  k.current === 'alternate' || (k.traits?.overlaps === true && !mints(k))

/** finishSecret: prove once more, then one label move by compare-and-swap. */
export const finishRules: readonly Rule[] = [
  { rule: 'read labels', when: (k) => k.labels === undefined && !k.isWarm, move: ask('labels') },
  ...guards,
  {
    rule: 'read the current value first: what is pending after that was so when AWSCURRENT was there',
    when: (k) => k.currentFirst === undefined && k.labels?.own !== 'current',
    move: ask('currentFirst'),
  },
  { rule: 'read the pending value', when: (k) => k.own === undefined, move: ask('own') },
  {
    rule: 'no pending value and labels not read: the token may have lost AWSPENDING',
    when: (k) => k.own === 'absent' && k.labels === undefined,
    move: ask('labels'),
  },
  {
    rule: 'already current: prove for the record',
    when: (k) => isCurrent(k) && ownOf(k) !== undefined && k.pendingProof === undefined,
    move: ask('pendingProof'),
  },
  { rule: 'already current', when: isCurrent, move: end('already') },
  { rule: 'no pending value', when: (k) => k.own === 'absent', move: fail('PENDING_MISSING') },
  {
    // What is in force is promoted also after rotation was turned off: it only closes the gap.
    rule: 'rotation is enabled, or the value is set already',
    when: (k) => k.labels?.rotationEnabled === false && ownOf(k)?.isCandidate === false,
    move: fail('ROTATION_DISABLED'),
  },
  {
    rule: 'the candidate label is on this version',
    when: (k) => ownOf(k)?.isCandidate === false,
    move: fail('NOT_SET'),
  },
  { rule: 'compare with the current value', when: (k) => k.current === undefined, move: ask('current') },
  ...belongTogether,
  ...stopUnlessConclusive('current of the same account', (k) =>
    isInPlaceOfPair(k) ? k.currentProof : undefined,
  ),
  { rule: 'an overtaken value is not finished', when: isOvertaken, move: fail('PENDING_SUPERSEDED') },
  { rule: 'prove pending', when: (k) => k.pendingProof === undefined, move: ask('pendingProof') },
  ...stopUnlessConclusive('pending', (k) => k.pendingProof),
  ...firstUse,
  { rule: 'pending signs in', when: (k) => k.pendingProof === 'rejected', move: fail('PENDING_REFUSED') },
  ...beforePromoting,
  ...beforeClearing,
  ...readAdmin((k) => comparesRights(k) || clearsPrevious(k) || promotes(k)),
  { rule: 'compare rights', when: (k) => comparesRights(k) && k.rights === undefined, move: ask('rights') },
  { rule: 'rights are equal', when: (k) => k.rights === 'different', move: fail('RIGHTS_DIFFER') },
  ...proveToConsumers(goesOnBeside),
  ...clearing,
  ...promoting,
  {
    // Two finishes of one token would else record different credentials to retire.
    rule: 'a retirement is to be scheduled: labels are read again',
    when: (k) => schedules(k) && k.labelsBeforeSchedule === undefined,
    move: ask('labelsBeforeSchedule'),
  },
  {
    rule: 'AWSCURRENT moved before the retirement was scheduled',
    when: (k) => k.labelsBeforeSchedule === 'current moved',
    move: fail('CURRENT_MOVED'),
  },
  {
    rule: 'the retirement is scheduled before the move: without the move it refuses itself',
    when: (k) => schedules(k) && k.scheduleRetirement === undefined,
    move: act('scheduleRetirement'),
  },
  { rule: 'move AWSCURRENT', when: (k) => k.moveCurrent === undefined, move: act('moveCurrent') },
  {
    rule: 'after any error of the move the labels tell',
    when: (k) => k.moveCurrent !== 'moved' && k.labelsAfterMove === undefined,
    move: ask('labelsAfterMove'),
  },
  {
    rule: 'the move was refused: AWSCURRENT is elsewhere',
    when: (k) => k.moveCurrent === 'lost' && k.labelsAfterMove?.own !== 'current',
    move: fail('CURRENT_MOVED'),
  },
  {
    rule: 'the move did not happen',
    when: (k) => k.moveCurrent === 'failed' && k.labelsAfterMove?.own !== 'current',
    move: fail('AWS_UNAVAILABLE'),
  },
  {
    rule: 'what else the target has issued is told in the record',
    when: (k) => livesOn(k) && k.strangers === undefined,
    move: ask('strangers'),
  },
  { rule: 'finished', when: () => true, move: end('done') },
]
