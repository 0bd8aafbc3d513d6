import { STEPS, type Step } from '../../engine/known.ts'
import { carryOn } from '../world/carry-on.ts'
import { stepsFrom } from '../world/container.ts'
import { type Deliver, lockedOut, nextRotationFails, notFinished } from '../world/promises.ts'
import type { World } from '../world/world.ts'

/** A rotation that was killed or cut in a step, and who delivers the steps from now on. */
export interface Killed {
  readonly world: World
  readonly token: string
  readonly step: Step
  readonly deliver: Deliver
}

const ABANDONED = 'a new token after the old one was abandoned'

/** How a killed rotation is taken up again. Each answers the token that must be current in the end. */
const TAKE_UP = {
  'the same step again': async ({ token, step, deliver }: Killed) => ({
    token,
    error: await deliver(token, stepsFrom(step)),
  }),
  'the whole sequence with the same token': async ({ token, deliver }: Killed) => ({
    token,
    error: await deliver(token, STEPS),
  }),
  [ABANDONED]: async ({ world, deliver }: Killed) => {
    const token = world.secret.rotate()
    return { token, error: await deliver(token, STEPS) }
  },
}

export type Recovery = keyof typeof TAKE_UP
export const RECOVERIES = Object.keys(TAKE_UP) as Recovery[]
/** Which of the recoveries this is, where points are shared out among them. */
export const turnOf = (recovery: Recovery) => ({ at: RECOVERIES.indexOf(recovery), of: RECOVERIES.length })

/**
 * Promise 1 right after what happened, then the recovery, then promises 1 to 3: the last by one more rotation, or as
 * `last` says. Answers what is broken.
 */
export async function recoverBy(
  recovery: Recovery,
  killed: Killed,
  last: (killed: Killed) => Promise<string | undefined> = ({ world, deliver }) =>
    nextRotationFails(world, deliver),
): Promise<string | undefined> {
  const { world } = killed
  const atOnce = await lockedOut(world)
  if (atOnce !== undefined) return `${atOnce}, right after it`
  if (recovery === ABANDONED) {
    world.secret.abandon()
    const abandoned = await lockedOut(world)
    if (abandoned !== undefined) return `${abandoned}, when the rotation was abandoned`
  }
  const first = await TAKE_UP[recovery](killed)
  const { token, error } = await carryOn(world, first.token, first.error, killed.deliver)
  if (error !== undefined) return `always converges: ${recovery} ended in ${error}`
  return (await lockedOut(world)) ?? (await notFinished(world, token)) ?? (await last(killed))
}
