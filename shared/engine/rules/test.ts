import type { Known } from '../known.ts'
import { ask, end, fail, type Rule } from '../moves.ts'
import {
  alternates,
  checkRotation,
  comparesRights,
  guards,
  ownOf,
  proveToConsumers,
  readAdmin,
  readOwn,
  refuseGap,
  seeWhoseChange,
  stopUnlessConclusive,
} from './common.ts'
import { consumes, fits, mints } from './mint.ts'

const isTestRotation = (k: Known): boolean => ownOf(k)?.isCandidate === false

/** testSecret: prove pending and its rights; never writes. Without our label it is the test rotation or an error. */
export const testRules: readonly Rule[] = [
  { rule: 'read labels', when: (k) => k.labels === undefined && !k.isWarm, move: ask('labels') },
  { rule: 'already current by its labels', when: (k) => k.labels?.own === 'current', move: end('already') },
  ...guards,
  ...readOwn,
  {
    rule: 'read current where it is needed',
    when: (k) =>
      k.current === undefined && (ownOf(k)?.isCandidate === false || k.traits?.mayAlternate === true),
    move: ask('current'),
  },
  {
    rule: 'another credential that was never set here is not tested',
    when: (k) => ownOf(k)?.isCandidate === false && k.current !== 'same-credential',
    move: fail('NOT_SET'),
  },
  {
    rule: 'what begins to end the old one when it is used is not tried yet',
    when: (k) => k.traits?.mints?.isUsedLast === true && ownOf(k)?.isCandidate === true,
    move: end('done'),
  },
  { rule: 'prove pending', when: (k) => k.pendingProof === undefined, move: ask('pendingProof') },
  ...stopUnlessConclusive('pending', (k) => k.pendingProof),
  {
    rule: 'the test rotation: the current credential signs in',
    // What shows itself only by being used up is not tried here.
    when: (k) => k.pendingProof === 'rejected' && isTestRotation(k) && !consumes(k),
    move: fail('CURRENT_REFUSED'),
  },
  {
    rule: 'pending signs in',
    when: (k) => k.pendingProof === 'rejected' && !isTestRotation(k),
    move: fail('PENDING_REFUSED'),
  },
  {
    rule: 'the test rotation: see whether the secret goes on alternating',
    when: (k) => isTestRotation(k) && k.traits?.mayContinue === true && k.pair === undefined,
    move: ask('pair'),
  },
  refuseGap(isTestRotation),
  seeWhoseChange(isTestRotation),
  ...readAdmin((k) => isTestRotation(k) || comparesRights(k)),
  ...checkRotation(isTestRotation),
  ...proveToConsumers((k) => isTestRotation(k) && alternates(k)),
  ...fits((k) => isTestRotation(k) && mints(k)),
  {
    rule: 'the test rotation ends here',
    when: (k) => ownOf(k)?.isCandidate === false,
    move: end('preflight'),
  },
  { rule: 'compare rights', when: (k) => comparesRights(k) && k.rights === undefined, move: ask('rights') },
  { rule: 'rights are equal', when: (k) => k.rights === 'different', move: fail('RIGHTS_DIFFER') },
  { rule: 'proven', when: () => true, move: end('done') },
]
