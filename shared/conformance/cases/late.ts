import { STEPS, type Step } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { wayOn } from '../world/carry-on.ts'
import type { Invocation } from '../world/invocation.ts'
import { lockedOut, neverConverges } from '../world/promises.ts'
import {
  COLD,
  callId,
  changesSomething,
  comeTo,
  type RecordedCall,
  recordCalls,
  setScene,
  WARM,
} from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** What Lambda gives an invocation that may meet a held lock, in milliseconds: it waits for a part of this only. */
const SHORT_MS = 3_500

/** What others do while an invocation is frozen before a call. Each answers the code in which a rotation failed. */
export const MEANWHILE = {
  'the same step is delivered again': async (world: World, token: string, step: Step) => {
    // While the frozen one holds the lock this ends in TARGET_BUSY, which loses nothing.
    await world.deliver(step, token, { timeLeftMs: SHORT_MS })
    return undefined
  },
  'the rotation is finished by others': (world: World, token: string) => world.deliverAll(token, STEPS),
  'a later rotation is finished as well': async (world: World, token: string) =>
    (await world.deliverAll(token, STEPS)) ?? (await world.deliverAll(world.secret.rotate(), STEPS)),
  'the rotation is abandoned and a new one finished': (world: World) => {
    world.secret.abandon()
    return world.deliverAll(world.secret.rotate(), STEPS)
  },
}

export type Meanwhile = keyof typeof MEANWHILE

/** Freezes an invocation before every call it makes, lets others go on, and thaws it. */
export async function everyThaw(trial: Trial, strategy: Strategy, meanwhile: Meanwhile): Promise<undefined> {
  const dropConnections = await trial.look(strategy, ({ target }) => target.dropConnections !== undefined)
  const calls = await recordCalls(trial.options, strategy, WARM)
  // A lock that stays held keeps every other rotation out, until the server drops the silent connection.
  const needsDrop = (call: RecordedCall): boolean =>
    meanwhile !== 'the same step is delivered again' && holdsLock(calls, call)
  const possible = calls.filter((call) => dropConnections || !needsDrop(call))
  if (possible.length < calls.length)
    trial.notes.push(
      `${calls.length - possible.length} points left out: the target gives no way to drop its connections`,
    )
  const meanwhiles = Object.keys(MEANWHILE)
  const isInTurn = trial.options.recoveries === 'in turn' && trial.options.only === undefined
  const points = possible.filter(
    (_call, at) => !isInTurn || at % meanwhiles.length === meanwhiles.indexOf(meanwhile),
  )
  await trial.all(points.map((call) => thaw(strategy, call, meanwhile, needsDrop(call))))
  return undefined
}

function holdsLock(calls: readonly RecordedCall[], { step, index }: RecordedCall): boolean {
  const at = (label: string): number =>
    calls.find((call) => call.step === step && call.label === label)?.index ?? 0
  return index >= at('lock taken') && index < at('lock given back')
}

function thaw(strategy: Strategy, call: RecordedCall, meanwhile: Meanwhile, drops: boolean): Point {
  return {
    id: `late/${strategy}/${callId(call)}/${meanwhile}`,
    strategy,
    expects: `frozen before ${call.label} of ${call.step} while ${meanwhile}, then thawed, the promises hold`,
    async play(world, before) {
      const set = await setScene(world, WARM, call.step)
      const frozen = await comeTo(world, set, call)
      before(labelsOf(world))
      world.record.trace.push(`${call.step} is frozen before ${call.label}`)
      if (drops) await world.target.dropConnections?.()
      const error = await MEANWHILE[meanwhile](world, set.token, call.step)
      if (error !== undefined && (await wayOn(world, error)) === undefined)
        return `always converges: ${meanwhile} ended in ${error}`
      const meanwhileBroken = await lockedOut(world)
      if (meanwhileBroken !== undefined) return `${meanwhileBroken}, before the thaw`
      world.record.trace.push(`${call.step} is thawed`)
      const thawed = await thawStepwise(world, frozen)
      return thawed ?? (await neverConverges(world))
    },
  }
}

/** A late writer is checked after each of its actions at the target. */
async function thawStepwise(world: World, frozen: Invocation<Step>): Promise<string | undefined> {
  while (frozen.state === 'parked') {
    const { label } = frozen.next ?? { label: '' }
    await world.advance(frozen)
    if (!changesSomething(label)) continue
    const broken = await lockedOut(world)
    if (broken !== undefined) return `${broken}, after ${label} by the thawed invocation`
  }
  return await lockedOut(world)
}

/** Two secrets name one account; one rotates whole while the other is frozen before each of its calls. */
export async function everySharing(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  if (trial.options.provider.capabilities.mint?.consuming === true)
    return new Skipped('what is used up has one owner: a second secret would end it for both')
  const calls = (await recordCalls(trial.options, strategy, COLD)).filter(
    ({ label }) => !/^(Describe|Get|close)/.test(label),
  )
  await trial.all(
    calls.map((call) => ({
      id: `sharing/${strategy}/${callId(call)}`,
      strategy,
      expects: `while another secret rotates the same account, frozen before ${call.label} of ${call.step}, one of the stored values signs in`,
      async play(world) {
        const other = world.anotherSecret()
        const set = await setScene(world, COLD, call.step)
        const frozen = await comeTo(world, set, call)
        await world.deliverAll(other.rotate(), STEPS, { secret: other, timeLeftMs: SHORT_MS })
        await world.runOn(frozen)
        const here = await lockedOut(world)
        return here === undefined || (await lockedOut(world, other)) === undefined
          ? undefined
          : `${here}, in both secrets that share the account`
      },
    })),
  )
  return undefined
}
