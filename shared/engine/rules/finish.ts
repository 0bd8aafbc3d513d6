import { act, ask, end, fail, type Rule } from '../moves.ts'
import { comparesRights, guards, isOvertaken, ownOf, stopUnlessConclusive } from './common.ts'

/** finishSecret: prove once more, then one label move by compare-and-swap. */
export const finishRules: readonly Rule[] = [
  { rule: 'read labels', when: (k) => k.labels === undefined, move: ask('labels') },
  ...guards,
  {
    rule: 'already current: the record is completed',
    when: (k) => k.labels?.own === 'current' && k.own === undefined,
    move: ask('own'),
  },
  {
    rule: 'already current: prove for the record',
    when: (k) => k.labels?.own === 'current' && ownOf(k) !== undefined && k.pendingProof === undefined,
    move: ask('pendingProof'),
  },
  { rule: 'already current', when: (k) => k.labels?.own === 'current', move: end('already') },
  {
    rule: 'rotation is enabled',
    when: (k) => k.labels?.rotationEnabled === false,
    move: fail('ROTATION_DISABLED'),
  },
  {
    rule: 'the candidate label is on this version',
    when: (k) => k.labels?.candidate !== 'own',
    move: fail('NOT_SET'),
  },
  { rule: 'read the pending value', when: (k) => k.own === undefined, move: ask('own') },
  { rule: 'no pending value', when: (k) => k.own === 'absent', move: fail('PENDING_MISSING') },
  { rule: 'became current meanwhile', when: (k) => ownOf(k)?.isCurrent === true, move: end('already') },
  {
    rule: 'read current where it is needed',
    when: (k) => k.current === undefined && (ownOf(k)?.isReused === true || k.traits?.mayAlternate === true),
    move: ask('current'),
  },
  {
    rule: 'pending and current name the same account',
    when: (k) => k.current === 'mismatch',
    move: fail('ACCOUNT_MISMATCH'),
  },
  {
    rule: 'a value taken over is compared with the previous one',
    when: (k) => ownOf(k)?.isReused === true && k.previous === undefined,
    move: ask('previous'),
  },
  { rule: 'an overtaken value is not finished', when: isOvertaken, move: fail('PENDING_SUPERSEDED') },
  { rule: 'prove pending', when: (k) => k.pendingProof === undefined, move: ask('pendingProof') },
  ...stopUnlessConclusive('pending', (k) => k.pendingProof),
  { rule: 'pending signs in', when: (k) => k.pendingProof === 'rejected', move: fail('PENDING_REFUSED') },
  { rule: 'compare rights', when: (k) => comparesRights(k) && k.rights === undefined, move: ask('rights') },
  { rule: 'rights are equal', when: (k) => k.rights === 'different', move: fail('RIGHTS_DIFFER') },
  { rule: 'move AWSCURRENT', when: (k) => k.moveCurrent === undefined, move: act('moveCurrent') },
  {
    rule: 'after any error of the move the labels tell',
    when: (k) => k.moveCurrent === 'uncertain' && k.labelsAfterMove === undefined,
    move: ask('labelsAfterMove'),
  },
  {
    rule: 'the move did not happen',
    when: (k) => k.moveCurrent === 'uncertain' && k.labelsAfterMove?.own !== 'current',
    move: fail('CURRENT_MOVED'),
  },
  { rule: 'finished', when: () => true, move: end('done') },
]
