import type { SecretVersion } from '../../shared/aws/secrets-manager.ts'
import { perform } from '../../shared/engine/act.ts'
import { StepContext, type StepInput } from '../../shared/engine/context.ts'
import { Deadline } from '../../shared/engine/deadline.ts'
import type { Decision } from '../../shared/engine/decide.ts'
import type { Known, Question } from '../../shared/engine/known.ts'
import { afterAction } from '../../shared/engine/learn.ts'
import { look } from '../../shared/engine/look.ts'
import { type Move, moveName } from '../../shared/engine/moves.ts'
import type { Version } from '../../shared/engine/version.ts'
import { newKeyPair } from '../../shared/key-pair.ts'
import type { Gate } from '../simulation/target.ts'
import type { Machine } from './engine.ts'
import { inHand, takeInHand } from './in-hand.ts'
import { mintingProviderOn } from './mint-target.ts'
import { CONSTANT } from './questions.ts'
import { replacingProviderOn } from './replacing-target.ts'
import { retirementOf, schedulerOn } from './scheduler.ts'
import { ARN, FUNCTION_ARN, idOf, numberOf, portOn } from './secrets.ts'
import { freshPassword, isMintKind, isReplacing, type Sleeper, type State, withFate } from './state.ts'
import { providerOn, targetOf, withTarget } from './target.ts'
import { unprovenProviderOn } from './unproven-target.ts'
import { type Presumed, type Variant, variantsOf } from './variants.ts'

/** What one move of an invocation leads to. */
export interface Moved {
  readonly text: string
  readonly state: State
  /** What the invocation is from then on; undefined when it has ended. */
  readonly sleeper: Sleeper | undefined
  /** It waits while somebody else holds the lock. */
  readonly takesLock?: true
  /** It happens only when whoever could still store this credential is over. */
  readonly presumes?: Presumed | undefined
}

const atOnce: Gate = async (_label, action) => action()
const noDeadline = new Deadline(Number.POSITIVE_INFINITY)
const quiet = { know: () => undefined, clean: (text: string) => text, cleanError: () => new Error('unused') }

const SURROUNDINGS = {
  functionArn: FUNCTION_ARN,
  registration: { type: undefined, tags: {} },
  // Later than any version, so that no rotation comes too soon.
  clock: { now: () => Date.UTC(2100, 0), sleep: () => Promise.resolve() },
  deadline: noDeadline,
  cleaner: quiet,
} satisfies Partial<StepInput>

/** The clock of the exploration stands. */
const LATELY = SURROUNDINGS.clock.now()

const RETIREMENT = { after: { afterMs: 1_000 }, roleArn: 'arn:aws:iam::111122223333:role/scheduler' } as const

/** The shipped context. A value that was understood once is not parsed again: it is the same every time. */
class ExploredContext extends StepContext {
  static readonly understood = new Map<string, Version>()

  override async understand(raw: SecretVersion, label: string): Promise<Version> {
    // Kinds of target read the same value otherwise.
    const key = (): string =>
      `${this.provider?.name} ${raw.VersionId} ${raw.SecretString} ${raw.CreatedDate?.getTime()}`
    const before = this.provider && ExploredContext.understood.get(key())
    if (before !== undefined) return { ...before, stages: raw.VersionStages ?? [] }
    const version = await super.understand(raw, label)
    ExploredContext.understood.set(key(), version)
    return version
  }
}

/**
 * Everything that the next move of an invocation may lead to, each as one atomic action; first what happens without a
 * fault. It is carried out by the shipped decision, look and act. Ending is no action of its own, and neither is a
 * question whose answer cannot change.
 */
export async function movesOf(state: State, sleeper: Sleeper, machine: Machine): Promise<readonly Moved[]> {
  const move = decisionOf(sleeper.known, machine)?.move
  if (move === undefined || move.kind === 'end' || move.kind === 'fail')
    return [{ text: move === undefined ? 'fails' : moveName(move), state, sleeper: undefined }]
  const all = await variantsOf(state, sleeper, machine, move, (from, variant) =>
    carryOut(from, sleeper, machine, move, variant),
  )
  return await Promise.all(all.map(async (moved) => ended(await settled(moved, machine), machine)))
}

/**
 * Goes on while the next question has an answer that depends on nothing which changes. Such a question changes nothing
 * either, so no other invocation can tell when it was asked, and a death before it is like a death after it: it would
 * only make more states of the same.
 */
async function settled(first: Moved, machine: Machine): Promise<Moved> {
  let moved = first
  while (moved.sleeper !== undefined && !moved.sleeper.isHalfway) {
    const move = decisionOf(moved.sleeper.known, machine)?.move
    if (move?.kind !== 'ask' || !isConstant(move.question, moved.sleeper, machine)) break
    const next = await carryOut(moved.state, moved.sleeper, machine, move)
    moved = { ...moved, ...next, text: `${moved.text}, ${next.text}` }
  }
  return moved
}

/** The admin and the rights at the target stay what they are, and consumers sign in at the writer; a value that was read, or is read by its id, does too. */
function isConstant(question: Question, { labels, read }: Sleeper, machine: Machine): boolean {
  if (machine.look?.[question] !== undefined) return false
  if (question === 'current') return read['current'] !== undefined
  if (question === 'previous' || question === 'since') return labels !== undefined
  return CONSTANT.includes(question)
}

/** A switched-off rule may leave the decision without an answer, which ends the step with an error. */
function decisionOf(known: Known, machine: Machine): Decision | undefined {
  try {
    return machine.decide(known)
  } catch {
    return undefined
  }
}

function ended(moved: Moved, machine: Machine): Moved {
  const { sleeper, text } = moved
  if (sleeper === undefined || sleeper.isHalfway) return moved
  const move = decisionOf(sleeper.known, machine)?.move
  if (move !== undefined && move.kind !== 'end' && move.kind !== 'fail') return moved
  return { ...moved, text: `${text} -> ${move === undefined ? 'fails' : moveName(move)}`, sleeper: undefined }
}

async function carryOut(
  before: State,
  sleeper: Sleeper,
  machine: Machine,
  move: Extract<Move, { kind: 'ask' | 'act' }>,
  variant: Variant = {},
): Promise<Moved> {
  if (move.kind === 'act' && move.action === 'lock') {
    const known: Known = { ...sleeper.known, lock: 'held' }
    if (!machine.rules.locks) return { text: 'lock', state: before, sleeper: { ...sleeper, known } }
    return { text: 'lock', state: before, sleeper: { ...sleeper, known, holdsLock: true }, takesLock: true }
  }
  let state = before
  const target = targetOf(state, sleeper)
  const isApply = move.kind === 'act' && move.action === 'apply'
  const hasTwoHalves = state.kind === 'dual-admin' || state.kind === 'unproven'
  const gate = isApply && hasTwoHalves ? halves(sleeper) : atOnce
  const get = (): State => state
  const set = (next: State): void => {
    state = next
  }
  const isOld = variant.isOld ?? (() => true)
  const issuing = { get, set, token: sleeper.token, isOld, isUnchanged: variant.isUnchanged === true }
  const { kind } = before
  const provider = isReplacing(kind)
    ? replacingProviderOn({ kind, ...issuing })
    : isMintKind(kind)
      ? mintingProviderOn({ kind, ...issuing })
      : kind === 'unproven'
        ? unprovenProviderOn({ target, gate, machine, sleeper, isQuick: variant.isSlow !== true })
        : providerOn(target, gate, machine, {
            get: () => state.entitled,
            set: (entitled) => {
              state = { ...state, entitled }
            },
          })
  const context = new ExploredContext({
    ...SURROUNDINGS,
    event: {
      Step: sleeper.step,
      SecretId: ARN,
      ClientRequestToken: idOf(sleeper.token),
      Retirement: sleeper.schedule && retirementOf(sleeper.schedule),
    },
    secretsManager: portOn(get, set, machine.changePort),
    scheduler: schedulerOn(get, set),
    entropy: {
      bytes: (length) => new Uint8Array(length),
      password: () => freshPassword(before, variant.letter ?? 'p'),
      keyPair: newKeyPair,
    },
    resolveProvider: () => Promise.resolve(provider),
    settings: {
      pendingReadDelaysMs: [],
      changeDelaysMs: [],
      // With it, one more is issued where the old one then dies.
      allowClassC: !kind.startsWith('grace'),
      retirement: machine.retires === true ? RETIREMENT : {},
    },
  })
  await remember(context, before, sleeper)
  context.lastChangedAt = variant.isYoung === true ? LATELY : 0
  const text = moveName(move)
  let known: Known
  try {
    if (move.kind === 'ask') {
      const answer = await (machine.look?.[move.question] ?? look[move.question])(context, sleeper.known)
      known = { ...sleeper.known, [move.question]: answer, ...(context.traits && { traits: context.traits }) }
    } else if (move.action === 'lock') throw new Error('the lock is taken elsewhere')
    else known = afterAction(sleeper.known, move.action, await perform[move.action](context, sleeper.known))
  } catch (error) {
    const after = withTarget(state, target)
    // The engine wraps what a provider throws.
    if (error instanceof Error && error.cause === HALFWAY)
      return { text: `${text}, first half`, state: after, sleeper: { ...sleeper, isHalfway: true } }
    return { text: `${text} fails`, state: dropped(after, sleeper), sleeper: undefined }
  }
  const after = asleep(sleeper, known, context)
  const isHeld = after.held.made === sleeper.held.made
  return {
    text,
    state: isHeld ? withTarget(state, target) : dropped(withTarget(state, target), sleeper),
    sleeper: after,
  }
}

/** What it had in hand and did not store is nobody's. */
function dropped(state: State, { held, token }: Sleeper): State {
  return withFate(state, { password: held.made, mark: token, fate: 'dropped' })
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

/** Where QUARTERTURN_MINTING was is kept among the versions that were read. */
const MINTING = 'minting'

/** Puts back what the invocation had read. */
async function remember(context: ExploredContext, state: State, sleeper: Sleeper): Promise<void> {
  context.labels = sleeper.labels
  await takeInHand(context, sleeper)
  const { minting } = sleeper.read
  if (minting !== undefined) context.mints.holder = idOf(minting)
  for (const [name, version] of Object.entries(sleeper.read)) {
    const value = state.values[version]
    if (value === undefined || name === MINTING) continue
    const raw: SecretVersion = {
      VersionId: idOf(version),
      SecretString: JSON.stringify(value),
      CreatedDate: new Date(state.order.indexOf(version) * 1_000),
    }
    context.keep(
      name as 'own' | 'current' | 'previous' | 'candidate' | 'gone',
      await context.understand(raw, name),
    )
  }
}

function asleep(sleeper: Sleeper, known: Known, context: ExploredContext): Sleeper {
  const read: Record<string, number> = {}
  // The admin secret is another one, and the same at every time.
  for (const [name, version] of Object.entries(context.versions))
    if (version !== undefined && name !== 'admin') read[name] = numberOf(version.versionId)
  const { holder } = context.mints
  if (holder !== undefined) read[MINTING] = numberOf(holder)
  const held = inHand(context, known)
  return { ...sleeper, known, labels: context.labels, read, isHalfway: false, held }
}
