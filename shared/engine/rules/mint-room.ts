import type { Known } from '../known.ts'
import { act, ask, fail, type Rule } from '../moves.ts'
import { livesOn } from './mint.ts'
import { isEmpty } from './mint-intent.ts'
import { givesWay } from './mint-previous.ts'
import { isFound, isNew, works } from './mint-state.ts'

/** AWSPREVIOUS gives way to the next credential where there is no room for both; elsewhere finishSecret sees to it. */
const freesPrevious = (k: Known): boolean =>
  isNew(k) && k.store === undefined && k.mints?.hasPrevious === true && k.mints.isFull

const isFull = (k: Known): boolean =>
  k.mint === 'full' ||
  (k.mints?.isFull === true && (k.freePrevious === undefined || k.freePrevious === 'cannot'))

/** There is room for nothing more, and nothing of this rotation that could be stored. */
const isStuck = (k: Known): boolean =>
  isNew(k) && k.store === undefined && !isFound(k) && k.mint !== 'minted' && isFull(k)

/** What another rotation of this secret left behind goes, one after the other. */
export const sweepRules: readonly Rule[] = [
  {
    rule: 'mints: look for a credential that another rotation left behind',
    when: (k) => livesOn(k) && works(k) && k.store === undefined && k.leftover === undefined,
    move: ask('leftover'),
  },
  {
    rule: 'mints: labels are read again directly before a leftover is revoked',
    when: (k) => k.leftover === 'one' && k.leftoverLabels === undefined,
    move: ask('leftoverLabels'),
  },
  {
    rule: 'mints: a leftover is revoked only while AWSPENDING is on this token',
    when: (k) => k.leftoverLabels === 'not ours',
    move: fail('TOKEN_NOT_PENDING'),
  },
  {
    rule: 'mints: a leftover that a version has by now is kept',
    when: (k) => k.leftoverLabels === 'held',
    move: fail('CANDIDATE_MOVED'),
  },
  {
    rule: 'mints: revoke a leftover, and look for the next',
    when: (k) => k.leftover === 'one',
    move: act('revokeLeftover'),
  },
]

/** AWSPREVIOUS gives way, and then there is room or there is none. */
export const roomRules: readonly Rule[] = [
  {
    rule: 'mints: see what lives at the target',
    when: (k) => livesOn(k) && isEmpty(k) && works(k) && k.mints === undefined,
    move: ask('mints'),
  },
  ...givesWay(freesPrevious),
  {
    rule: 'mints: what this rotation had issued and never got fills the limit: AWSPENDING goes, so that the next token sweeps',
    when: (k) => isStuck(k) && k.mints?.own === 'unreadable' && k.releasePending === undefined,
    move: act('releasePending'),
  },
  {
    rule: 'mints: what this rotation had issued and never got fills the limit',
    when: (k) => isStuck(k) && k.mints?.own === 'unreadable',
    move: fail('MINT_ABANDONED'),
  },
  { rule: 'mints: there is no room for a new credential', when: isStuck, move: fail('MINT_FULL') },
]
