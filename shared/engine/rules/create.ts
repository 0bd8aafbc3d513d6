import type { Known } from '../known.ts'
import { act, ask, end, fail, type Rule } from '../moves.ts'
import { alternates, guards, refuseGap, stopUnlessConclusive } from './common.ts'
import { createMintRules } from './mint-create.ts'

/** An unfinished value is used again, so that two different values are never outstanding. */
const reuses = (k: Known): boolean =>
  k.candidate === 'unfinished' || (k.candidate === 'overtaken' && k.currentProof === 'rejected')

/** The old credential goes on beside the new one. */
const overlaps = (k: Known): boolean => k.traits?.overlaps === true || alternates(k)

/** createSecret: decide which value is to be stored, and store it once. */
export const createRules: readonly Rule[] = [
  { rule: 'read labels', when: (k) => k.labels === undefined, move: ask('labels') },
  { rule: 'already current', when: (k) => k.labels?.own === 'current', move: end('already') },
  ...guards,
  {
    rule: 'rotation is enabled',
    when: (k) => k.labels?.rotationEnabled === false,
    move: fail('ROTATION_DISABLED'),
  },
  {
    rule: 'read the current value, and whether the secret alternates',
    when: (k) => k.pair === undefined,
    move: ask('pair'),
  },
  ...createMintRules,
  {
    rule: 'look at a candidate that is on no labelled version',
    when: (k) => k.labels?.candidate === 'elsewhere' && k.candidate === undefined,
    move: ask('candidate'),
  },
  {
    rule: 'an overtaken candidate: current decides whether it is still in force',
    when: (k) => k.candidate === 'overtaken' && k.currentProof === undefined,
    move: ask('currentProof'),
  },
  ...stopUnlessConclusive('current of an overtaken candidate', (k) =>
    k.candidate === 'overtaken' ? k.currentProof : undefined,
  ),
  {
    rule: 'use the unfinished credential again',
    when: (k) => k.store === undefined && reuses(k),
    move: act('storeCandidate'),
  },
  refuseGap((k) => k.store === undefined),
  {
    rule: 'a new value: see whether it comes too soon for consumers of the previous one',
    when: (k) => k.store === undefined && overlaps(k) && k.overlap === undefined,
    move: ask('overlap'),
  },
  {
    rule: 'a rotation that cuts the overlap is refused where that was asked for',
    when: (k) => k.overlap === 'cut' && k.traits?.refusesCut === true && k.store === undefined,
    move: fail('OVERLAP_CUT'),
  },
  { rule: 'store a new value', when: (k) => k.store === undefined, move: act('storeNew') },
  {
    rule: 'another invocation stored first: its value counts, so see that it is there',
    when: (k) => k.store === 'exists' && k.own === undefined,
    move: ask('own'),
  },
  { rule: 'the stored value is not there', when: (k) => k.own === 'absent', move: fail('PENDING_MISSING') },
  { rule: 'stored', when: () => true, move: end('done') },
]
