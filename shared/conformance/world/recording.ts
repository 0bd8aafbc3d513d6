import { STEPS, type Step, type Task } from '../../engine/known.ts'
import { STRATEGIES } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { ConformanceOptions } from '../options.ts'
import { ConformanceFailure } from '../report/story.ts'
import type { Container } from './container.ts'
import type { Invocation } from './invocation.ts'
import type { Kind } from './kinds.ts'
import { World } from './world.ts'

/** One call of a recorded rotation. */
export interface RecordedCall {
  readonly step: Step
  readonly index: number
  readonly label: string
  readonly isMoment: boolean
}

/** How a rotation comes about and is carried; each has calls that the others have not. */
export interface Scene {
  readonly name: string
  /** One container serves all four steps and remembers the registration. */
  readonly isWarm: boolean
  /** Only with this kind of credential. Default: with each. */
  readonly of?: Kind
  /** What happened before. */
  readonly prepare: (world: World) => Promise<void>
}

/** The step that changes what the target takes. */
export const changeStep = (strategy: Strategy): 'createSecret' | 'setSecret' =>
  STRATEGIES[strategy].mints ? 'createSecret' : 'setSecret'

/** The operation by which it does. */
export const isChange = ({ label }: { readonly label: string }): boolean => /^(apply|mint) /.test(label)

/** A call after which somebody may be locked out. */
export const changesSomething = (label: string): boolean =>
  /^(apply|repair|mint|revoke|promote|retire|Put|Update)/.test(label)

/** Calls that use the target, so that what happens to it can be met. */
export const usesTarget = ({ label }: { readonly label: string }): boolean =>
  !/^(Describe|Get|Put|Update|close|lock given back)/.test(label)

/** The step is killed right after its first call whose name begins so. */
export async function isKilledAfter(world: World, step: Step, token: string, call: string): Promise<void> {
  const invocation = await world.start(step, token)
  while (invocation.state === 'parked' && invocation.next?.label.startsWith(call) !== true)
    await world.advance(invocation)
  await world.kill(invocation, 'after')
}

/** A rotation is killed when its value was applied and not yet proven. Answers its token. */
export async function loseChange(world: World): Promise<string> {
  const token = world.secret.rotate()
  await world.deliverAll(token, ['createSecret'])
  await isKilledAfter(world, 'setSecret', token, 'apply')
  return token
}

/** An earlier rotation was killed when its value could be in force and was not yet proven, and was abandoned. */
export async function leaveUnfinished(world: World): Promise<void> {
  if (world.mints) await world.deliverAll(world.secret.rotate(), ['createSecret'])
  else await loseChange(world)
  world.secret.abandon()
}

/** An earlier rotation was killed when its credential was issued and not yet stored, and was abandoned a while ago. */
export async function loseMint(world: World): Promise<void> {
  await isKilledAfter(world, 'createSecret', world.secret.rotate(), 'mint')
  world.secret.abandon()
  world.passInvocations()
}

/** An earlier rotation, which nobody disturbed. */
export async function finishOne(world: World): Promise<void> {
  const error = await world.deliverAll(world.secret.rotate())
  if (error !== undefined) throw new Error(`the rotation before ended in ${error}`)
}

/** The scene of cases that need one only. */
export const WARM: Scene = { name: 'warm', isWarm: true, prepare: () => Promise.resolve() }
export const COLD: Scene = { name: 'cold', isWarm: false, prepare: () => Promise.resolve() }

const SCENES: readonly Scene[] = [
  WARM,
  COLD,
  { name: 'after an abandoned rotation', isWarm: true, prepare: leaveUnfinished },
]
const MINT_SCENES: readonly Scene[] = [
  ...SCENES,
  { name: 'after one whose credential nobody stored', isWarm: true, prepare: loseMint, of: 'beside' },
  {
    name: 'after a finished rotation',
    isWarm: true,
    prepare: finishOne,
  },
]

export const scenesOf = (kind: Kind): readonly Scene[] =>
  kind === 'chosen' ? SCENES : MINT_SCENES.filter(({ of }) => of === undefined || of === kind)

/** A scene that has been set, up to the step that is to be played with. */
export interface SetScene {
  readonly token: string
  start(step: Step, timeLeftMs?: number): Promise<Invocation<Step>>
}

/** Prepares a scene and carries its rotation up to, not including, `step`. */
export async function setScene(world: World, scene: Scene, step: Step): Promise<SetScene> {
  await scene.prepare(world)
  const token = world.secret.rotate()
  const warm: Container | undefined = scene.isWarm ? world.container() : undefined
  const options = warm === undefined ? {} : { container: warm }
  const error = await world.deliverAll(token, STEPS.slice(0, STEPS.indexOf(step)), options)
  if (error !== undefined) throw new Error(`the undisturbed rotation ended in ${error}`)
  return {
    token,
    start: (which, timeLeftMs) =>
      world.start(which, token, timeLeftMs === undefined ? options : { ...options, timeLeftMs }),
  }
}

/** Every call of an undisturbed rotation, in order. Rejects with what it ended in when it does not end well. */
export async function recordCalls(
  options: ConformanceOptions,
  strategy: Strategy,
  scene: Scene,
): Promise<readonly RecordedCall[]> {
  const world = await World.open(options, strategy)
  try {
    const { start } = await setScene(world, scene, 'createSecret')
    const calls: RecordedCall[] = []
    for (const step of STEPS) {
      const invocation = await start(step)
      await world.runOn(invocation)
      if (invocation.error !== undefined)
        throw new Error(`the undisturbed rotation ended in ${invocation.error}: ${String(invocation.thrown)}`)
      calls.push(...invocation.calls.map((call) => ({ step, ...call })))
    }
    return calls
  } catch (error) {
    const story = world.record.trace.map((line) => `  ${line}`).join('\n')
    throw new ConformanceFailure(`plain/${strategy}/${scene.name}`, String(error), story)
  } finally {
    await world.close()
  }
}

/** Lets a fresh invocation of the recorded step come to the recorded call. Rejects when it makes other calls. */
export async function comeTo(
  world: World,
  { start }: SetScene,
  call: RecordedCall,
  timeLeftMs?: number,
): Promise<Invocation<Step>> {
  const invocation = await start(call.step, timeLeftMs)
  await world.runTo(invocation, call.index)
  const label = invocation.next?.label ?? invocation.error ?? 'its end'
  if (label !== call.label)
    throw new Error(`recorded was ${call.step} ${call.index} ${call.label}, this time it is ${label}`)
  return invocation
}

export const callId = ({ step, index, label }: { step: Task; index: number; label: string }): string =>
  `${step} ${String(index).padStart(2, '0')} ${label}`
