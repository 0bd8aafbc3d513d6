import { STRATEGIES } from '../../engine/strategies.ts'
import type { Capabilities, Strategy } from '../../provider/contract.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { ConformanceFailure } from '../report/story.ts'
import { lockedOut, neverConverges, nextRotationFails, notFinished } from '../world/promises.ts'
import { callId, comeTo, recordCalls, setScene, WARM } from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** Where the change itself ends the old credential, no schedule is made. */
export function whyNothingRetires({ retires }: Capabilities, strategy: Strategy): string | undefined {
  if (retires !== true) return 'the provider does not retire'
  return STRATEGIES[strategy].class === 'A' ? undefined : 'the change itself ends the old credential'
}

/** The retirement of the first rotation runs before every call of the second, and once more when that has ended. */
export async function everyRetirementMoment(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  const reason = whyNothingRetires(trial.options.provider.capabilities, strategy)
  if (reason !== undefined) return new Skipped(reason)
  const calls = await recordCalls(trial.options, strategy, WARM)
  await trial.all(
    calls.map(
      (call): Point => ({
        id: `retirement/${strategy}/moment/${callId(call)}`,
        strategy,
        expects: `the retirement after the first rotation runs before ${call.label} of ${call.step} of the second: it waits, does nothing, or ends only what is replaced`,
        async play(world) {
          const first = await world.deliverAll(world.secret.rotate())
          if (first !== undefined) return `always converges: the first rotation ended in ${first}`
          world.secret.passRetirement()
          if (world.retirements().length === 0) return 'no orphans: no retirement is scheduled'
          const met = await comeTo(world, await setScene(world, WARM, call.step), call)
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
            await retireAll(world)
            if (await world.signsIn(old)) return 'no orphans: the retired credential still signs in'
            return (await lockedOut(world)) ?? (await nextRotationFails(world))
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
