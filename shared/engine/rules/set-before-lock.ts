import { act, ask, end, fail, type Rule } from '../moves.ts'
import {
  belongTogether,
  byAdmin,
  checkRotation,
  differsFromUnfinished,
  guards,
  isOvertaken,
  provenBy,
  readAdmin,
  readOwn,
  seeWhoseChange,
  stopUnlessConclusive,
} from './common.ts'
import { setMintRules } from './mint.ts'

/** Before the lock: the values belong together, and one of them opens the door. */
export const beforeLockRules: readonly Rule[] = [
  { rule: 'read labels', when: (k) => k.labels === undefined && !k.isWarm, move: ask('labels') },
  { rule: 'already current by its labels', when: (k) => k.labels?.own === 'current', move: end('already') },
  ...guards,
  {
    rule: 'rotation is enabled',
    when: (k) => k.labels?.rotationEnabled === false,
    move: fail('ROTATION_DISABLED'),
  },
  ...readOwn,
  { rule: 'read the current value', when: (k) => k.current === undefined, move: ask('current') },
  ...belongTogether,
  {
    rule: 'an overtaken pending value is released',
    when: (k) => isOvertaken(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  { rule: 'an overtaken pending value is not set', when: isOvertaken, move: fail('PENDING_SUPERSEDED') },
  ...setMintRules,
  seeWhoseChange(() => true),
  {
    rule: 'the admin sees what is in force, so that no sign-in has to fail: it is asked for before current is proven',
    when: (k) => k.traits?.adminLooks === true && byAdmin(k) && k.admin === undefined,
    move: ask('admin'),
  },
  { rule: 'prove current', when: (k) => k.currentProof === undefined, move: ask('currentProof') },
  ...stopUnlessConclusive('current', (k) => k.currentProof),
  {
    rule: 'current refused: pending may be in force already',
    when: (k) => k.currentProof === 'rejected' && k.pendingProof === undefined,
    move: ask('pendingProof'),
  },
  ...stopUnlessConclusive('pending after current was refused', (k) => k.pendingProof),
  {
    rule: 'current and pending refused: labels tell whether another rotation left a value',
    when: (k) => k.pendingProof === 'rejected' && k.labels === undefined,
    move: ask('labels'),
  },
  {
    rule: 'current and pending refused: look at a candidate that is on no labelled version',
    when: (k) =>
      k.pendingProof === 'rejected' && k.labels?.candidate === 'elsewhere' && k.candidate === undefined,
    move: ask('candidate'),
  },
  {
    rule: 'current and pending refused: release pending when another value may be in force',
    when: (k) => k.pendingProof === 'rejected' && differsFromUnfinished(k) && k.releasePending === undefined,
    move: act('releasePending'),
  },
  {
    rule: 'current and pending refused: another value may be in force',
    when: (k) => k.pendingProof === 'rejected' && differsFromUnfinished(k),
    move: fail('PENDING_SUPERSEDED'),
  },
  {
    rule: 'current and pending refused: read previous',
    when: (k) =>
      k.pendingProof === 'rejected' &&
      k.current === 'same-account' &&
      !byAdmin(k) &&
      k.previous === undefined,
    move: ask('previous'),
  },
  {
    rule: 'current and pending refused: previous of the same account may be in force',
    when: (k) =>
      k.pendingProof === 'rejected' &&
      k.current === 'same-account' &&
      k.previous === 'same-account' &&
      !byAdmin(k) &&
      k.previousProof === undefined,
    move: ask('previousProof'),
  },
  ...stopUnlessConclusive('previous after current and pending were refused', (k) => k.previousProof),
  { rule: 'nothing stored signs in', when: (k) => provenBy(k) === undefined, move: fail('CURRENT_REFUSED') },
  ...readAdmin((k) => provenBy(k) === 'current'),
  ...checkRotation((k) => provenBy(k) === 'current'),
]
