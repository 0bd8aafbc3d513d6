import { STEPS, type Step, type Task } from '../../engine/known.ts'
import type { Strategy } from '../../provider/contract.ts'
import type { ConformanceOptions } from '../options.ts'
import { ConformanceFailure } from '../report/story.ts'
import type { Container } from './container.ts'
import type { Invocation } from './invocation.ts'
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
  /** What happened before. */
  readonly prepare: (world: World) => Promise<void>
}

/** A rotation is killed when its value was applied and not yet proven. Answers its token. */
export async function loseChange(world: World): Promise<string> {
  const token = world.secret.rotate()
  await world.deliverAll(token, ['createSecret'])
  const setting = await world.start('setSecret', token)
  while (setting.state === 'parked' && setting.next?.label.startsWith('apply') !== true)
    await world.advance(setting)
  await world.kill(setting, 'after')
  return token
}

/** An earlier rotation was killed when its value was applied and not yet proven, and was abandoned. */
export async function leaveUnfinished(world: World): Promise<void> {
  await loseChange(world)
  world.secret.abandon()
}

/** The scene of cases that need one only. */
export const WARM: Scene = { name: 'warm', isWarm: true, prepare: () => Promise.resolve() }
export const COLD: Scene = { name: 'cold', isWarm: false, prepare: () => Promise.resolve() }

export const SCENES: readonly Scene[] = [
  WARM,
  COLD,
  { name: 'after an abandoned rotation', isWarm: true, prepare: leaveUnfinished },
]

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
