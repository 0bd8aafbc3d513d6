import type { Applied, StoredSecret, Who } from '../provider/contract.ts'
import { actOnMints } from './act-mint.ts'
import { actOnPlaces } from './act-staged.ts'
import { actor, signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import { recordOfRepair } from './evidence.ts'
import { type Action, CANDIDATE_LABEL, type Known, REUSED_LABEL } from './known.ts'
import { isCompareAndSwapFailure, moveLabel } from './label-move.ts'
import { marksOf } from './mint-work.ts'
import { readCurrent } from './read.ts'
import { postpone, retirementOf, scheduleFirst } from './retire.ts'
import { alternates, provenBy } from './rules/common.ts'
import { dropSchedule } from './schedule.ts'
import { requireProvider, store } from './store.ts'
import { untilDone } from './wait.ts'

type Act = {
  readonly [A in Exclude<Action, 'lock'>]: (context: StepContext, known: Known) => Promise<Partial<Known>>
}

/** How each action is carried out. Taking the lock is not here: the rest of the step runs inside it. */
export const perform: Act = {
  storeNew: async (c, known) => ({
    store: await store(c, known, await proposeNew(c, known), ['AWSPENDING']),
  }),
  storeCandidate: async (c, known) => {
    const into = (await readCurrent(c)).stored.reveal()
    const from = c.need('candidate').stored.reveal()
    const value = requireProvider(c).withCredential({ into, from })
    // What the target issued lives already, so the put says so; what we chose, when it is set.
    const labels = known.traits?.mints !== undefined ? [CANDIDATE_LABEL, REUSED_LABEL] : [REUSED_LABEL]
    return { store: await store(c, known, value, ['AWSPENDING', ...labels]) }
  },
  ...actOnMints,
  ...actOnPlaces,

  takeCandidate: async (c) => {
    const moved = await moveLabel(c, CANDIDATE_LABEL, { from: c.labels?.candidate, to: c.token })
    return { takeCandidate: moved === 'moved' ? 'taken' : 'lost' }
  },

  apply: async (c, known) => {
    const from = provenOrFail(known)
    const as = await actor(c, known)
    const applied = await applying(c, as, { from, to: 'pending' })
    if (applied.result === 'refused') c.reason = applied.reason
    return { apply: applied.result }
  },
  putBack: async (c, known) => {
    const proven = provenOrFail(known)
    const as = await actor(c, known)
    await applying(c, as, { from: 'pending', to: proven })
    return { putBack: 'done' }
  },
  repair: async (c, known) => {
    const as = await actor(c, known)
    await c.input.repairing?.(recordOfRepair(c))
    await signedInAs(c, as, async (session) => session.repair?.({ a: 'current', b: 'pending', as }))
    c.repaired = c.differences
    return { repair: 'done' }
  },

  releaseCandidate: async (c) => {
    await release(c, CANDIDATE_LABEL)
    return { releaseCandidate: 'done' }
  },
  releasePending: async (c) => {
    await release(c, 'AWSPENDING')
    return { releasePending: 'done' }
  },

  moveCurrent: async (c) => {
    const current = c.need('current').versionId
    try {
      await c.raw((sm) =>
        sm.updateSecretVersionStage({
          SecretId: c.arn,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: c.token,
          RemoveFromVersionId: current,
        }),
      )
      return { moveCurrent: 'moved' }
    } catch (error) {
      // Whatever went wrong, the move may have happened: the labels tell.
      c.cause = error
      return { moveCurrent: isCompareAndSwapFailure(error) ? 'lost' : 'failed' }
    }
  },

  scheduleRetirement: async (c) => {
    await scheduleFirst(c)
    return { scheduleRetirement: 'done' }
  },
  retire: async (c, known) => {
    const as = await actor(c, known)
    const retired = await signedInAs(c, as, async (session) =>
      session.retire?.({ gone: 'gone', keep: 'current', as }),
    )
    if (retired === undefined) return { retire: 'cannot' }
    if (retired.result === 'cannot') c.reason = retired.reason
    return { retire: retired.result }
  },
  postpone: async (c) => ({ postpone: await postpone(c) }),
  dropSchedule: async (c) => {
    await dropSchedule(c, retirementOf(c))
    return { dropSchedule: 'done' }
  },
}

/** A target that takes its time is waited for as long as the step can. */
const applying = (
  c: StepContext,
  as: Who,
  change: { readonly from: Who; readonly to: Who },
): Promise<Applied> =>
  untilDone(
    c,
    () => signedInAs(c, as, (session) => session.apply({ ...change, as })),
    ({ result }) => result === 'in-progress',
  )

async function proposeNew(c: StepContext, known: Known): Promise<StoredSecret> {
  if (alternates(known)) c.strategy = 'alternating-users'
  const current = await readCurrent(c)
  const provider = requireProvider(c)
  const value = await provider.propose({
    current: current.stored.reveal(),
    strategy: c.strategy ?? 'single-user',
    entropy: c.input.entropy,
    mark: { ...marksOf(c), attempt: 1 },
  })
  return value
}

/** Where the label is not there any more, that is what was wanted. */
const release = (c: StepContext, label: string): Promise<'moved' | 'lost'> =>
  moveLabel(c, label, { from: c.token })

function provenOrFail(known: Known): Who {
  const who = provenBy(known)
  if (who === undefined) throw new Error('nothing was proven')
  return who
}
