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
import { type Minting, mintingProviderOn } from './mint-target.ts'
import { CONSTANT, PROOFS } from './questions.ts'
import { retirementOf, schedulerOn } from './scheduler.ts'
import { ARN, FUNCTION_ARN, idOf, numberOf, portOn } from './secrets.ts'
import { freshPassword, isMintKind, type Mint, type Sleeper, type State } from './state.ts'
import { providerOn, targetOf, withTarget } from './target.ts'

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

/** A mint that is older than any invocation lives. */
export type Presumed = Mint

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
  const all =
    move.kind === 'ask' && move.question === 'leftover'
      ? await eachLeftover(state, sleeper, machine, move)
      : [await carryOut(state, sleeper, machine, move), ...(await faults(state, sleeper, machine, move))]
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
  if (question === 'previous') return labels !== undefined
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

/**
 * What may go wrong beside a death before or after the move, which the explorer adds for each: a proof that proves
 * nothing, a value that the target's policy refuses, and a move of AWSCURRENT without a reply, after which the step
 * goes on to look.
 */
async function faults(state: State, sleeper: Sleeper, machine: Machine, move: Move): Promise<Moved[]> {
  const knowing = (known: Partial<Known>): Sleeper => ({ ...sleeper, known: { ...sleeper.known, ...known } })
  if (move.kind === 'ask' && PROOFS.includes(move.question))
    return (['unknown', 'barred', 'unprovable'] as const).map((proof) => ({
      text: `${moveName(move)} ${proof}`,
      state,
      sleeper: knowing({ [move.question]: proof }),
    }))
  if (move.kind !== 'act') return []
  if (move.action === 'moveCurrent') {
    const { state: after } = await carryOut(state, sleeper, machine, move)
    const uncertain = knowing({ moveCurrent: 'failed' })
    return [
      { text: 'moveCurrent happens and its reply is lost', state: after, sleeper: uncertain },
      { text: 'moveCurrent is lost', state, sleeper: uncertain },
    ]
  }
  if (move.action === 'storeNew' && state.left.refusals > 0) {
    const left = { ...state.left, refusals: state.left.refusals - 1 }
    const moved = await carryOut({ ...state, left }, sleeper, machine, move, 'x')
    return [{ ...moved, text: `${moved.text} of a value that the target refuses for good` }]
  }
  return []
}

/** Each mint may be old by now, which presumes that whoever could store it is over; or none is. */
async function eachLeftover(
  state: State,
  sleeper: Sleeper,
  machine: Machine,
  move: Extract<Move, { kind: 'ask' }>,
): Promise<Moved[]> {
  const found: Moved[] = []
  for (const mint of state.mints) {
    const moved = await carryOut(state, sleeper, machine, move, 'p', (one) => one === mint.password)
    if (moved.sleeper?.known.leftover === 'one')
      found.push({ ...moved, presumes: machine.sweepsYoung === true ? undefined : mint })
  }
  return [...found, await carryOut(state, sleeper, machine, move, 'p', () => false)]
}

async function carryOut(
  before: State,
  sleeper: Sleeper,
  machine: Machine,
  move: Extract<Move, { kind: 'ask' | 'act' }>,
  letter: 'p' | 'x' = 'p',
  isOld: Minting['isOld'] = () => true,
): Promise<Moved> {
  if (move.kind === 'act' && move.action === 'lock') {
    const known: Known = { ...sleeper.known, lock: 'held' }
    if (!machine.rules.locks) return { text: 'lock', state: before, sleeper: { ...sleeper, known } }
    return { text: 'lock', state: before, sleeper: { ...sleeper, known, holdsLock: true }, takesLock: true }
  }
  let state = before
  const target = targetOf(state, sleeper)
  const gate =
    state.kind === 'dual-admin' && move.kind === 'act' && move.action === 'apply' ? halves(sleeper) : atOnce
  const get = (): State => state
  const set = (next: State): void => {
    state = next
  }
  const provider = isMintKind(before.kind)
    ? mintingProviderOn({ kind: before.kind, get, set, token: sleeper.token, isOld })
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
      password: () => freshPassword(before, letter),
      keyPair: newKeyPair,
    },
    resolveProvider: () => Promise.resolve(provider),
    settings: { pendingReadDelaysMs: [], retirement: machine.retires === true ? RETIREMENT : {} },
  })
  await remember(context, before, sleeper)
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
    return { text: `${text} fails`, state: after, sleeper: undefined }
  }
  return { text, state: withTarget(state, target), sleeper: asleep(sleeper, known, context) }
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

/** Puts back what the invocation had read. */
async function remember(context: ExploredContext, state: State, sleeper: Sleeper): Promise<void> {
  context.labels = sleeper.labels
  await takeInHand(context, sleeper)
  for (const [name, version] of Object.entries(sleeper.read)) {
    const value = state.values[version]
    if (value === undefined) continue
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
  const held = inHand(context, known)
  return { ...sleeper, known, labels: context.labels, read, isHalfway: false, held }
}
