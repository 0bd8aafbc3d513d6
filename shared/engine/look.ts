import { checker, reader, signedInAs } from './actor.ts'
import { namedAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import {
  type Answers,
  CANDIDATE_LABEL,
  type CheckFacts,
  type Known,
  type LockedLabelFacts,
  type Question,
  REUSED_LABEL,
} from './known.ts'
import { labelFacts, retireLabelFacts } from './labels.ts'
import { lookAtMints } from './look-mint.ts'
import { lookAtPlaces } from './look-staged.ts'
import { overlapOf, pairOf } from './overlap.ts'
import { prove, proveAdmin, proveToConsumers } from './prove.ts'
import { readCandidate, readCurrent, readOwn, readPrevious } from './read.ts'
import { candidateFacts, previousRelation, relationOf } from './relation.ts'
import { goneFacts, lookForSchedule } from './retire.ts'
import { alternates, provenBy } from './rules/common.ts'

type Look = { readonly [Q in Question]: (context: StepContext, known: Known) => Promise<Answers[Q]> }

/** How each question is answered. Reads only. */
export const look: Look = {
  labels: async (c) => labelFacts(await c.describe(), c.token),
  labelsAfterMove: async (c) => labelFacts(await c.describe(), c.token),
  lockedLabels: (c) => lockedLabels(c),
  putBackLabels: (c) => lockedLabels(c),

  currentFirst: async (c) => {
    await readCurrent(c)
    return 'read'
  },
  own: async (c) => {
    const raw = await readOwn(c)
    if (raw === undefined) return 'absent'
    const own = c.keep('own', await c.understand(raw, 'AWSPENDING'))
    return {
      isCurrent: own.stages.includes('AWSCURRENT'),
      isPrevious: own.stages.includes('AWSPREVIOUS'),
      isCandidate: own.stages.includes(CANDIDATE_LABEL),
      isReused: own.stages.includes(REUSED_LABEL),
    }
  },
  current: async (c) => relationOf(c, c.need('own'), await readCurrent(c)),
  previous: async (c) => previousRelation(await readPrevious(c), c.need('own')),
  candidate: async (c, known) => candidateFacts(c, await readCandidate(c), alternates(known)),

  pair: (c) => pairOf(c),
  overlap: (c) => overlapOf(c),

  currentProof: async (c) => {
    await readCurrent(c)
    // Seen refused a moment ago, where the target may count.
    return c.verdicts.current?.verdict === 'rejected' ? 'rejected' : await prove(c, 'current')
  },
  pendingProof: (c) => prove(c, 'pending'),
  previousProof: (c) => prove(c, 'previous'),
  lockedPendingProof: (c) => prove(c, 'pending'),
  appliedProof: (c) => prove(c, 'pending'),
  consumerProof: (c, known) => proveToConsumers(c, known),
  fallbackProof: (c, known) => prove(c, provenBy(known) ?? 'current'),

  adminNamed: async (c) => {
    return namedAdmin(c, await readCurrent(c)) === undefined ? 'none' : 'named'
  },
  admin: (c) => proveAdmin(c),
  check: (c, known) => check(c, known),
  checkWithPrevious: (c, known) => check(c, known),
  rights: (c, known) => compareRights(c, known),
  repairedRights: (c, known) => compareRights(c, known),

  labelsBeforeSchedule: async (c) =>
    (await lockedLabels(c)).currentMoved ? 'current moved' : 'current stays',
  schedule: (c) => lookForSchedule(c),
  retireLabels: async (c) => retireLabelFacts(await c.describe(), c.token),
  lockedRetireLabels: async (c) => retireLabelFacts(await c.describe(), c.token),
  gone: (c) => goneFacts(c),
  lockedGone: (c) => goneFacts(c),
  ...lookAtMints,
  ...lookAtPlaces,
  goneProof: (c) => prove(c, 'gone'),
  keptProof: (c) => prove(c, 'current'),
}

async function lockedLabels(c: StepContext): Promise<LockedLabelFacts> {
  const labels = await c.describe()
  return { ...labelFacts(labels, c.token), currentMoved: labels.current !== c.need('current').versionId }
}

async function check(c: StepContext, known: Known): Promise<CheckFacts> {
  const as = await checker(c, known)
  const { possible, missing, notes, code, needsPrevious } = await signedInAs(c, as, (session) =>
    session.check({ as }),
  )
  // Asked with it, or where there is none, the answer stands as it is.
  if (needsPrevious === true && known.previous === undefined) return 'needs-previous'
  c.notes.push(...(notes ?? []))
  if (possible) return 'possible'
  c.checkCode = code
  c.reason = missing.map(({ privilege }) => privilege).join('; ')
  c.remedy = missing.map(({ remedy }) => remedy).join('; ')
  return 'impossible'
}

async function compareRights(c: StepContext, known: Known): Promise<'equal' | 'different'> {
  const as = await reader(c, known)
  const result = await signedInAs(c, as, async (session) =>
    session.compare?.({ a: 'current', b: 'pending', as }),
  )
  if (result === undefined || result.equal) return 'equal'
  c.reason = result.differences.join('; ')
  c.differences = result.differences
  return 'different'
}
