import type { SecretVersion } from '../../shared/aws/secrets-manager.ts'
import { perform } from '../../shared/engine/act.ts'
import { StepContext, type StepInput } from '../../shared/engine/context.ts'
import { Deadline } from '../../shared/engine/deadline.ts'
import type { Decide } from '../../shared/engine/decide.ts'
import type { Known, Question } from '../../shared/engine/known.ts'
import { look } from '../../shared/engine/look.ts'
import { type Move, moveName } from '../../shared/engine/moves.ts'
import type { Version } from '../../shared/engine/version.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { type Gate, type SimulationRules, simulatedProvider, Target } from '../simulation/target.ts'
import { ARN, FUNCTION_ARN, idOf, numberOf, type PortChange, portOn } from './secrets.ts'
import type { Sleeper, State } from './state.ts'

/** How the engine under exploration decides, and which rules of the target hold. */
export interface Machine {
  readonly decide: Decide
  readonly rules: SimulationRules
  /** Breaks a rule on the way to Secrets Manager. */
  readonly changePort?: PortChange
}

/** What one move of an invocation leads to. */
export interface Moved {
  readonly label: string
  readonly state: State
  /** What the invocation is from then on; undefined when it has ended. */
  readonly sleeper: Sleeper | undefined
}

const atOnce: Gate = async (_label, action) => action()
const noDeadline = new Deadline(Number.POSITIVE_INFINITY)
const quiet = { know: () => undefined, clean: (text: string) => text, cleanError: () => new Error('unused') }

/** Connections by number, so that a lock can be told from another. */
const connections: { readonly number: number }[] = []
const connectionOf = (number: number): { readonly number: number } => {
  connections[number] ??= { number }
  return connections[number]
}

/** The shipped context. A value that was understood once is not parsed again: it is the same every time. */
class ExploredContext extends StepContext {
  static readonly understood = new Map<string, Version>()

  override async understand(raw: SecretVersion, label: string): Promise<Version> {
    const key = `${raw.VersionId} ${raw.SecretString} ${raw.CreatedDate?.getTime()}`
    const before = ExploredContext.understood.get(key)
    if (before !== undefined && this.provider !== undefined)
      return { ...before, stages: raw.VersionStages ?? [] }
    const version = await super.understand(raw, label)
    ExploredContext.understood.set(key, version)
    return version
  }
}

/** Questions whose answer never changes here: asked in one action with what went before. */
const CONSTANT: readonly Question[] = ['check', 'admin', 'overlap']

/**
 * Carries out the next move of an invocation by the shipped decision, look and act, as one atomic action. Ending is no
 * action of its own. Undefined when the invocation waits for the lock.
 */
export async function moveOn(state: State, sleeper: Sleeper, machine: Machine): Promise<Moved | undefined> {
  let moved = await carryOutNext(state, sleeper, machine)
  while (moved?.sleeper !== undefined && !moved.sleeper.isHalfway) {
    const next = machine.decide(moved.sleeper.known).move
    if (next.kind !== 'ask' || !CONSTANT.includes(next.question)) break
    const { label } = moved
    moved = await carryOutNext(moved.state, moved.sleeper, machine)
    if (moved !== undefined) moved = { ...moved, label: `${label}, ${moved.label}` }
  }
  if (moved?.sleeper === undefined) return moved
  const { move } = machine.decide(moved.sleeper.known)
  if (moved.sleeper.isHalfway || (move.kind !== 'end' && move.kind !== 'fail')) return moved
  return {
    label: `${moved.label} -> ${moveName(move)}`,
    state: unlock(moved.state, moved.sleeper),
    sleeper: undefined,
  }
}

async function carryOutNext(state: State, sleeper: Sleeper, machine: Machine): Promise<Moved | undefined> {
  const { move } = machine.decide(sleeper.known)
  if (move.kind === 'end' || move.kind === 'fail') throw new Error('it has ended')
  if (move.kind === 'act' && move.action === 'lock') {
    if (!machine.rules.locks)
      return { label: 'lock', state, sleeper: { ...sleeper, known: { ...sleeper.known, lock: 'held' } } }
    if (state.lock !== 0) return undefined
    const known: Known = { ...sleeper.known, lock: 'held' }
    return { label: 'lock', state: { ...state, lock: sleeper.connection }, sleeper: { ...sleeper, known } }
  }
  return await carryOut(state, sleeper, machine, move)
}

async function carryOut(
  before: State,
  sleeper: Sleeper,
  machine: Machine,
  move: Extract<Move, { kind: 'ask' | 'act' }>,
): Promise<Moved> {
  let state = before
  const target = targetOf(state)
  const gate =
    state.kind === 'dual-admin' && move.kind === 'act' && move.action === 'apply' ? halves(sleeper) : atOnce
  const connect = (): object => connectionOf(sleeper.connection)
  const provider: Provider = simulatedProvider(target, () => gate, machine.rules, connect)
  const port = portOn(
    () => state,
    (next) => {
      state = next
    },
    machine.changePort,
  )
  const context = wake(sleeper, provider, port)
  await remember(context, before, sleeper)
  const label = moveName(move)
  let known: Known
  try {
    if (move.kind === 'ask') {
      const answer = await look[move.question](context, sleeper.known)
      known = { ...sleeper.known, [move.question]: answer, ...(context.traits && { traits: context.traits }) }
    } else if (move.action === 'lock') throw new Error('the lock is taken elsewhere')
    else known = { ...sleeper.known, ...(await perform[move.action](context, sleeper.known)) }
  } catch (error) {
    const ended = withTarget(state, target)
    // The engine wraps what a provider throws.
    if (error instanceof Error && error.cause === HALFWAY)
      return { label: `${label}, first half`, state: ended, sleeper: { ...sleeper, isHalfway: true } }
    return { label: `${label} fails`, state: unlock(ended, sleeper), sleeper: undefined }
  }
  return { label, state: withTarget(state, target), sleeper: asleep(sleeper, known, context) }
}

const HALFWAY = new Error('halfway')

/** A change of two statements is two actions: the first time only the first is carried out, then only the second. */
function halves(sleeper: Sleeper): Gate {
  let statement = 0
  return async (_label, action) => {
    statement += 1
    if (sleeper.isHalfway && statement === 1) return { result: 'applied' } as ReturnType<typeof action>
    const result = action()
    const isFirstOfTwo =
      !sleeper.isHalfway &&
      typeof result === 'object' &&
      result !== null &&
      'result' in result &&
      result.result === 'applied'
    if (isFirstOfTwo) throw HALFWAY
    return result
  }
}

function targetOf(state: State): Target {
  const target = new Target(state.kind, '')
  for (const name of ['A', 'B'] as const) {
    const [primary, secondary] = state.accounts[name]
    target.accounts[name] = { primary: primary || undefined, secondary: secondary || undefined }
  }
  target.lock = state.lock === 0 ? undefined : { connection: connectionOf(state.lock), owner: atOnce }
  return target
}

function withTarget(state: State, target: Target): State {
  const pair = (name: 'A' | 'B'): readonly [string, string] => {
    const { primary, secondary } = target.account(name)
    return [primary ?? '', secondary ?? '']
  }
  return { ...state, accounts: { A: pair('A'), B: pair('B') } }
}

export const unlock = (state: State, { connection }: Sleeper): State =>
  state.lock === connection ? { ...state, lock: 0 } : state

function wake(
  sleeper: Sleeper,
  provider: Provider,
  secretsManager: StepInput['secretsManager'],
): ExploredContext {
  return new ExploredContext({
    event: { Step: sleeper.step, SecretId: ARN, ClientRequestToken: idOf(sleeper.token) },
    functionArn: FUNCTION_ARN,
    registration: { type: undefined, tags: {} },
    secretsManager,
    entropy: { bytes: (length) => new Uint8Array(length), password: () => `p${sleeper.token}` },
    // Later than any version: no rotation comes too soon.
    clock: { now: () => Number.MAX_SAFE_INTEGER, sleep: () => Promise.resolve() },
    resolveProvider: () => Promise.resolve(provider),
    settings: { pendingReadDelaysMs: [] },
    deadline: noDeadline,
    cleaner: quiet,
  })
}

/** Puts back what the invocation had read. */
async function remember(context: ExploredContext, state: State, sleeper: Sleeper): Promise<void> {
  context.labels = sleeper.labels
  for (const [name, version] of Object.entries(sleeper.read)) {
    const value = state.values[version]
    if (value === undefined) continue
    const raw: SecretVersion = {
      VersionId: idOf(version),
      SecretString: JSON.stringify(value),
      CreatedDate: new Date(state.order.indexOf(version) * 1_000),
    }
    context.keep(name as 'own' | 'current' | 'previous' | 'candidate', await context.understand(raw, name))
  }
}

function asleep(sleeper: Sleeper, known: Known, context: ExploredContext): Sleeper {
  const read: Record<string, number> = {}
  // The admin secret is another one, and the same at every time.
  for (const [name, version] of Object.entries(context.versions))
    if (version !== undefined && name !== 'admin') read[name] = numberOf(version.versionId)
  return { ...sleeper, known, labels: context.labels, read, isHalfway: false }
}
