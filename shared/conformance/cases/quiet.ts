import type { Strategy } from '../../provider/contract.ts'
import { canaries, found, leaksIn, rawLeaksIn } from '../leaks.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { printedDuring } from '../printed.ts'
import { comeTo, recordCalls, setScene, WARM } from '../recording.ts'
import type { World } from '../world.ts'

/** Rotations that end well, that are killed and taken up again, and that meet a target which refuses or is gone. */
async function allSortsOfRotations(world: World): Promise<void> {
  const { secret, target, kit, strategy } = world
  await world.deliverAll(secret.rotate())
  const change = (await recordCalls(kit, strategy, WARM)).find(({ label }) => label.startsWith('apply'))
  if (change !== undefined) {
    const set = await setScene(world, WARM, change.step)
    await world.kill(await comeTo(world, set, change), 'after')
    await world.deliverAll(set.token)
  }
  for (const begin of [target.refuseByPolicy, target.changePasswordByHand, target.slow, target.outage]) {
    if (begin === undefined) continue
    const token = secret.rotate()
    await world.deliverAll(token, ['createSecret'])
    const end = await begin()
    await world.deliverAll(token, ['setSecret'], { timeLeftMs: 3_000 })
    await end()
    secret.abandon()
  }
}

/** Nothing that is printed, told or raised, and nothing in the target's log, holds a credential. */
export async function quiet(trial: Trial, strategy: Strategy): Promise<undefined> {
  const point: Point = {
    id: `quiet/${strategy}/printed`,
    strategy,
    expects: 'no credential and no token is printed, reported or raised, in any encoding',
    async play(world) {
      const printed = await printedDuring(() => allSortsOfRotations(world))
      if (found(printed, canaries(world)) > 0) return 'never leaks: a credential or token is printed'
      return leaksIn(world)
    },
  }
  await trial.all([point])
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
      return found(log, canaries(world)) > 0
        ? 'never leaks: a credential is in the log of the target'
        : undefined
    },
  }
  await trial.all([point])
  return undefined
}
