import { STEPS } from '../../engine/known.ts'
import { STRATEGIES } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { Point, Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { kindOf } from '../world/kinds.ts'
import { tooManyFailures } from '../world/promises.ts'
import {
  COLD,
  callId,
  changeStep,
  comeTo,
  type RecordedCall,
  recordCalls,
  type Scene,
  scenesOf,
  setScene,
  WARM,
} from '../world/recording.ts'
import { type Killed, type Recovery, recoverBy, turnOf } from './recovery.ts'

/** Kills a rotation before and after every call it makes, and recovers in one of the three ways. */
export async function everyCrash(trial: Trial, strategy: Strategy, recovery: Recovery): Promise<undefined> {
  const warm = await recordCalls(trial.options, strategy, WARM)
  const turn = turnOf(recovery)
  const isMine = (_point: Point, at: number): boolean =>
    trial.options.recoveries !== 'in turn' || trial.options.only !== undefined || at % turn.of === turn.at
  for (const scene of scenesOf(kindOf(strategy, trial.options.provider))) {
    const calls = scene === WARM ? warm : await callsOf(trial, strategy, scene, warm)
    const points = calls
      .flatMap((call) =>
        (call.isMoment ? (['before'] as const) : (['before', 'after'] as const)).map((when) =>
          crash(strategy, scene, call, when, recovery),
        ),
      )
      .filter(isMine)
    trial.notes.push(`${scene.name}: ${calls.length} calls, ${points.length} points`)
    await trial.all(points)
  }
}

/**
 * A kill ends the container, warm or cold, and leaves the same behind: a cold rotation adds only its own calls. Of what the
 * target issues, what happened before shows where it is issued; in turn, the other steps add only their own calls too.
 */
async function callsOf(
  trial: Trial,
  strategy: Strategy,
  scene: Scene,
  warm: readonly RecordedCall[],
): Promise<readonly RecordedCall[]> {
  const calls = await recordCalls(trial.options, strategy, scene)
  const isInTurn = trial.options.recoveries === 'in turn' && STRATEGIES[strategy].mints
  if (scene !== COLD && !isInTurn) return calls
  return STEPS.flatMap((step) => {
    const ofStep = calls.filter((call) => call.step === step)
    if (scene !== COLD && step === changeStep(strategy)) return ofStep
    const known = warm.filter((call) => call.step === step).map(({ label }) => label)
    return ofStep.filter(({ label }) => {
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
      const probed = world.record.probes.length
      const killed: Killed = {
        world,
        token: set.token,
        step: call.step,
        deliver: (token, steps) => world.deliverAll(token, steps),
      }
      return (await recoverBy(recovery, killed)) ?? tooManyFailures(world, probed)
    },
  }
}
