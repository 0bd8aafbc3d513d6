import type { Labels } from '../../shared/engine/labels.ts'
import { idOf, numberOf } from './secrets.ts'
import {
  type AccountName,
  type Credential,
  isMintKind,
  isReplacing,
  type Mint,
  type Schedule,
  type Sleeper,
  type State,
  type VersionNumber,
} from './state.ts'

/** The new number of each version, by its old one; undefined for one that is forgotten. */
export type Renaming = readonly (VersionNumber | undefined)[]

/** The new name of each password, where invocations have some in hand. */
export type Passwords = ReadonlyMap<string, string>

/** What an invocation has in hand and lives no more. */
const DEAD = 'dead'

/** A version that neither a label nor an invocation refers to cannot be reached by anyone any more: no call names it. */
export const versionsOf = ({ token, labels, read, schedule }: Sleeper): readonly VersionNumber[] => {
  const seen = [labels?.current, labels?.previous, labels?.candidate, labels?.pending, labels?.minting]
  return [
    token,
    ...(schedule === undefined ? [] : [schedule.gone]),
    ...Object.values(read),
    ...seen.flatMap((id) => (id === undefined ? [] : [numberOf(id)])),
  ]
}

/**
 * The same state with names of its own: versions by the order in which they were stored, passwords by where they appear
 * first, A for the account of AWSCURRENT. Names mean nothing to the engine but equality (and age, which the order
 * keeps), so two states that come out alike have the same future. What nobody can name any more is forgotten; that
 * makes the states of any number of rotations finitely many.
 */
export function named(
  state: State,
  inUse: Iterable<VersionNumber>,
): { state: State; renaming: Renaming; passwords: Passwords } {
  const scheduled = state.schedules.flatMap(({ token, gone }) => [token, gone])
  const live = new Set([...Object.values(state.labels), ...state.tokens, ...scheduled, ...inUse])
  const pending = state.labels['AWSPENDING']
  const isEmpty = (version: VersionNumber): boolean => state.values[version] === undefined
  const empty = [...live]
    .filter(isEmpty)
    .toSorted((a, b) => Number(b === pending) - Number(a === pending) || a - b)
  const kept = [...state.order.filter((version) => live.has(version)), ...empty]
  const renaming: (VersionNumber | undefined)[] = []
  for (const [number, version] of kept.entries()) renaming[version] = number

  const current = state.labels['AWSCURRENT']
  const isSwapped = current !== undefined && state.values[current]?.username === 'B'
  const account = (name: AccountName): AccountName => (isSwapped ? (name === 'A' ? 'B' : 'A') : name)
  const passwords = new Map<string, string>([['', '']])
  const password = (old: string): string => {
    const name = passwords.get(old) ?? `${old[0]}${passwords.size - 1}`
    passwords.set(old, name)
    return name
  }
  const value = (old: Credential | undefined): Credential | undefined =>
    old && { username: account(old.username), password: password(old.password) }
  const values = kept.map((version) => value(state.values[version]))
  const marked = state.mints.map(({ password: old, mark, ...mint }) => ({
    ...mint,
    old,
    mark: typeof mark === 'number' ? (renaming[mark] ?? ('forgotten' as const)) : mark,
  }))
  const renamedMint = ({ old, ...mint }: (typeof marked)[number]): Mint => ({
    password: password(old),
    ...mint,
  })
  // Where one replaces the other, the last is the newest.
  const mints = isReplacing(state.kind)
    ? marked.map(renamedMint)
    : marked
        .toSorted((a, b) => `${a.place} ${a.mark}`.localeCompare(`${b.place} ${b.mark}`))
        .map(renamedMint)
        .toSorted((a, b) => (a.password < b.password ? -1 : 1))
  const pair = (name: AccountName): readonly [string, string] => {
    const [primary, secondary] = state.accounts[account(name)]
    return [password(primary), password(secondary)]
  }
  const inValues = new Set(state.values.filter((_, version) => live.has(version)).map((one) => one?.password))
  return {
    renaming,
    passwords: isMintKind(state.kind) ? passwords : new Map(),
    state: {
      ...state,
      values,
      mints,
      spent: state.spent
        .filter((one) => inValues.has(one))
        .map(password)
        .toSorted(),
      order: kept.slice(0, kept.length - empty.length).map((_, number) => number),
      labels: Object.fromEntries(
        Object.entries(state.labels)
          .map(([label, version]) => [label, renaming[version] ?? 0] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
      tokens: state.tokens.map((token) => newNumber(token, renaming)).toSorted((a, b) => a - b),
      rotation: state.rotation === undefined ? undefined : renaming[state.rotation],
      accounts: { A: pair('A'), B: pair('B') },
      entitled: { A: state.entitled[account('A')], B: state.entitled[account('B')] },
      schedules: state.schedules
        .map((one) => renamedSchedule(one, renaming))
        .toSorted((a, b) => a.token - b.token || a.gone - b.gone || a.attempt - b.attempt),
    },
  }
}

function newNumber(old: VersionNumber, renaming: Renaming): VersionNumber {
  const number = renaming[old]
  if (number === undefined) throw new Error('a version in use was forgotten')
  return number
}

const renamedSchedule = ({ token, gone, attempt }: Schedule, renaming: Renaming): Schedule => ({
  token: newNumber(token, renaming),
  gone: newNumber(gone, renaming),
  attempt,
})

/** An invocation whose versions were renamed. */
export function renamed(sleeper: Sleeper, renaming: Renaming, passwords: Passwords): Sleeper {
  const version = (old: VersionNumber): VersionNumber => newNumber(old, renaming)
  const id = (old: string | undefined): string | undefined =>
    old === undefined ? undefined : idOf(version(numberOf(old)))
  const labels: Labels | undefined = sleeper.labels && {
    ...sleeper.labels,
    current: id(sleeper.labels.current),
    previous: id(sleeper.labels.previous),
    candidate: id(sleeper.labels.candidate),
    pending: id(sleeper.labels.pending),
    minting: id(sleeper.labels.minting),
  }
  const read = Object.fromEntries(Object.entries(sleeper.read).map(([name, old]) => [name, version(old)]))
  const schedule = sleeper.schedule && renamedSchedule(sleeper.schedule, renaming)
  const held = Object.fromEntries(
    Object.entries(sleeper.held).map(([name, old]) => [name, passwords.get(old) ?? DEAD]),
  )
  return { ...sleeper, token: version(sleeper.token), labels, read, schedule, held }
}

/** Tells states apart that have their own names. */
export const keyOfState = (state: State): string =>
  JSON.stringify([
    state.values.map((value) => value && value.username + value.password),
    state.labels,
    state.rotation,
    state.tokens,
    state.spent,
    Object.values(state.left).map(String),
    state.accounts,
    state.entitled,
    state.schedules.map(({ token, gone, attempt }) => [token, gone, attempt]),
    state.mints.map(({ password, mark, place, fate }) =>
      [password, mark, place, fate].filter((part) => part !== undefined),
    ),
  ])

/** Tells invocations apart. */
export function keyOfSleeper(sleeper: Sleeper): string {
  const { step, token, known, labels, read, isHalfway, holdsLock, held, schedule } = sleeper
  const seen = labels && [
    labels.own?.toSorted(),
    labels.current,
    labels.previous,
    labels.candidate,
    labels.pending,
    labels.minting,
    labels.rotationEnabled,
  ]
  const facts = Object.entries(known).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const versions = Object.entries(read).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([step, token, facts, seen, versions, isHalfway, holdsLock, held, schedule])
}
