import { STEPS, type Step } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import { drawKills, type Kill, killId } from '../function/kills.ts'
import { type BuiltFunction, RealFunction } from '../function/real-function.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import type { World } from '../world/world.ts'
import { RECOVERIES, type Recovery, recoverBy } from './recovery.ts'

const DEFAULT_KILLS = 24

/** What became of the kills, for the report. */
interface Count {
  inStep: number
  afterStep: number
}

/** The function as it is deployed, in a process of its own, ended by SIGKILL and taken up again by a new one. */
export async function everyKill(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const { options } = trial
  if (options.bundle === undefined) return new Skipped('the options give no `bundle`')
  if (options.only !== undefined && !options.only.startsWith(`kill/${strategy}/`)) return undefined
  const built = await options.bundle()
  const calls = await trial.look(strategy, (world) => countCalls(world, built))
  const count: Count = { inStep: 0, afterStep: 0 }
  const points = drawKills(calls, options.kills ?? DEFAULT_KILLS, options.seed ?? 1).map((kill, at) =>
    killPoint(strategy, built, kill, RECOVERIES[at % RECOVERIES.length] ?? 'the same step again', count),
  )
  await trial.all(points)
  if (options.only === undefined && count.inStep === 0) throw new Error('no SIGKILL met a step under way')
  const all = [...calls].map(([step, number]) => `${step} ${number}`).join(', ')
  trial.notes.push(
    `calls of a rotation: ${all}; SIGKILL met a step ${count.inStep} times, and its end ${count.afterStep} times`,
  )
  return undefined
}

/** How many calls each step of an undisturbed rotation makes. Rejects when it does not end well. */
async function countCalls(world: World, built: BuiltFunction): Promise<ReadonlyMap<Step, number>> {
  const real = await RealFunction.open(world, built)
  try {
    const token = world.secret.rotate()
    const calls = new Map<Step, number>()
    for (const step of STEPS) {
      const error = await real.deliverAll(token, [step])
      if (error !== undefined)
        throw new Error(`the undisturbed rotation by the built function ended in ${error}`)
      calls.set(step, real.calls.length)
    }
    return calls
  } finally {
    await real.close()
  }
}

function killPoint(
  strategy: Strategy,
  built: BuiltFunction,
  kill: Kill,
  recovery: Recovery,
  count: Count,
): Point {
  return {
    id: `kill/${strategy}/${killId(kill)}/${recovery}`,
    strategy,
    expects: `the process killed in ${killId(kill)}, the promises hold at once and after ${recovery}`,
    async play(world, before) {
      const real = await RealFunction.open(world, built)
      try {
        const token = world.secret.rotate()
        const error = await real.deliverAll(token, STEPS.slice(0, STEPS.indexOf(kill.step)))
        if (error !== undefined) return `the undisturbed rotation ended in ${error}`
        before(labelsOf(world))
        await real.deliver(kill.step, token, kill)
        if (real.metStep) count.inStep += 1
        else count.afterStep += 1
        return await recoverBy(recovery, {
          world,
          token,
          step: kill.step,
          deliver: (again, steps) => real.deliverAll(again, steps),
        })
      } finally {
        await real.close()
      }
    },
  }
}
