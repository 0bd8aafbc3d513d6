import type { Known, Step } from '../../shared/engine/known.ts'
import type { Labels } from '../../shared/engine/labels.ts'
import type { TargetKind } from '../simulation/target.ts'

/** A version of the secret by number: 0 is the first, then one for each rotation or edit, in order. */
export type VersionNumber = number

/** A credential: its account, and its password by number. */
export interface Credential {
  readonly username: 'A' | 'B'
  readonly password: string
}

/** One invocation between two of its moves: what it knows, and what stands behind it. */
export interface Sleeper {
  readonly step: Step
  readonly token: VersionNumber
  readonly known: Known
  /** The labels as it last read them. */
  readonly labels: Labels | undefined
  /** Which versions it has read, by the name it read them under. */
  readonly read: { readonly [name: string]: VersionNumber }
  /** The first of the two statements of a change has been made. */
  readonly isHalfway: boolean
  /** Its connection, by number; the lock belongs to a connection. */
  readonly connection: number
}

/** Everything there is at one instant. Never changed: each action makes another. */
export interface State {
  readonly kind: TargetKind
  /** The stored credential of each version, or undefined for one without a value. */
  readonly values: readonly (Credential | undefined)[]
  /** Versions in the order in which their values were stored. */
  readonly order: readonly VersionNumber[]
  readonly labels: Readonly<Record<string, VersionNumber>>
  /** The rotation under way, where Secrets Manager still drives one. */
  readonly rotation: VersionNumber | undefined
  /** The versions that are rotations. */
  readonly tokens: readonly VersionNumber[]
  readonly editsLeft: number
  /** Primary and secondary password of each account; empty for none. */
  readonly accounts: Readonly<Record<'A' | 'B', readonly [string, string]>>
  /** The connection that holds the lock; 0 for none. */
  readonly lock: number
  readonly connections: number
  readonly sleepers: readonly Sleeper[]
}

export function firstState(kind: TargetKind, edits: number): State {
  return {
    kind,
    values: [{ username: 'A', password: 'p0' }],
    order: [0],
    labels: { AWSCURRENT: 0 },
    rotation: undefined,
    tokens: [],
    editsLeft: edits,
    accounts: { A: ['p0', ''], B: ['', ''] },
    lock: 0,
    connections: 0,
    sleepers: [],
  }
}

export const accepts = (state: State, { username, password }: Credential): boolean =>
  state.accounts[username].includes(password)

/** The version under a label, where it has a value. */
export const under = (state: State, label: string): Credential | undefined => {
  const version = state.labels[label]
  return version === undefined ? undefined : state.values[version]
}

/**
 * Tells states apart. Connections are told by who holds the lock only, and invocations are interchangeable: two states
 * that differ in nothing else have the same future.
 */
export function keyOf(state: State): string {
  const sleepers = state.sleepers
    .map((one) => {
      const { labels } = one
      const seen = labels && [labels.own, labels.current, labels.previous, labels.candidate]
      return JSON.stringify([
        one.token,
        one.known,
        seen,
        one.read,
        one.isHalfway,
        one.connection === state.lock,
      ])
    })
    .toSorted()
  return JSON.stringify([
    state.values,
    state.order,
    Object.entries(state.labels).toSorted(),
    state.rotation,
    state.editsLeft,
    state.accounts,
    state.lock !== 0,
    sleepers,
  ])
}
