import { STEPS, type Step } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { pause } from '../world/direct.ts'
import type { Invocation } from '../world/invocation.ts'
import { isSettling } from '../world/minting.ts'
import { lockedOut, neverConverges } from '../world/promises.ts'
import {
  callId,
  changesSomething,
  comeTo,
  type RecordedCall,
  recordCalls,
  setScene,
  WARM,
} from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** How far things are when a step of a rotation is delivered. Each answers the code in which something failed. */
const STAGES: Readonly<Record<string, (world: World, token: string) => Promise<string | undefined>>> = {
  'before anything was done': () => Promise.resolve(undefined),
  ...Object.fromEntries(
    STEPS.map((step, at) => [
      `after ${step} ended`,
      (world: World, token: string) => world.deliverAll(token, STEPS.slice(0, at + 1)),
    ]),
  ),
  'after a later rotation was finished': async (world, token) =>
    (await world.deliverAll(token)) ?? (await world.deliverAll(world.secret.rotate())),
  'when it was abandoned and a later one has set its value': async (world, token) => {
    const error = await world.deliverAll(token, ['createSecret', 'setSecret'])
    world.secret.abandon()
    return error ?? (await world.deliverAll(world.secret.rotate(), ['createSecret', 'setSecret']))
  },
  'when it was abandoned and a later one was finished': async (world, token) => {
    const error = await world.deliverAll(token, ['createSecret', 'setSecret'])
    world.secret.abandon()
    return error ?? (await world.deliverAll(world.secret.rotate()))
  },
}

/** Delivers every step at every stage, too early, again or too late, and then the rest of what is pending. */
export async function everyOrder(trial: Trial, strategy: Strategy): Promise<undefined> {
  const points = Object.entries(STAGES).flatMap(([stage, come]) =>
    STEPS.map(
      (step): Point => ({
        id: `order/${strategy}/${step}/${stage}`,
        strategy,
        expects: `${step} delivered ${stage} breaks nothing`,
        async play(world) {
          const token = world.secret.rotate()
          const first = await come(world, token)
          if (first !== undefined) return `always converges: the undisturbed steps ended in ${first}`
          await world.deliver(step, token)
          return (await lockedOut(world)) ?? (await neverConverges(world))
        },
      }),
    ),
  )
  await trial.all(points)
  return undefined
}

/** What Lambda gives each of two invocations, in milliseconds: one waits for the lock of the other. */
const SHORT_MS = 3_500
/** After this long in one call the turn goes to the other, in milliseconds: it may be waiting for what that one holds. */
const TURN_MS = 40

/** How many calls the first and the second make in a turn: what one sees depends on who is ahead. */
const PACES = [
  [1, 1],
  [1, 2],
  [2, 1],
] as const

/**
 * The same step runs twice at once, a few calls in turn; the second begins when the first has come to each of its calls.
 * Unlike a frozen one, the first goes on in between.
 */
export async function everyInterleaving(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  if (await trial.look(strategy, isSettling))
    return new Skipped(
      'how often a new credential is tried until it has settled differs, and so do the turns',
    )
  const calls = await recordCalls(trial.options, strategy, WARM)
  const isInTurn = trial.options.recoveries === 'in turn' && trial.options.only === undefined
  await trial.all(
    calls.flatMap((call, at) =>
      PACES.filter((_pace, which) => !isInTurn || at % PACES.length === which).map((pace) =>
        interleaved(strategy, call, pace),
      ),
    ),
  )
  return undefined
}

function interleaved(strategy: Strategy, call: RecordedCall, pace: (typeof PACES)[number]): Point {
  return {
    id: `twice/${strategy}/${callId(call)}/${pace.join(' to ')}`,
    strategy,
    expects: `${call.step} runs twice at once from ${call.label} on, ${pace.join(' to ')} calls in turn, and breaks nothing`,
    async play(world, before) {
      const set = await setScene(world, WARM, call.step)
      const first = await comeTo(world, set, call, SHORT_MS)
      before(labelsOf(world))
      const second = await world.start(call.step, set.token, { timeLeftMs: SHORT_MS })
      world.record.trace.push(`${call.step} is delivered again, and both go on in turn`)
      const broken = await inTurn(world, [first, pace[0]], [second, pace[1]])
      return broken ?? (await lockedOut(world)) ?? (await neverConverges(world))
    },
  }
}

async function inTurn(
  world: World,
  ...both: readonly (readonly [Invocation<Step>, number])[]
): Promise<string | undefined> {
  let stuck: unknown
  while (stuck === undefined && both.some(([{ isAlive }]) => isAlive)) {
    for (const one of both.flatMap(([invocation, calls]) =>
      Array.from({ length: calls }, () => invocation),
    )) {
      if (one.state !== 'parked') continue
      const { label } = one.next ?? { label: '' }
      const advanced = world.advance(one).catch((error: unknown) => {
        stuck = error
      })
      await Promise.race([advanced, pause(TURN_MS)])
      if (!changesSomething(label)) continue
      const broken = await lockedOut(world)
      if (broken !== undefined) return `${broken}, after ${label} of one of two`
    }
    if (both.every(([{ state }]) => state !== 'parked')) await pause(1)
  }
  if (stuck !== undefined) throw stuck
  return undefined
}
