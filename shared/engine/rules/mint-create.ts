import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { checkRotation, readAdmin, seeWhoseChange, stopUnlessConclusive } from './common.ts'
import { consumes, fits, livesOn, mints } from './mint.ts'
import {
  claimRules,
  giveBackRules,
  intentRules,
  isEmpty,
  isRecovered,
  lostRules,
  mayBeLost,
} from './mint-intent.ts'
import { roomRules, sweepRules } from './mint-room.ts'
import { isFound, isNew, isUnclear, mayReuse, reuses, works } from './mint-state.ts'
import { stageRules } from './staged-create.ts'

/** Something of this rotation lives beside what is stored, or may. */
const mayHaveExtra = (k: Known): boolean =>
  livesOn(k) &&
  works(k) &&
  (k.stored === 'there' ||
    k.store === 'exists' ||
    (k.store !== undefined && k.mints !== undefined && k.mints.own !== 'none'))

/** Whose it is to see what became of something is known, and so is the admin. */
const needsAdmin = (k: Known): boolean => works(k) || (mayBeLost(k) && !reuses(k))

/** Another version than AWSCURRENT may have what was issued last. Where only that is any good, so may AWSPREVIOUS. */
const mayBeAhead = (k: Known): boolean =>
  k.labels?.candidate === 'elsewhere' || (consumes(k) && k.labels?.candidate === 'previous')

/** What this rotation has, and whether the credential of AWSCURRENT works: nothing is issued or ended before. */
const lookRules: readonly Rule[] = [
  {
    rule: 'mints: see whether this rotation has a value already',
    when: (k) => mints(k) && k.stored === undefined,
    move: ask('stored'),
  },
  {
    rule: 'mints: this rotation has its value, and nothing of it lives beside that',
    when: (k) => mints(k) && !livesOn(k) && k.stored === 'there',
    move: end('done'),
  },
  {
    rule: 'mints: look at a candidate that is on no labelled version, or that AWSCURRENT may have been moved back from',
    when: (k) => isEmpty(k) && mayBeAhead(k) && k.candidate === undefined,
    move: ask('candidate'),
  },
  seeWhoseChange((k) => works(k) || (isEmpty(k) && !livesOn(k))),
  ...intentRules,
  {
    rule: 'mints: prove current before anything is issued or ended',
    when: (k) => mints(k) && !consumes(k) && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('mints: current', (k) => (mints(k) ? k.currentProof : undefined)),
  {
    rule: 'mints: prove an unfinished credential before it is used again',
    when: (k) => (mayReuse(k) || (isUnclear(k) && !consumes(k))) && k.candidateProof === undefined,
    move: ask('candidateProof'),
  },
  ...stopUnlessConclusive('mints: an unfinished credential', (k) => k.candidateProof),
  {
    rule: 'mints: nobody can tell whether the unfinished credential or that of AWSCURRENT is the newer one',
    when: (k) => isUnclear(k) && (consumes(k) || k.candidateProof === 'accepted'),
    move: fail('CANDIDATE_UNCLEAR'),
  },
  {
    rule: 'mints: current is refused, but this rotation has a value already',
    when: (k) => mints(k) && k.stored === 'there' && k.currentProof === 'rejected',
    move: end('done'),
  },
  ...readAdmin(needsAdmin),
  ...lostRules((k) => !reuses(k)),
  {
    rule: 'mints: nothing is issued while current is refused',
    when: (k) => isEmpty(k) && k.currentProof === 'rejected' && !reuses(k) && !isRecovered(k),
    move: fail('CURRENT_REFUSED'),
  },
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
  // What was found is stored whatever the next one needs.
  ...checkRotation((k) => isNew(k) && !isFound(k)),
  ...fits((k) => isNew(k) && !isFound(k)),
]

/** A value is stored with both labels, and only then what else this rotation had issued goes. */
const storeRules: readonly Rule[] = [
  ...claimRules((k) => (isNew(k) || reuses(k)) && k.store === undefined),
  {
    rule: 'mints: use the unfinished credential again',
    when: (k) => reuses(k) && k.store === undefined,
    move: act('storeCandidate'),
  },
  {
    rule: 'mints: have a credential issued, unless one of this rotation can be read',
    when: (k) => isNew(k) && !isFound(k) && k.mint === undefined,
    move: act('mint'),
  },
  {
    rule: 'mints: what cannot be used is revoked again, by whom it was issued to',
    when: (k) => livesOn(k) && k.mint === 'unusable' && k.revokeMint === undefined,
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
export const createMintRules: readonly Rule[] = [
  ...lookRules,
  ...giveBackRules,
  ...stageRules,
  ...sweepRules,
  ...roomRules,
  ...storeRules,
]
