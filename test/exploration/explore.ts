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

interface Node {
  readonly state: State
  readonly label: string
  readonly parent: Node | undefined
}

/** Breadth-first, so the first way to a broken promise is a shortest one. */
export async function explore(
  kind: TargetKind,
  bounds: Bounds,
  machine: Machine,
  most = 5_000_000,
): Promise<Explored> {
  const seen = new Set<string>()
  const calm = new Map<string, string | undefined>()
  let level: Node[] = [{ state: firstState(kind, bounds.edits), label: 'the beginning', parent: undefined }]
  const end = (isComplete: boolean, broken?: string, node?: Node): Explored => ({
    states: seen.size,
    isComplete,
    broken,
    trace: node === undefined ? [] : wayTo(node),
  })
  while (level.length > 0) {
    const next: Node[] = []
    for (const node of level) {
      for (const { label, state } of await successors(node.state, bounds, machine)) {
        const key = digest(keyOf(state))
        if (seen.has(key)) continue
        seen.add(key)
        const found: Node = { state, label, parent: node }
        const broken = lockedOut(state) ?? rotatedNothing(node.state, state, label)
        if (broken !== undefined) return end(false, broken, found)
        if (state.sleepers.length === 0) {
          const still = await convergence(state, machine, calm, bounds)
          if (still !== undefined) return end(false, still, found)
        }
        next.push(found)
      }
      if (seen.size > most) return end(false)
    }
    level = next
  }
  return end(true)
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64')

function wayTo(node: Node): string[] {
  const way: string[] = []
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) way.unshift(at.label)
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
