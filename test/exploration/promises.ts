import { MINTING_LABEL, STEPS } from '../../shared/engine/known.ts'
import { changesInPlace } from '../simulation/target.ts'
import { rotate } from './secrets.ts'
import type { Space } from './space.ts'
import {
  type AccountName,
  accepts,
  ENDLESS,
  isReplacing,
  isSame,
  newSleeper,
  type State,
  signsIn,
  under,
  type VersionNumber,
} from './state.ts'
import { changeFinished } from './unproven-target.ts'

export type PromiseName = 'never locked out' | 'always converges' | 'no orphans'

export interface Broken {
  readonly promise: PromiseName
  readonly how: string
}

/** Promise 1. Class B: some labelled version signs in while AWSCURRENT does not. */
export function lockedOut(state: State): Broken | undefined {
  const works = (label: string): boolean => {
    const value = under(state, label)
    return value !== undefined && accepts(state, value)
  }
  const current = under(state, 'AWSCURRENT')
  const isRefused = current === undefined || !signsIn(state, current)
  const how = isRefused ? 'AWSCURRENT does not sign in' : 'AWSCURRENT signs in without its rights'
  if (isReplacing(state.kind))
    return (
      newestGone(state) ??
      (state.kind.startsWith('grace') && isRefused ? { promise: 'never locked out', how } : undefined)
    )
  if (!changesInPlace(state.kind) && state.kind !== 'unproven')
    return works('AWSCURRENT') ? undefined : { promise: 'never locked out', how }
  const isIn = ['AWSCURRENT', 'AWSPENDING', 'QUARTERTURN_CANDIDATE'].some(works)
  return isIn
    ? undefined
    : {
        promise: 'never locked out',
        how: 'none of AWSCURRENT, AWSPENDING and QUARTERTURN_CANDIDATE signs in',
      }
}

/**
 * Where a new credential replaces the one before, the newest is the one that goes on: a label has it, or somebody who is about to
 * store it, or it was lost by a death, which the class of the strategy allows.
 */
function newestGone(state: State): Broken | undefined {
  const newest = state.mints.at(-1)
  if (newest === undefined) return { promise: 'never locked out', how: 'what was used up was used again' }
  const isStored = Object.keys(state.labels).some(
    (label) => under(state, label)?.password === newest.password,
  )
  if (isStored || newest.fate === 'in hand' || newest.fate === 'lost') return undefined
  return { promise: 'never locked out', how: 'no label has the newest credential, and nobody died with it' }
}

/** What a death left behind, or a hand, that only a hand can tell: the rotation stops, and says so. */
function isLeftToAHand(state: State): boolean {
  const { kind, mints, labels, values } = state
  if (isUnclear(state)) return true
  const isLost = mints.some(({ fate }) => fate === 'lost')
  if (isLost && kind !== 'in-place-readable' && kind !== 'grace-readable') return true
  const minting = labels[MINTING_LABEL]
  const isBegun = minting !== undefined && values[minting] === undefined
  return isBegun && (kind === 'refresh' || kind === 'grace-2')
}

/** AWSCURRENT was written more than once since, so nothing tells whether its credential or a rotation's is the newer one. */
function isUnclear(state: State): boolean {
  const { kind, labels, order } = state
  if (kind !== 'refresh' && !kind.startsWith('grace')) return false
  const { AWSCURRENT, AWSPREVIOUS } = labels
  const current = under(state, 'AWSCURRENT')
  return ['QUARTERTURN_CANDIDATE', 'AWSPENDING'].some((label) => {
    const value = under(state, label)
    const isBefore = (other: VersionNumber | undefined): boolean =>
      other !== undefined && order.indexOf(labels[label] ?? 0) < order.indexOf(other)
    if (value === undefined || isSame(value, current) || !isBefore(AWSCURRENT)) return false
    return isSame(under(state, 'AWSPREVIOUS'), current) && isBefore(AWSPREVIOUS)
  })
}

/** A finished rotation neither keeps the credential nor brings one back that was replaced. */
export function isOldAgain(before: State, after: State): boolean {
  if (before.labels['AWSCURRENT'] === after.labels['AWSCURRENT']) return false
  const now = under(after, 'AWSCURRENT')
  const isKept =
    isSame(under(before, 'AWSCURRENT'), now) && after.kind !== 'conditional-3' && after.kind !== 'refresh'
  return isKept || before.spent.includes(now?.password ?? '')
}

export const OLD_AGAIN: Broken = {
  promise: 'always converges',
  how: 'a rotation made an old credential current',
}

/**
 * Promises 2 and 3 from a state in which nothing is alive and nothing fails any more: a rotation must end with
 * AWSCURRENT working and nothing live outside the labels, and one more must change the credential.
 */
export async function convergence(
  space: Space,
  start: number,
  hasEdits: boolean,
): Promise<Broken | undefined> {
  if (isLeftToAHand(space.state(start))) return undefined
  const first = space.state(start)
  let state = space.numberOfState({
    ...(changeFinished(first) ?? first),
    tokens: [],
    left: { rotations: ENDLESS, edits: 0, refusals: 0 },
  })
  for (const round of ['first', 'second'] as const) {
    const before = space.state(state)
    const finished = await oneRotation(space, state)
    if (finished === undefined) return notConverging(`the ${round} rotation afterwards does not finish`)
    const after = space.state(finished)
    const { AWSCURRENT, AWSPENDING } = after.labels
    if (AWSPENDING !== undefined && AWSPENDING !== AWSCURRENT)
      return notConverging(`AWSPENDING stays behind after the ${round} rotation`)
    const current = under(after, 'AWSCURRENT')
    if (current === undefined || !accepts(after, current))
      return notConverging(`AWSCURRENT does not sign in after the ${round} rotation`)
    if (round === 'second' && isSame(current, under(before, 'AWSCURRENT')))
      return notConverging('a whole rotation changed nothing')
    const orphans = hasEdits ? [] : orphansOf(after)
    if (orphans.length > 0)
      return {
        promise: 'no orphans',
        how: `${orphans.join(', ')} signs in under no label after the ${round} rotation`,
      }
    state = space.named(finished, []).state
  }
  return space.machine.retires === true ? await retirement(space, state) : undefined
}

/** Every schedule runs: what AWSPREVIOUS has is ended, and what AWSCURRENT has is not. */
async function retirement(space: Space, start: number): Promise<Broken | undefined> {
  let state = start
  for (const schedule of space.state(start).schedules)
    state = await space.run(newSleeper('retireSecret', schedule.token, false, schedule), state)
  const after = space.state(state)
  const current = under(after, 'AWSCURRENT')
  const previous = under(after, 'AWSPREVIOUS')
  if (current === undefined || !accepts(after, current))
    return { promise: 'never locked out', how: 'AWSCURRENT does not sign in after the retirements' }
  if (previous !== undefined && !isSame(previous, current) && accepts(after, previous))
    return { promise: 'no orphans', how: 'what was to be retired still signs in' }
  return undefined
}

const notConverging = (how: string): Broken => ({ promise: 'always converges', how })

function orphansOf(state: State): string[] {
  const labelled = [
    ...Object.keys(state.labels).map((label) => under(state, label)),
    ...state.schedules.map(({ gone }) => state.values[gone]),
  ]
  const minted = state.mints
    .filter(({ password }) => labelled.every((one) => one?.password !== password))
    .map(({ mark }) => (mark === 'none' ? 'a credential made by hand' : 'a credential that was issued'))
  if (minted.length > 0) return minted
  // The note at a target that cannot be asked is no credential.
  const accounts = state.kind === 'unproven' ? (['A'] as const) : (['A', 'B'] as const)
  return accounts.flatMap((username: AccountName) =>
    state.accounts[username]
      .filter((password) => password !== '' && !labelled.some((one) => isSame(one, { username, password })))
      .map(() => `a password of ${username}`),
  )
}

/**
 * Secrets Manager runs the steps, and runs them again where they fail; a rotation that gave up its AWSPENDING is followed
 * by another. The state when AWSCURRENT has moved; undefined when it never does, or only an operator could go on.
 */
async function oneRotation(space: Space, start: number): Promise<number | undefined> {
  let number = start
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const state = space.state(number)
    number = space.named(space.numberOfState(rotate(state) ?? state), []).state
    const { AWSPENDING: token, AWSCURRENT: before } = space.state(number).labels
    if (token === undefined) return undefined
    for (let repeat = 0; repeat < 2; repeat += 1)
      for (const step of STEPS) {
        number = await space.run(newSleeper(step, token, false), number)
        if (space.state(number).labels['AWSCURRENT'] !== before) return number
      }
  }
  return undefined
}
