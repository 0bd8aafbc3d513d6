import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { checkRotation, readAdmin, seeWhoseChange, stopUnlessConclusive } from './common.ts'
import { fits, mints } from './mint.ts'
import { givesWay } from './mint-previous.ts'

/** This rotation has no value yet. */
const isEmpty = (k: Known): boolean => mints(k) && k.stored === 'empty'

const works = (k: Known): boolean => mints(k) && k.currentProof === 'accepted'

/** An unfinished credential may be used again; one that was overtaken only where current does not work. */
const mayReuse = (k: Known): boolean =>
  isEmpty(k) &&
  (k.candidate === 'unfinished' || (k.candidate === 'overtaken' && k.currentProof === 'rejected'))

const reuses = (k: Known): boolean => mayReuse(k) && k.candidateProof === 'accepted'

/** Something new is to be stored: issued now, or before by this very rotation. */
const isNew = (k: Known): boolean => isEmpty(k) && works(k) && !reuses(k)

/** AWSPREVIOUS gives way to the next credential where there is no room for both; elsewhere finishSecret sees to it. */
const freesPrevious = (k: Known): boolean =>
  isNew(k) && k.store === undefined && k.mints?.hasPrevious === true && k.mints.isFull

const isFull = (k: Known): boolean =>
  k.mint === 'full' ||
  (k.mints?.isFull === true && (k.freePrevious === undefined || k.freePrevious === 'cannot'))

/** There is room for nothing more, and nothing of this rotation that could be stored. */
const isStuck = (k: Known): boolean =>
  isNew(k) && k.store === undefined && k.mints?.own !== 'readable' && k.mint !== 'minted' && isFull(k)

/** Something of this rotation lives beside what is stored, or may. */
const mayHaveExtra = (k: Known): boolean =>
  works(k) &&
  (k.stored === 'there' ||
    k.store === 'exists' ||
    (k.store !== undefined && k.mints !== undefined && k.mints.own !== 'none'))

/** What this rotation has, and whether the credential of AWSCURRENT works: nothing is issued or ended before. */
const lookRules: readonly Rule[] = [
  {
    rule: 'mints: see whether this rotation has a value already',
    when: (k) => mints(k) && k.stored === undefined,
    move: ask('stored'),
  },
  {
    rule: 'mints: look at a candidate that is on no labelled version',
    when: (k) => isEmpty(k) && k.labels?.candidate === 'elsewhere' && k.candidate === undefined,
    move: ask('candidate'),
  },
  {
    rule: 'mints: prove current before anything is issued or ended',
    when: (k) => mints(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('mints: current', (k) => (mints(k) ? k.currentProof : undefined)),
  {
    rule: 'mints: prove an unfinished credential before it is used again',
    when: (k) => mayReuse(k) && k.candidateProof === undefined,
    move: ask('candidateProof'),
  },
  ...stopUnlessConclusive('mints: an unfinished credential', (k) => k.candidateProof),
  {
    rule: 'mints: current is refused, but this rotation has a value already',
    when: (k) => mints(k) && k.stored === 'there' && k.currentProof === 'rejected',
    move: end('done'),
  },
  {
    rule: 'mints: nothing is issued while current is refused',
    when: (k) => isEmpty(k) && k.currentProof === 'rejected' && !reuses(k),
    move: fail('CURRENT_REFUSED'),
  },
  seeWhoseChange(works),
  ...readAdmin(works),
  {
    rule: 'mints: see whether it comes too soon for consumers of the previous one',
    when: (k) => isNew(k) && k.overlap === undefined,
    move: ask('overlap'),
  },
  {
    rule: 'mints: a rotation that cuts the overlap is refused where that was asked for',
    when: (k) => isNew(k) && k.overlap === 'cut' && k.traits?.refusesCut === true,
    move: fail('OVERLAP_CUT'),
  },
  ...checkRotation(isNew),
  ...fits(isNew),
]

/** What another rotation of this secret left behind goes, one after the other. */
const sweepRules: readonly Rule[] = [
  {
    rule: 'mints: look for a credential that another rotation left behind',
    when: (k) => works(k) && k.store === undefined && k.leftover === undefined,
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
const roomRules: readonly Rule[] = [
  {
    rule: 'mints: see what lives at the target',
    when: (k) => isEmpty(k) && works(k) && k.mints === undefined,
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

/** A value is stored with both labels, and only then what else this rotation had issued goes. */
const storeRules: readonly Rule[] = [
  {
    rule: 'mints: use the unfinished credential again',
    when: (k) => reuses(k) && k.store === undefined,
    move: act('storeCandidate'),
  },
  {
    rule: 'mints: have a credential issued, unless one of this rotation can be read',
    when: (k) => isNew(k) && k.mints?.own !== 'readable' && k.mint === undefined,
    move: act('mint'),
  },
  {
    rule: 'mints: what cannot be used is revoked again, by whom it was issued to',
    when: (k) => k.mint === 'unusable' && k.revokeMint === undefined,
    move: act('revokeMint'),
  },
  {
    rule: 'mints: what the target issued cannot be used',
    when: (k) => k.mint === 'unusable',
    move: fail('MINT_UNUSABLE'),
  },
  {
    rule: 'mints: store what the target issued',
    when: (k) => isNew(k) && k.store === undefined,
    move: act('storeMint'),
  },
  {
    rule: 'mints: another invocation stored first: its value counts, so read it',
    when: (k) => mints(k) && k.store === 'exists' && k.readBack === undefined,
    move: ask('readBack'),
  },
  {
    rule: 'mints: the stored value is not there',
    when: (k) => k.readBack === 'absent',
    move: fail('PENDING_MISSING'),
  },
  {
    rule: 'mints: a value is stored: look for another credential of this rotation',
    when: (k) => mayHaveExtra(k) && k.extra === undefined,
    move: ask('extra'),
  },
  {
    rule: 'mints: revoke what this rotation does not use, and look for more',
    when: (k) => k.extra === 'one',
    move: act('revokeExtra'),
  },
  { rule: 'mints: stored', when: mints, move: end('done') },
]

/** createSecret where the target issues the credentials. Asked when AWSCURRENT was read; the last row always ends it. */
export const createMintRules: readonly Rule[] = [...lookRules, ...sweepRules, ...roomRules, ...storeRules]
