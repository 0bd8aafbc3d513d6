import { STEPS } from '../../engine/known.ts'
import type { ErrorCode } from '../../errors/index.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { Skipped, Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { type Point, pointName } from '../wire/index.ts'
import { coverEach, disturbed, isOneOf, recovered } from '../wire-runs/wire-runs.ts'
import type { Wired } from '../wire-runs/wired.ts'
import { pause } from '../world/direct.ts'
import { inForce, inForceSoon, STRAY_MS } from '../world/promises.ts'
import { changeStep } from '../world/recording.ts'
import type { Recovery } from './recovery.ts'

/** What Lambda gives the invocation whose reply is held back, in milliseconds: enough to come there on a busy machine. */
const HELD_MS = 4_000
/** Such runs mostly wait, so many are under way at a time. */
const AT_ONCE = 12

const CODES: readonly ErrorCode[] = ['DEADLINE', 'TARGET_UNREACHABLE', 'TARGET_BUSY']

const isOfChange = ({ scope }: Point): boolean => / (apply|mint) /.test(scope)

/**
 * Holds back every reply to the step that changes something past the deadline, while the server goes on and finishes; then
 * the reply comes after all. A recovery other than the first is tried for the replies to the change alone.
 */
export async function everyHeldReply(
  trial: Trial,
  strategy: Strategy,
  recovery: Recovery,
): Promise<Skipped | undefined> {
  const step = changeStep(strategy)
  const isFirst = recovery === 'the same step again'
  return await coverEach(trial, {
    strategy,
    prefix: `held/${strategy}/${recovery}/`,
    how: 'hold',
    wants: (point, at, all) =>
      point.from === 'server' &&
      (isFirst || isOfChange(point)) &&
      // What follows in one burst is held back with its first.
      (trial.options.recoveries !== 'in turn' || all[at - 1]?.from !== 'server'),
    hurriesAtOnce: AT_ONCE,
    runAt: (at) => ({
      expects:
        at === undefined
          ? `through the proxy, ${step} ends well`
          : `${pointName(at)} held back past the deadline is the last that happens, and the promises hold after ${recovery}`,
      async play(wired, before) {
        const { world } = wired
        const token = world.secret.rotate()
        const prepared = await world.deliverAll(token, STEPS.slice(0, STEPS.indexOf(step)))
        if (prepared !== undefined) return `always converges: the steps before ended in ${prepared}`
        before(labelsOf(world))
        const timeLeftMs = at === undefined ? Number.POSITIVE_INFINITY : HELD_MS
        const { error, broken } = await disturbed(wired, token, [step], timeLeftMs)
        if (broken !== undefined) return broken
        const codes = at === undefined ? [] : CODES
        if (error !== undefined && !isOneOf(codes, error))
          return `documented errors: ${step} ended in ${error} instead of ${['success', ...codes].join(' or ')}`
        return (await lateWriter(wired)) ?? (await recovered(wired, token, step, recovery))
      },
    }),
  })
}

/** What the step leaves running: it must be over when the handler answers, also when the reply comes then. */
async function lateWriter({ world, proxy, late }: Wired): Promise<string | undefined> {
  const atEnd = await inForce(world)
  await pause(STRAY_MS)
  const { clients } = proxy
  proxy.release()
  const afterwards = await inForceSoon(world)
  if (afterwards !== atEnd)
    return `a late writer: when the step had ended, ${atEnd}; when the reply came, ${afterwards}`
  const [first] = late
  if (first !== undefined) return `a late writer: after the step had ended, ${first.name} was sent`
  return clients === 0 ? undefined : 'a late writer: a connection is open after the step has ended'
}
