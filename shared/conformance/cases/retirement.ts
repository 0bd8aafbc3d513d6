import { STRATEGIES } from '../../engine/strategies.ts'
import type { Capabilities, StoredSecret, Strategy } from '../../provider/contract.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { ConformanceFailure, labelsOf } from '../report/story.ts'
import { pointName } from '../wire/index.ts'
import { CODES_OF_A_CUT, coverEach, isOneOf, untilEnd } from '../wire-runs/wire-runs.ts'
import { lockedOut, neverConverges, nextRotationFails, notFinished } from '../world/promises.ts'
import { callId, comeTo, finishOne, recordCalls, type Scene, setScene } from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** Where the change itself ends the old credential, no schedule is made. */
export function whyNothingRetires({ retires }: Capabilities, strategy: Strategy): string | undefined {
  if (retires !== true) return 'the provider does not retire'
  return STRATEGIES[strategy].class === 'A' ? undefined : 'the change itself ends the old credential'
}

/** A rotation whose retirement is due. */
const DUE: Scene = {
  name: 'when a retirement is due',
  isWarm: true,
  prepare: async (world) => {
    await finishOne(world)
    world.secret.passRetirement()
  },
}

/** The retirement of the first rotation runs before every call of the second, and once more when that has ended. */
export async function everyRetirementMoment(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = whyNothingRetires(trial.options.provider.capabilities, strategy)
  if (reason !== undefined) return new Skipped(reason)
  const calls = await recordCalls(trial.options, strategy, DUE)
  await trial.all(
    calls.map(
      (call): Point => ({
        id: `retirement/${strategy}/moment/${callId(call)}`,
        strategy,
        expects: `the retirement after the first rotation runs before ${call.label} of ${call.step} of the second: it waits, does nothing, or ends only what is replaced`,
        async play(world) {
          const set = await setScene(world, DUE, call.step)
          if (world.retirements().length === 0) return 'no orphans: no retirement is scheduled'
          const met = await comeTo(world, set, call)
          await retireAll(world)
          const broken = await lockedOut(world)
          if (broken !== undefined) return `${broken}, after the retirement`
          await world.runOn(met)
          const healed = (await lockedOut(world)) ?? (await neverConverges(world))
          if (healed !== undefined) return healed
          world.secret.passRetirement()
          await retireAll(world)
          return (await lockedOut(world)) ?? (await nextRotationFails(world))
        },
      }),
    ),
  )
  return undefined
}

/** Cuts the connection before every message of a retirement, in both directions, and its schedule runs once more. */
export async function everyRetirementCut(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = whyNothingRetires(trial.options.provider.capabilities, strategy)
  if (reason !== undefined) return new Skipped(reason)
  return await coverEach(trial, {
    strategy,
    prefix: `cut/${strategy}/a retirement/`,
    how: 'cut',
    runAt: (at) => ({
      expects:
        at === undefined
          ? 'through the proxy, a retirement ends well'
          : `cut before ${pointName(at)}, the current credential signs in, and the next try ends the old one`,
      async play(wired, before) {
        const { world } = wired
        const { invocation, old } = await dueRetirement(world)
        before(labelsOf(world))
        wired.phase = 'disturbed'
        const broken = await untilEnd(wired, invocation)
        wired.phase = 'after'
        if (broken !== undefined) return broken
        const codes = wired.met === undefined ? [] : CODES_OF_A_CUT
        if (invocation.error !== undefined && !isOneOf(codes, invocation.error))
          return `documented errors: the retirement ended in ${invocation.error} instead of ${['success', ...codes].join(' or ')}`
        const atOnce = await lockedOut(world)
        if (atOnce !== undefined) return `${atOnce}, after the retirement`
        if (invocation.error === undefined && (await world.signsIn(old)))
          return 'no orphans: the retirement ended well and the old credential still signs in'
        return await nextTryFails(world, old)
      },
    }),
  })
}

/** The schedules run once more, with all the time there is: what was cut off may hold the lock for a moment. */
async function nextTryFails(world: World, old: StoredSecret): Promise<string | undefined> {
  for (const event of world.retirements()) {
    const invocation = await world.startRetirement(event)
    await world.runOn(invocation)
    const { error } = invocation
    if (error !== undefined) return `always converges: the next try of the retirement ended in ${error}`
  }
  if (await world.signsIn(old)) return 'no orphans: the retired credential still signs in'
  return await lockedOut(world)
}

/** What Lambda gives a retirement that may meet a held lock, in milliseconds. */
const SHORT_MS = 3_500

async function retireAll(world: World): Promise<void> {
  for (const event of world.retirements())
    await world.runOn(await world.startRetirement(event, { timeLeftMs: SHORT_MS }))
}

/** A retirement is killed before and after every call it makes, and its schedule runs once more. */
export async function everyRetirementCrash(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = whyNothingRetires(trial.options.provider.capabilities, strategy)
  if (reason !== undefined) return new Skipped(reason)
  const calls = await trial.look(strategy, async (world) => {
    const { invocation } = await dueRetirement(world)
    await world.runOn(invocation)
    if (invocation.error === undefined) return invocation.calls
    const broken = (await lockedOut(world)) ?? `always converges: it ended in ${invocation.error}`
    const story = world.record.trace.map((line) => `  ${line}`).join('\n')
    throw new ConformanceFailure(`retirement/${strategy}/undisturbed`, `${broken}, after a retirement`, story)
  })
  await trial.all(
    calls.flatMap(({ index, label, isMoment }) =>
      (isMoment ? (['before'] as const) : (['before', 'after'] as const)).map((when): Point => {
        const what = `${String(index).padStart(2, '0')} ${label}/${when}`
        return {
          id: `retirement/${strategy}/killed/${what}`,
          strategy,
          expects: `killed ${when} ${label}, the next try ends the old credential, and the current one signs in throughout`,
          async play(world) {
            const { invocation, old } = await dueRetirement(world)
            if (!(await world.signsIn(old))) return 'class A: AWSPREVIOUS is refused before its retirement'
            await world.runTo(invocation, index)
            await world.kill(invocation, when)
            const broken = await lockedOut(world)
            if (broken !== undefined) return broken
            return (await nextTryFails(world, old)) ?? (await nextRotationFails(world))
          },
        }
      }),
    ),
  )
  return undefined
}

/** A finished rotation whose retirement is due and has begun. */
async function dueRetirement(world: World) {
  const before = world.secret.holders().current ?? ''
  const token = world.secret.rotate()
  const error = (await world.deliverAll(token)) ?? (await notFinished(world, token))
  if (error !== undefined) throw new Error(`the undisturbed rotation ended in ${error}`)
  world.secret.passRetirement()
  const [event] = world.retirements()
  if (event === undefined) throw new Error('no retirement is scheduled')
  return { invocation: await world.startRetirement(event), old: world.secret.value(before) ?? {} }
}
