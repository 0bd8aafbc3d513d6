import type { Known } from '../../shared/engine/known.ts'
import { type Move, moveName } from '../../shared/engine/moves.ts'
import type { Machine } from './engine.ts'
import type { Moved } from './machine.ts'
import { PROOFS } from './questions.ts'
import { idOf } from './secrets.ts'
import { isReplacing, type Mint, type Sleeper, type State } from './state.ts'

/** What one move meets where that is not given by the state. */
export interface Variant {
  /** A new password that begins with `x` is refused by the target for good. */
  readonly letter?: 'p' | 'x'
  /** Which mints are older than any invocation lives. Default: all. */
  readonly isOld?: (password: string) => boolean
  /** The secret was changed so lately that whoever changed it may be running. Default: long ago. */
  readonly isYoung?: boolean
  /** The target finds that nothing needs to change. */
  readonly isUnchanged?: boolean
  /** The target does not finish the change before it is asked. */
  readonly isSlow?: boolean
}

/** Of what must be over by now: a mint that is older than any invocation lives, or whoever has QUARTERTURN_MINTING. */
export type Presumed = Mint | 'whoever issues'

/**
 * Whether an invocation would have ended before a mint is as old as a sweep wants it, and QUARTERTURN_CANDIDATE as long
 * where it is: one that lives has then never seen the mint in a version. Or, before the secret was unchanged for so long.
 */
export function isOver(
  { values }: State,
  { token, read, known, labels }: Sleeper,
  presumed: Presumed,
  byAgeAlone: boolean,
): boolean {
  // Where a value can be read, a rotation takes what it lost without taking the label for that, by labels read before.
  const mayFind = known.traits?.mints?.readable === true && labels?.minting === idOf(token)
  if (presumed === 'whoever issues') return known.takeMinting !== 'taken' && !mayFind
  const { password, mark } = presumed
  const hasSeenIt = Object.values(read).some((version) => values[version]?.password === password)
  return token !== mark && (byAgeAlone || !hasSeenIt)
}

/** Carries the move out, as it is met. */
export type CarryOut = (state: State, variant: Variant) => Promise<Moved>

type AskOrAct = Extract<Move, { kind: 'ask' | 'act' }>

/** Everything that a move may lead to, first what happens without a fault. */
export async function variantsOf(
  state: State,
  sleeper: Sleeper,
  machine: Machine,
  move: AskOrAct,
  carryOut: CarryOut,
): Promise<Moved[]> {
  if (move.kind === 'ask' && move.question === 'leftover') return await eachLeftover(state, machine, carryOut)
  if (move.kind === 'ask' && move.question === 'intent') return await eachAge(state, machine, carryOut)
  return [await carryOut(state, {}), ...(await faults(state, sleeper, move, carryOut))]
}

/**
 * What may go wrong beside a death before or after the move, which the explorer adds for each: a proof that proves
 * nothing, a value that the target's policy refuses, and a move of AWSCURRENT without a reply, after which the step
 * goes on to look.
 */
async function faults(state: State, sleeper: Sleeper, move: AskOrAct, carryOut: CarryOut): Promise<Moved[]> {
  const knowing = (known: Partial<Known>): Sleeper => ({ ...sleeper, known: { ...sleeper.known, ...known } })
  if (move.kind === 'ask') {
    if (!PROOFS.includes(move.question)) return []
    // An access token expires while the refresh token beside it goes on.
    const expired = state.kind === 'refresh' ? (['rejected'] as const) : []
    return ([...expired, 'unknown', 'barred', 'unprovable'] as const).map((proof) => ({
      text: `${moveName(move)} ${proof}`,
      state,
      sleeper: knowing({ [move.question]: proof }),
    }))
  }
  if (move.action === 'moveCurrent') {
    const { state: after } = await carryOut(state, {})
    const uncertain = knowing({ moveCurrent: 'failed' })
    return [
      { text: 'moveCurrent happens and its reply is lost', state: after, sleeper: uncertain },
      { text: 'moveCurrent is lost', state, sleeper: uncertain },
    ]
  }
  if (move.action === 'apply' && state.kind === 'unproven') {
    const moved = await carryOut(state, { isSlow: true })
    return moved.sleeper?.known.apply === 'in-progress' ? [moved] : []
  }
  if (move.action === 'storeNew' && state.left.refusals > 0) {
    const left = { ...state.left, refusals: state.left.refusals - 1 }
    const moved = await carryOut({ ...state, left }, { letter: 'x' })
    return [{ ...moved, text: `${moved.text} of a value that the target refuses for good` }]
  }
  if (move.action !== 'mint') return []
  if (isReplacing(state.kind))
    return [{ text: 'mint is declined', state, sleeper: knowing({ mint: 'declined' }) }]
  if (state.kind !== 'conditional-3') return []
  const unchanged = await carryOut(state, { isUnchanged: true })
  return [{ ...unchanged, text: 'mint finds that nothing needs to change' }]
}

/** Each mint may be old by now, which presumes that whoever could store it is over; or none is. */
async function eachLeftover(state: State, machine: Machine, carryOut: CarryOut): Promise<Moved[]> {
  const found: Moved[] = []
  for (const mint of state.mints) {
    const moved = await carryOut(state, { isOld: (one) => one === mint.password })
    if (moved.sleeper?.known.leftover === 'one')
      found.push({ ...moved, presumes: machine.sweepsYoung === true ? undefined : mint })
  }
  return [...found, await carryOut(state, { isOld: () => false })]
}

/** What was begun may be old by now, which presumes that whoever began it is over; or it is not. */
async function eachAge(state: State, machine: Machine, carryOut: CarryOut): Promise<Moved[]> {
  const old = await carryOut(state, {})
  const young = await carryOut(state, { isYoung: true })
  if (old.sleeper?.known.intent === young.sleeper?.known.intent) return [old]
  return [{ ...old, presumes: machine.sweepsYoung === true ? undefined : 'whoever issues' }, young]
}
