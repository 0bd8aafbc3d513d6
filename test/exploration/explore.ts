import type { Machine } from './engine.ts'
import { RENEWAL } from './hands.ts'
import { type Broken, convergence, lockedOut, OLD_AGAIN, type PromiseName } from './promises.ts'
import { type Bounds, type Next, Space } from './space.ts'
import { type Allowance, firstState, type Kind } from './state.ts'
import { storyOf } from './story.ts'
import { Table } from './table.ts'

export interface Range extends Bounds, Allowance {
  /** Old credentials are retired by schedules. Default: with the next rotation. */
  readonly retires?: boolean
}

export interface Found extends Broken {
  /** The actions of the shortest way there. */
  readonly actions: number
  readonly story: readonly string[]
}

export interface Explored {
  /** Different states seen, of everything together. */
  readonly states: number
  /** Whether every state within the range was seen. */
  readonly isComplete: boolean
  /** The actions of the longest of the shortest ways to a state. */
  readonly depth: number
  /** What was broken, each promise by a shortest way. */
  readonly found: Readonly<Partial<Record<PromiseName, Found>>>
  /** Moves that the shipped code carried out. */
  readonly carriedOut: number
}

export interface Limits {
  /** Ends at this many states. Default: none. */
  readonly states?: number
  /** `first`: ends at the first broken promise. `lockout`: at the first lockout. */
  readonly until?: 'first' | 'lockout'
  readonly progress?: (states: number, depth: number, bytes: number) => void
  /** Ends it where it is. */
  readonly signal?: AbortSignal
}

/** What one action leads to: the state, and the invocations in no particular order. */
export interface Successor {
  readonly text: string
  /** Which invocation made it, by its place; -1 for an event from outside, the number of them for a new one. */
  readonly by: number
  readonly state: number
  readonly sleepers: readonly number[]
  readonly isOldAgain: boolean
  /** Of a new invocation: the version it is about. */
  readonly token?: number | undefined
}

/** Every action that may come next, before names are given anew. */
export async function successors(
  space: Space,
  state: number,
  sleepers: readonly number[],
): Promise<readonly Successor[]> {
  const list: Successor[] = []
  const isAsOld = ({ presumes }: Next, by: number): boolean =>
    presumes === undefined ||
    sleepers.every((one, place) => place === by || one === 0 || space.isOver(state, one, presumes))
  const isLocked = sleepers.some((one) => space.holdsLock(one))
  for (const [by, one] of sleepers.entries()) {
    const others = (next: number): number[] => sleepers.map((other, place) => (place === by ? next : other))
    const known = space.moves(state, one)
    for (const next of known instanceof Promise ? await known : known)
      if ((!next.takesLock || !isLocked) && isAsOld(next, by))
        list.push({
          text: next.text,
          by,
          state: next.state,
          sleepers: others(next.sleeper),
          isOldAgain: next.isOldAgain,
        })
    const after = space.afterDeath(state, one)
    list.push({ text: 'dies', by, state: after, sleepers: others(0), isOldAgain: false })
    if (space.holdsLock(one))
      list.push({
        text: 'loses its session and the lock',
        by,
        state,
        sleepers: others(space.lockLost(one)),
        isOldAgain: false,
      })
  }
  if (sleepers.length < space.bounds.invocations) {
    const known = space.starts(state)
    const starts: readonly Next[] = known instanceof Promise ? await known : known
    for (const next of starts)
      list.push({
        text: next.text,
        by: sleepers.length,
        state: next.state,
        sleepers: [...sleepers, next.sleeper],
        isOldAgain: next.isOldAgain,
        token: next.token,
      })
  }
  // Nothing keeps a credential that a person changes at the target in the middle of a step.
  for (const { text, state: after } of space.events(state))
    if (text !== RENEWAL || sleepers.length === 0)
      list.push({ text, by: -1, state: after, sleepers, isOldAgain: false })
  return list
}

/** The state and its invocations as numbers, under names of their own, so that states which differ in names only are one. */
export function tupleOf(space: Space, { state, sleepers }: Pick<Successor, 'state' | 'sleepers'>): number[] {
  const alive = sleepers.filter((one) => one !== 0)
  const names = space.named(state, alive)
  const tuple = names.number === 0 ? alive : alive.map((one) => space.renamedSleeper(one, names.number))
  tuple.sort((a, b) => a - b)
  tuple.unshift(names.state)
  return tuple
}

export const split = (tuple: readonly number[]): { state: number; sleepers: number[] } => ({
  state: tuple[0] ?? 0,
  sleepers: tuple.slice(1).filter((one) => one !== 0),
})

/** Breadth-first, so the first way to a broken promise is a shortest one. What is broken is not followed further. */
export async function explore(
  kind: Kind,
  range: Range,
  machine: Machine,
  limits: Limits = {},
): Promise<Explored> {
  const { rotations, edits, refusals } = range
  const space = new Space({ ...machine, retires: range.retires === true }, range)
  const table = new Table(range.invocations + 1)
  const found: Partial<Record<PromiseName, Found>> = {}
  const lockouts: (Broken | undefined | null)[] = []
  const convergences: (Broken | undefined | null)[] = []
  const start = tupleOf(space, {
    state: space.numberOfState(firstState(kind, { rotations, edits, refusals })),
    sleepers: [],
  })
  table.add(start, 0)

  const brokenIn = async (tuple: readonly number[]): Promise<Broken | undefined> => {
    const state = tuple[0] ?? 0
    let lockout = lockouts[state]
    if (lockout === undefined) lockout = lockouts[state] = lockedOut(space.state(state)) ?? null
    if (lockout !== null) return lockout
    if (tuple.length > 1) return undefined
    let ending = convergences[state]
    if (ending === undefined)
      ending = convergences[state] = (await convergence(space, state, edits > 0)) ?? null
    return ending ?? undefined
  }

  let depth = 0
  let levelEnd = 1
  const end = (isComplete: boolean): Explored => ({
    states: table.size,
    isComplete,
    depth,
    found,
    carriedOut: space.carriedOut,
  })
  const broken = new Set<number>()
  for (let place = 0; place < table.size; place += 1) {
    if (place === levelEnd) {
      depth += 1
      levelEnd = table.size
    }
    if (broken.has(place)) continue
    if (place % 10_000 === 0) {
      limits.progress?.(table.size, depth, table.bytes)
      // Whoever wants to stop it must get a turn.
      await new Promise((resolve) => setImmediate(resolve))
      if (limits.signal?.aborted === true) return end(false)
    }
    const { state, sleepers } = split(table.at(place))
    for (const next of await successors(space, state, sleepers)) {
      const tuple = tupleOf(space, next)
      // Whether a credential came back is seen in the action, so also where the state after it is known.
      const { isOldAgain } = next
      if (!table.add(tuple, place) && !isOldAgain) continue
      const problem = isOldAgain ? OLD_AGAIN : await brokenIn(tuple)
      if (problem === undefined) continue
      if (!isOldAgain) broken.add(table.size - 1)
      if (found[problem.promise] === undefined) {
        const story = await storyOf(space, table, place, tuple)
        found[problem.promise] = { ...problem, actions: depth + 1, story }
      }
      if (limits.until === 'first' || (limits.until === 'lockout' && found['never locked out'] !== undefined))
        return end(false)
    }
    if (table.size > (limits.states ?? Number.POSITIVE_INFINITY)) return end(false)
  }
  return end(true)
}
