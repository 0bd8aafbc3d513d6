import { STEPS } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import { stepsFrom } from '../container.ts'
import type { Point, Trial } from '../points.ts'
import { lockedOut, nextRotationFails, notFinished, tooManyFailures } from '../promises.ts'
import {
  COLD,
  callId,
  comeTo,
  type RecordedCall,
  recordCalls,
  SCENES,
  type Scene,
  setScene,
  WARM,
} from '../recording.ts'
import { labelsOf } from '../story.ts'
import type { World } from '../world.ts'

export const ABANDONED = 'a new token after the old one was abandoned'

/** How a killed rotation is taken up again. Each answers the token that must be current in the end. */
export const RECOVERIES = {
  'the same step again': async (world: World, token: string, call: Pick<RecordedCall, 'step'>) => ({
    token,
    error: await world.deliverAll(token, stepsFrom(call.step)),
  }),
  'the whole sequence with the same token': async (world: World, token: string) => ({
    token,
    error: await world.deliverAll(token, STEPS),
  }),
  [ABANDONED]: async (world: World) => {
    const token = world.secret.rotate()
    return { token, error: await world.deliverAll(token, STEPS) }
  },
}

export type Recovery = keyof typeof RECOVERIES

/** Kills a rotation before and after every call it makes, and recovers in one of the three ways. */
export async function everyCrash(trial: Trial, strategy: Strategy, recovery: Recovery): Promise<undefined> {
  const warm = await recordCalls(trial.options, strategy, WARM)
  for (const scene of SCENES) {
    const calls = scene === WARM ? warm : await callsOf(trial, strategy, scene, warm)
    const points = calls.flatMap((call) =>
      (call.isMoment ? (['before'] as const) : (['before', 'after'] as const)).map((when) =>
        crash(strategy, scene, call, when, recovery),
      ),
    )
    trial.notes.push(`${scene.name}: ${calls.length} calls, ${points.length} points`)
    await trial.all(points)
  }
}

/** A kill ends the container, warm or cold, and leaves the same behind: a cold rotation adds only its own calls. */
async function callsOf(
  trial: Trial,
  strategy: Strategy,
  scene: Scene,
  warm: readonly RecordedCall[],
): Promise<readonly RecordedCall[]> {
  const calls = await recordCalls(trial.options, strategy, scene)
  if (scene !== COLD) return calls
  return STEPS.flatMap((step) => {
    const known = warm.filter((call) => call.step === step).map(({ label }) => label)
    return calls
      .filter((call) => call.step === step)
      .filter(({ label }) => {
        const at = known.indexOf(label)
        if (at >= 0) known.splice(at, 1)
        return at < 0
      })
  })
}

function crash(
  strategy: Strategy,
  scene: Scene,
  call: RecordedCall,
  when: 'before' | 'after',
  recovery: Recovery,
): Point {
  return {
    id: `crash/${strategy}/${scene.name}/${callId(call)}/${when}/${recovery}`,
    strategy,
    expects: `killed ${when} ${call.label} of ${call.step}, the promises hold at once and after ${recovery}`,
    async play(world, before) {
      const set = await setScene(world, scene, call.step)
      const victim = await comeTo(world, set, call)
      before(labelsOf(world))
      await world.kill(victim, when)
      const atOnce = await lockedOut(world)
      if (atOnce !== undefined) return `${atOnce}, right after the kill`
      if (recovery === ABANDONED) {
        world.secret.abandon()
        const abandoned = await lockedOut(world)
        if (abandoned !== undefined) return `${abandoned}, when the rotation was abandoned`
      }
      const probed = world.record.probes.length
      const { token, error } = await RECOVERIES[recovery](world, set.token, call)
      if (error !== undefined) return `always converges: ${recovery} ended in ${error}`
      return (
        (await lockedOut(world)) ??
        (await notFinished(world, token)) ??
        tooManyFailures(world, probed) ??
        (await nextRotationFails(world))
      )
    },
  }
}
