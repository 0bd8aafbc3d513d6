import { STEPS } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import { canaries, found, rawLeaksIn } from '../leaks/leaks.ts'
import { leaksLoudly } from '../leaks/loud.ts'
import { withSwitches } from '../leaks/switches.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { carryOn } from '../world/carry-on.ts'
import type { Deliver } from '../world/promises.ts'
import { changeStep, isChange, loseChange, loseMint } from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** Rotations that end well, that are killed and taken up again, and that meet a target which refuses or is gone. */
export async function allSortsOfRotations(world: World): Promise<void> {
  const { secret, target, strategy } = world
  await world.deliverAll(secret.rotate())
  if (world.mints) {
    await loseMint(world)
    const token = secret.rotate()
    const deliver: Deliver = (again, steps) => world.deliverAll(again, steps)
    await carryOn(world, token, await deliver(token, STEPS), deliver)
  } else await world.deliverAll(await loseChange(world))
  const step = changeStep(strategy)
  const { refuseByPolicy, changePasswordByHand, slow, outage, echo } = target
  for (const begin of [...(world.mints ? [] : [refuseByPolicy, changePasswordByHand]), echo, slow, outage]) {
    if (begin === undefined) continue
    const token = secret.rotate()
    await world.deliverAll(token, STEPS.slice(0, STEPS.indexOf(step)))
    const invocation = await world.start(step, token, { timeLeftMs: 3_000 })
    // Nothing is issued where a sign-in has failed before.
    while (world.mints && invocation.next !== undefined && !isChange(invocation.next))
      await world.advance(invocation)
    const end = await begin()
    await world.runOn(invocation)
    await end()
    secret.abandon()
    if (world.mints) world.passInvocations()
  }
}

/** Nothing that is printed, told or raised holds a credential, also while debug switches are on. */
export async function quiet(trial: Trial, strategy: Strategy): Promise<undefined> {
  const { switches = {} } = trial.options
  await trial.all([
    {
      id: `quiet/${strategy}/printed`,
      strategy,
      expects: 'no credential and no token is printed, reported or raised, in any encoding',
      play: (world) =>
        // What is printed and told is searched after every point.
        withSwitches(switches, async () => {
          await allSortsOfRotations(world)
          return undefined
        }),
    },
  ])
  return undefined
}

/** The same in a process that had the switches on from its start. */
export async function quietFromTheStart(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const { loud, switches = {} } = trial.options
  if (loud === undefined) return new Skipped('the options give no `loud`')
  await trial.all([
    {
      id: `quiet/${strategy}/loud`,
      strategy,
      expects: 'a process that is started with every debug switch on prints no credential and no token',
      play: () => leaksLoudly(loud, strategy, switches),
    },
  ])
  return undefined
}

export async function quietProvider(trial: Trial, strategy: Strategy): Promise<undefined> {
  const point: Point = {
    id: `quiet/${strategy}/provider`,
    strategy,
    expects: 'what the provider answers and raises holds no credential before the engine cleans it',
    async play(world) {
      await allSortsOfRotations(world)
      return rawLeaksIn(world)
    },
  }
  await trial.all([point])
  return undefined
}

export async function quietTarget(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  if (await trial.look(strategy, ({ target }) => target.log === undefined))
    return new Skipped('the target gives no `log`')
  const point: Point = {
    id: `quiet/${strategy}/target`,
    strategy,
    expects: 'no credential is in the log of the target, in any encoding',
    async play(world) {
      await allSortsOfRotations(world)
      const log = (await world.target.log?.()) ?? ''
      if (log === '') return '`log` is empty: leave it out where the target has none'
      return found(log, canaries(world)) > 0
        ? 'never leaks: a credential is in the log of the target'
        : undefined
    },
  }
  await trial.all([point])
  return undefined
}
