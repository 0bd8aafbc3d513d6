import { createHash } from 'node:crypto'
import { STEPS } from '../../shared/engine/known.ts'
import type { TargetKind } from '../simulation/target.ts'
import type { Machine } from './machine.ts'
import { rotate, strip } from './secrets.ts'
import { accepts, firstState, keyOf, type State, under } from './state.ts'
import { type Bounds, progress, startedOn, successors } from './successors.ts'

export interface Explored {
  /** Different states seen. */
  readonly states: number
  /** Whether every state within the bounds was seen. */
  readonly isComplete: boolean
  /** The first promise broken, and the shortest way there. */
  readonly broken: string | undefined
  readonly trace: readonly string[]
}

/** A state seen: how it was reached first. The states themselves are kept only until they were followed. */
interface Reached {
  readonly from: string
  readonly label: string
}

/** Breadth-first, so the first way to a broken promise is a shortest one. `most` bounds the states. */
export async function explore(
  kind: TargetKind,
  bounds: Bounds,
  machine: Machine,
  most = Number.POSITIVE_INFINITY,
): Promise<Explored> {
  const reached = new Map<string, Reached>()
  const calm = new Map<string, string | undefined>()
  const first = firstState(kind, bounds.edits)
  let level: [key: string, state: State][] = [[digest(keyOf(first)), first]]
  const end = (isComplete: boolean, broken?: string, key?: string): Explored => ({
    states: reached.size,
    isComplete,
    broken,
    trace: key === undefined ? [] : wayTo(key, reached),
  })
  while (level.length > 0) {
    const next: [string, State][] = []
    for (const [from, before] of level) {
      for (const { label, state } of await successors(before, bounds, machine)) {
        const key = digest(keyOf(state))
        if (reached.has(key)) continue
        reached.set(key, { from, label })
        const broken =
          lockedOut(state) ??
          rotatedNothing(before, state, label) ??
          (state.sleepers.length === 0 ? await convergence(state, machine, calm, bounds) : undefined)
        if (broken !== undefined) return end(false, broken, key)
        next.push([key, state])
      }
      if (reached.size > most) return end(false)
    }
    level = next
  }
  return end(true)
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64')

function wayTo(key: string, reached: ReadonlyMap<string, Reached>): string[] {
  const way: string[] = []
  for (let at = reached.get(key); at !== undefined; at = reached.get(at.from)) way.unshift(at.label)
  return way
}

/** Promise 1. */
function lockedOut(state: State): string | undefined {
  const signsIn = (label: string): boolean => {
    const value = under(state, label)
    return value !== undefined && accepts(state, value)
  }
  if (state.kind !== 'single') return signsIn('AWSCURRENT') ? undefined : 'never locked out (A)'
  const isIn = ['AWSCURRENT', 'AWSPENDING', 'QUARTERTURN_CANDIDATE'].some(signsIn)
  return isIn ? undefined : 'never locked out (B)'
}

/** A finished rotation neither keeps the credential nor brings the previous one back. */
function rotatedNothing(before: State, after: State, label: string): string | undefined {
  if (before.labels['AWSCURRENT'] === after.labels['AWSCURRENT'] || label.startsWith('an operator'))
    return undefined
  const now = JSON.stringify(under(after, 'AWSCURRENT'))
  const isOld = ['AWSCURRENT', 'AWSPREVIOUS'].some((old) => JSON.stringify(under(before, old)) === now)
  return isOld ? 'always converges: a rotation made an old credential current' : undefined
}

/** Promises 2 and 3, from a state in which nothing is alive: see `promises.ts` of the simulation. */
async function convergence(
  state: State,
  machine: Machine,
  calm: Map<string, string | undefined>,
  bounds: Bounds,
): Promise<string | undefined> {
  const key = digest(keyOf({ ...state, editsLeft: 0 }))
  if (calm.has(key)) return calm.get(key)
  const problem = await twoRotations(state, machine, bounds)
  calm.set(key, problem)
  return problem
}

async function twoRotations(start: State, machine: Machine, bounds: Bounds): Promise<string | undefined> {
  let state = start
  for (const round of ['first', 'second'] as const) {
    const before = state
    state = await oneRotation(state, machine)
    const { AWSCURRENT, AWSPENDING } = state.labels
    if (AWSCURRENT === before.labels['AWSCURRENT'] || (AWSPENDING !== undefined && AWSPENDING !== AWSCURRENT))
      return `always converges: the ${round} rotation afterwards does not finish`
    const current = under(state, 'AWSCURRENT')
    if (current === undefined || !accepts(state, current))
      return `always converges: refused after the ${round} rotation`
    if (round === 'second' && JSON.stringify(current) === JSON.stringify(under(before, 'AWSCURRENT')))
      return 'always converges: a whole rotation changed nothing'
    const labelled = Object.keys(state.labels).map((label) => under(state, label))
    const isOrphan = (username: 'A' | 'B', password: string): boolean =>
      password !== '' && !labelled.some((one) => one?.username === username && one.password === password)
    const orphans = (['A', 'B'] as const).flatMap((name) =>
      state.accounts[name].filter((one) => isOrphan(name, one)),
    )
    if (orphans.length > 0 && bounds.edits === 0) return `no orphans: ${orphans.join(', ')}`
  }
  return undefined
}

async function oneRotation(start: State, machine: Machine): Promise<State> {
  let state = start
  const isOver = (): boolean => state.labels['AWSCURRENT'] !== start.labels['AWSCURRENT']
  for (let attempt = 0; attempt < 4 && !isOver(); attempt += 1) {
    const { AWSPENDING, AWSCURRENT } = state.labels
    if (AWSPENDING === undefined || AWSPENDING === AWSCURRENT) state = rotate(state) ?? state
    const token = state.labels['AWSPENDING'] ?? 0
    for (let repeat = 0; repeat < 2 && !isOver(); repeat += 1)
      for (const step of STEPS) state = await runToEnd(startedOn(state, step, token), machine)
    if (!isOver()) state = strip(state)
  }
  return state
}

async function runToEnd(start: State, machine: Machine): Promise<State> {
  let state = start
  for (let [one] = state.sleepers; one !== undefined; [one] = state.sleepers) {
    const next = await progress(state, one, machine)
    if (next === undefined) throw new Error('it waits for a lock that nobody holds')
    state = next.state
  }
  return state
}
