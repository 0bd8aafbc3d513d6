import type { Known } from '../known.ts'
import { act, ask, fail, type Rule } from '../moves.ts'
import { seeWhoseChange, stopUnlessConclusive } from './common.ts'
import { livesOn } from './mint.ts'
import { promotes, stages } from './staged.ts'

/** The credential of AWSPREVIOUS is ended, by the labels as they are directly before. */
export const givesWay = (isWanted: (known: Known) => boolean): readonly Rule[] => [
  {
    rule: 'mints: labels are read again directly before AWSPREVIOUS gives way',
    when: (k) => isWanted(k) && k.freeLabels === undefined,
    move: ask('freeLabels'),
  },
  {
    rule: 'mints: AWSPREVIOUS gives way only while AWSPENDING is on this token',
    when: (k) => isWanted(k) && k.freeLabels === 'not ours',
    move: fail('TOKEN_NOT_PENDING'),
  },
  {
    rule: 'mints: AWSPREVIOUS gives way only while the labels are where they were read',
    when: (k) => isWanted(k) && k.freeLabels === 'held',
    move: fail('CURRENT_MOVED'),
  },
  {
    rule: 'mints: the credential of AWSPREVIOUS gives way',
    when: (k) => isWanted(k) && k.freePrevious === undefined,
    move: act('freePrevious'),
  },
]

/** What loses its last label with the move must be gone by then; a schedule that has not ended it yet comes too late. */
const clears = (k: Known): boolean =>
  livesOn(k) && !stages(k) && k.pendingProof === 'accepted' && k.moveCurrent === undefined

/** AWSPREVIOUS is about to lose its label, and the credential of AWSCURRENT works. */
export const clearsPrevious = (k: Known): boolean => clears(k) && k.currentProof === 'accepted'

/** finishSecret: nothing is ended, by whomever, before current is proven. */
export const beforeClearing: readonly Rule[] = [
  {
    rule: 'mints: prove current before AWSPREVIOUS gives way',
    when: (k) => clears(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('mints: current', (k) => (clears(k) ? k.currentProof : undefined)),
  seeWhoseChange((k) => clearsPrevious(k) || promotes(k)),
]

/**
 * finishSecret, directly before the move. createSecret may not have seen this AWSPREVIOUS, where another rotation finished
 * between its look and its put.
 */
export const clearing: readonly Rule[] = [
  {
    rule: 'mints: see whether the credential of AWSPREVIOUS still lives',
    when: (k) => clearsPrevious(k) && k.mints === undefined,
    move: ask('mints'),
  },
  ...givesWay((k) => clearsPrevious(k) && k.mints?.hasPrevious === true),
]
