import type { Known, RetireLabelFacts } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { readAdmin, seeWhoseChange, stopUnlessConclusive } from './common.ts'

type Labels = RetireLabelFacts | undefined

/** A rotation is under way, or left a value that may be in force: what it does with the old credential is not known yet. */
const isOpen = (k: Known, labels: Labels): boolean =>
  labels !== undefined &&
  (labels.isOpen ||
    (labels.candidate === 'elsewhere' && k.candidate !== undefined && k.candidate !== 'finished'))

const isOver = (labels: Labels): boolean => labels !== undefined && !labels.isCurrent && !labels.isPending

/** Nothing is left to do; the schedule that has run goes. */
const nothing = (rule: string, when: Rule['when']): Rule[] => [
  {
    rule: `${rule}: the schedule goes`,
    when: (k) => when(k) && k.dropSchedule === undefined,
    move: act('dropSchedule'),
  },
  { rule, when, move: end('already') },
]

/** It may not be done yet: a new schedule is made, and then the one that has run goes. */
const wait = (rule: string, when: Rule['when']): Rule[] => [
  { rule, when: (k) => when(k) && k.postpone === undefined, move: act('postpone') },
  {
    rule: `${rule}: it has waited long enough`,
    when: (k) => when(k) && k.postpone === 'never',
    move: fail('RETIREMENT_OVERDUE'),
  },
  {
    rule: `${rule}: the schedule that has run goes`,
    when: (k) => when(k) && k.dropSchedule === undefined,
    move: act('dropSchedule'),
  },
  { rule: `${rule}: later`, when, move: end('postponed') },
]

const isFree = (facts: Known['gone']): boolean => facts === 'alternate' || facts === 'same-account'

const beforeLock: readonly Rule[] = [
  {
    rule: 'see that the schedule is ours and due',
    when: (k) => k.schedule === undefined,
    move: ask('schedule'),
  },
  {
    rule: 'a retirement that we did not schedule, or too early',
    when: (k) => k.schedule !== 'due',
    move: fail('RETIREMENT_UNKNOWN'),
  },
  { rule: 'read labels', when: (k) => k.retireLabels === undefined, move: ask('retireLabels') },
  ...nothing('the rotation never ended, or another came after it', (k) => isOver(k.retireLabels)),
  {
    rule: 'look at a candidate that is not on AWSCURRENT',
    when: (k) =>
      k.retireLabels?.candidate === 'elsewhere' && !k.retireLabels.isOpen && k.candidate === undefined,
    move: ask('candidate'),
  },
  ...wait('a rotation is open', (k) => isOpen(k, k.retireLabels)),
  {
    rule: 'compare the old credential with those that are protected',
    when: (k) => k.gone === undefined,
    move: ask('gone'),
  },
  ...nothing('the old credential is protected, or is none any more', (k) => !isFree(k.gone)),
  { rule: 'prove current', when: (k) => k.currentProof === undefined, move: ask('currentProof') },
  ...stopUnlessConclusive('current', (k) => k.currentProof),
  {
    rule: 'nothing is retired while current is refused',
    when: (k) => k.currentProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  seeWhoseChange(() => true),
  ...readAdmin(() => true),
]

const underLock: readonly Rule[] = [
  { rule: 'take the lock of the target', when: (k) => k.lock === undefined, move: act('lock') },
  {
    rule: 'labels are read again under the lock',
    when: (k) => k.lockedRetireLabels === undefined,
    move: ask('lockedRetireLabels'),
  },
  ...nothing('another rotation came meanwhile', (k) => isOver(k.lockedRetireLabels)),
  {
    rule: 'look at a candidate that left AWSCURRENT meanwhile',
    when: (k) =>
      k.lockedRetireLabels?.candidate === 'elsewhere' &&
      !k.lockedRetireLabels.isOpen &&
      k.candidate === undefined,
    move: ask('candidate'),
  },
  ...wait('a rotation was opened meanwhile', (k) => isOpen(k, k.lockedRetireLabels)),
  {
    rule: 'compare once more by the labels under the lock',
    when: (k) => k.lockedGone === undefined,
    move: ask('lockedGone'),
  },
  ...nothing('the old credential became protected meanwhile', (k) => !isFree(k.lockedGone)),
  { rule: 'retire', when: (k) => k.retire === undefined, move: act('retire') },
]

const afterwards: readonly Rule[] = [
  {
    rule: 'the target does not retire it',
    when: (k) => k.retire === 'cannot',
    move: fail('RETIREMENT_IMPOSSIBLE'),
  },
  { rule: 'prove current afterwards', when: (k) => k.keptProof === undefined, move: ask('keptProof') },
  ...stopUnlessConclusive('current afterwards', (k) => k.keptProof),
  {
    rule: 'current still signs in',
    when: (k) => k.keptProof === 'rejected',
    move: fail('CURRENT_REFUSED'),
  },
  {
    // A failed sign-in of the account in use could count against it.
    rule: 'the other account: see that the old credential is refused',
    when: (k) => k.gone === 'alternate' && k.goneProof === undefined,
    move: ask('goneProof'),
  },
  { rule: 'the schedule goes', when: (k) => k.dropSchedule === undefined, move: act('dropSchedule') },
  { rule: 'retired', when: () => true, move: end('done') },
]

/** retireSecret: end one old credential, by what it is and not by its label. */
export const retireRules: readonly Rule[] = [...beforeLock, ...underLock, ...afterwards]
