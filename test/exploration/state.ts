import type { Known, Task } from '../../shared/engine/known.ts'
import type { Labels } from '../../shared/engine/labels.ts'
import { TARGET_KINDS } from '../simulation/target.ts'

/**
 * Targets that issue the credentials beside each other: how many may live at once, whether their values can be read
 * afterwards, whether they carry a mark, and whether the target may find that nothing needs to change; `staged`: one is the
 * primary one, and one has the place beside it.
 */
export const MINTS_BESIDE = [
  'mints-2',
  'mints-3',
  'readable-2',
  'staged',
  'unmarked-3',
  'conditional-3',
] as const
/** Targets where a new one replaces the one before: how, by whom, and whether the newest can be read. */
export const MINTS_INSTEAD = [
  'grace-2',
  'grace-readable',
  'in-place',
  'in-place-admin',
  'in-place-readable',
  'refresh',
] as const
export type ReplacingKind = (typeof MINTS_INSTEAD)[number]
export const MINT_KINDS = [...MINTS_BESIDE, ...MINTS_INSTEAD] as const
export type MintKind = (typeof MINT_KINDS)[number]
/** A target that carries changes out by itself, and where nobody can sign in. */
const UNPROVEN = 'unproven'
export const KINDS = [...TARGET_KINDS, ...MINT_KINDS, UNPROVEN] as const
export type Kind = (typeof KINDS)[number]

export const isReplacing = (kind: Kind): kind is ReplacingKind => MINTS_INSTEAD.some((one) => one === kind)
/** What becomes of a credential that is not stored yet is kept in mind. */
export const keepsFate = (kind: Kind): boolean => isReplacing(kind) || kind === 'unmarked-3'

export const isMintKind = (kind: Kind): kind is MintKind => MINT_KINDS.some((one) => one === kind)

/** A credential that the target issued, and lives. */
export interface Mint {
  readonly password: string
  /** Whose mark it has: a version, one that nobody can name any more, or none, since it was made by hand. */
  readonly mark: VersionNumber | 'forgotten' | 'none'
  /** Of a staged target: it is beside the primary one. */
  readonly place?: 'staged' | 'retiring'
  /** Of one that no version has. `lost`: by the death of whoever had it. `dropped`: whoever had it went on without it. */
  readonly fate?: 'in hand' | 'lost' | 'dropped' | undefined
}

/** A version of the secret, by its number in one state; a later state may number it otherwise: see `naming.ts`. */
export type VersionNumber = number

export type AccountName = 'A' | 'B'

/** A credential: its account, and its password by name. A password that begins with `x` is refused by the target for good. */
export interface Credential {
  readonly username: AccountName
  readonly password: string
}

/** A one-time schedule: which version it is to retire after the rotation of which, and the how-manieth. */
export interface Schedule {
  readonly token: VersionNumber
  readonly gone: VersionNumber
  /** 1 and 2 in turn: two exist at once only while one takes over from the other. */
  readonly attempt: 1 | 2
}

/** One invocation between two of its moves: what it knows, and what stands behind it. */
export interface Sleeper {
  readonly step: Task
  readonly token: VersionNumber
  readonly known: Known
  /** The labels as it last read them. */
  readonly labels: Labels | undefined
  /** Which versions it has read, by the name it read them under. */
  readonly read: { readonly [name: string]: VersionNumber }
  /** The first of the two statements of a change has been made. */
  readonly isHalfway: boolean
  /** Its session at the target holds the lock. */
  readonly holdsLock: boolean
  /** What it has in hand of what the target issued, by password. */
  readonly held: { readonly [N in 'made' | 'leftover' | 'extra' | 'primary' | 'slot']?: string }
  /** What a `retireSecret` is about. */
  readonly schedule: Schedule | undefined
}

/** What may still happen from outside. */
export interface Allowance {
  /** Rotations that may be started. */
  readonly rotations: number
  /** New AWSCURRENT versions that an operator may write. */
  readonly edits: number
  /** New passwords that the target may refuse for good. */
  readonly refusals: number
}

/** Everything there is at one instant but the invocations. Never changed: each action makes another. */
export interface State {
  readonly kind: Kind
  /** The stored credential of each version, or undefined for one without a value. */
  readonly values: readonly (Credential | undefined)[]
  /** Versions in the order in which their values were stored. */
  readonly order: readonly VersionNumber[]
  readonly labels: Readonly<Record<string, VersionNumber>>
  /** Tokens that Secrets Manager, or anybody, may still deliver although they lost AWSPENDING. */
  readonly tokens: readonly VersionNumber[]
  /** The rotation under way, where Secrets Manager still drives one. */
  readonly rotation: VersionNumber | undefined
  readonly left: Allowance
  /** Passwords that were current once and were replaced: none of them may become current again. */
  readonly spent: readonly string[]
  /** Primary and secondary password of each account; empty for none. */
  readonly accounts: Readonly<Record<AccountName, readonly [string, string]>>
  /** The accounts that have what the application needs, beside a password. */
  readonly entitled: Readonly<Record<AccountName, boolean>>
  readonly schedules: readonly Schedule[]
  /** What lives at a target that issues credentials. */
  readonly mints: readonly Mint[]
}

export const ENDLESS = Number.POSITIVE_INFINITY

export function firstState(kind: Kind, left: Allowance): State {
  return {
    kind,
    values: [{ username: 'A', password: 'p0' }],
    order: [0],
    labels: { AWSCURRENT: 0 },
    tokens: [],
    rotation: undefined,
    left,
    spent: [],
    accounts: { A: [isMintKind(kind) ? '' : 'p0', ''], B: ['', ''] },
    entitled: { A: true, B: false },
    schedules: [],
    // What a hand displaces from AWSPREVIOUS can be told only by its mark, so with edits the first one has one.
    mints: isMintKind(kind) ? [{ password: 'p0', mark: left.edits > 0 ? 'forgotten' : 'none' }] : [],
  }
}

/** An invocation that has not made its first move, in a container that has seen this token or not. */
export const newSleeper = (
  step: Task,
  token: VersionNumber,
  isWarm: boolean,
  schedule?: Schedule,
): Sleeper => ({
  step,
  token,
  known: { step, isWarm },
  labels: undefined,
  read: {},
  isHalfway: false,
  holdsLock: false,
  held: {},
  schedule,
})

export const signsIn = (state: State, { username, password }: Credential): boolean =>
  state.accounts[username].includes(password) || state.mints.some((mint) => mint.password === password)

/** It signs in, and can do what the application needs. */
export const accepts = (state: State, credential: Credential): boolean =>
  signsIn(state, credential) && state.entitled[credential.username]

export const isSame = (one: Credential | undefined, other: Credential | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  one.username === other.username &&
  one.password === other.password

/** The value under a label, where there is one. */
export const under = (state: State, label: string): Credential | undefined => {
  const version = state.labels[label]
  return version === undefined ? undefined : state.values[version]
}

/** What becomes of a credential that no version has, for the rotation that it was issued to. */
export function withFate(
  state: State,
  { password, mark, fate }: { readonly password: string | undefined } & Pick<Mint, 'mark' | 'fate'>,
): State {
  const isIt = (mint: Mint): boolean =>
    mint.password === password && mint.mark === mark && mint.fate === 'in hand'
  if (!state.mints.some(isIt)) return state
  return { ...state, mints: state.mints.map((mint) => (isIt(mint) ? { ...mint, fate } : mint)) }
}

/** A password that nothing and nobody has yet. */
export function freshPassword(state: State, letter: 'p' | 'x'): string {
  const used = new Set(state.values.map((value) => value?.password))
  for (const pair of Object.values(state.accounts)) for (const password of pair) used.add(password)
  for (const { password } of state.mints) used.add(password)
  for (let number = 0; ; number += 1) if (!used.has(`${letter}${number}`)) return `${letter}${number}`
}
