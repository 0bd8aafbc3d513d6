import { STEPS } from '../../shared/engine/known.ts'
import { type Machine, moveOn, unlock } from './machine.ts'
import { edit, rotate, strip } from './secrets.ts'
import type { Sleeper, State, VersionNumber } from './state.ts'

export interface Bounds {
  /** Rotations that may be started. */
  readonly tokens: number
  /** Invocations alive at once. */
  readonly invocations: number
  /** Containers have seen the token before, so that a step reads labels only where it needs them. Default: they have not. */
  readonly isWarm?: boolean
  /** New AWSCURRENT versions that an operator may write. */
  readonly edits: number
}

export interface Successor {
  readonly label: string
  readonly state: State
}

/** A fresh invocation, in a container that has seen this token or not. */
export function startedOn(state: State, step: Sleeper['step'], token: VersionNumber, isWarm = false): State {
  const connection = state.connections + 1
  const known = { step, isWarm }
  const sleeper: Sleeper = { step, token, known, labels: undefined, read: {}, isHalfway: false, connection }
  return { ...state, connections: connection, sleepers: [...state.sleepers, sleeper] }
}

/** Starting is no action of its own: it comes with the first, which reads labels. */
async function started(
  state: State,
  step: Sleeper['step'],
  token: VersionNumber,
  machine: Machine,
  isWarm = false,
): Promise<Successor> {
  const begun = startedOn(state, step, token, isWarm)
  const one = begun.sleepers.at(-1)
  const next = one && (await progress(begun, one, machine))
  return next ?? { label: 'waits', state: begun }
}

const replace = (state: State, one: Sleeper, by: Sleeper | undefined): State => ({
  ...state,
  sleepers: state.sleepers.flatMap((other) => (other === one ? (by === undefined ? [] : [by]) : [other])),
})

/** One move of one invocation; undefined when it waits for the lock. */
export async function progress(state: State, one: Sleeper, machine: Machine): Promise<Successor | undefined> {
  const moved = await moveOn(state, one, machine)
  if (moved === undefined) return undefined
  return {
    label: `${one.step}(T${one.token}) ${moved.label}`,
    state: replace(moved.state, one, moved.sleeper),
  }
}

/** Every state that one atomic action leads to. */
export async function successors(state: State, bounds: Bounds, machine: Machine): Promise<Successor[]> {
  const list: Successor[] = []
  for (const one of state.sleepers) {
    const next = await progress(state, one, machine)
    if (next !== undefined) list.push(next, ...lostReply(state, one, next.state, machine))
    const name = `${one.step}(T${one.token})`
    list.push({ label: `${name} dies`, state: replace(unlock(state, one), one, undefined) })
    if (state.lock === one.connection)
      list.push({ label: `the server closes the session of ${name}`, state: { ...state, lock: 0 } })
  }
  if (state.sleepers.length < bounds.invocations)
    for (const token of state.tokens)
      for (const step of STEPS)
        if (step !== 'testSecret' && isWorthStarting(state, token))
          list.push(await started(state, step, token, machine, bounds.isWarm))
  if (state.labels['AWSPENDING'] !== undefined)
    list.push({ label: 'AWSPENDING is stripped', state: strip(state) })
  const rotated = state.tokens.length < bounds.tokens ? rotate(state) : undefined
  if (rotated !== undefined) list.push({ label: 'RotateSecret', state: rotated })
  if (state.editsLeft > 0) list.push({ label: 'an operator writes AWSCURRENT', state: edit(state) })
  return list
}

/** The first thing a step does is to read labels, and without AWSPENDING or AWSCURRENT it ends there. */
const isWorthStarting = (state: State, token: VersionNumber): boolean => state.labels['AWSPENDING'] === token

/** A reply that does not come is like a death after the action, but where the step goes on to look. */
function lostReply(state: State, one: Sleeper, after: State, machine: Machine): Successor[] {
  const { move } = machine.decide(one.known)
  if (move.kind !== 'act' || move.action !== 'moveCurrent') return []
  const uncertain: Sleeper = { ...one, known: { ...one.known, moveCurrent: 'failed' } }
  const moved = { ...after, sleepers: state.sleepers }
  return [
    { label: 'the move of AWSCURRENT happens and its reply is lost', state: replace(moved, one, uncertain) },
    { label: 'the move of AWSCURRENT is lost', state: replace(state, one, uncertain) },
  ]
}
