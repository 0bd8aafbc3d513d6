import { moveLabel, putValue } from './secrets.ts'
import { type Credential, freshPassword, isReplacing, type State, under } from './state.ts'

export const EDIT = 'an operator writes AWSCURRENT'
export const RENEWAL = 'an operator changes the credential and writes AWSCURRENT'

/** What a person may do. Where one credential replaces another, each edit may be of either kind. */
export function hands(
  state: State,
  changesPassword: boolean,
): { readonly [text: string]: State | undefined } {
  const isChanged = changesPassword || isReplacing(state.kind)
  return {
    ...(changesPassword ? {} : { [EDIT]: edit(state, undefined) }),
    // Elsewhere that alone locks everybody out, or is an edit like any other.
    ...(state.kind === 'refresh' ? { 'an operator moves AWSCURRENT back': moveBack(state) } : {}),
    ...(isChanged ? { [RENEWAL]: edit(state, freshPassword(state, 'p')) } : {}),
  }
}

/** An operator writes a new current version: with the same credential, or with a password also given to the target. */
function edit(state: State, newPassword: string | undefined): State | undefined {
  const old = under(state, 'AWSCURRENT')
  if (old === undefined || state.left.edits === 0) return undefined
  const value = { ...old, password: newPassword ?? old.password }
  const version = state.values.length
  // What was noted there before is older than AWSCURRENT now.
  const { B } = state.accounts
  const noted = state.kind === 'unproven' ? { ...state.accounts, B: [B[0], ''] as const } : state.accounts
  const room: State = {
    ...state,
    values: [...state.values, undefined],
    left: { ...state.left, edits: state.left.edits - 1 },
    accounts: noted,
    ...(newPassword === undefined ? {} : atTarget({ ...state, accounts: noted }, value)),
  }
  return putValue(room, version, value, ['AWSCURRENT'])
}

/**
 * An operator moves AWSCURRENT back to AWSPREVIOUS, an older version. A newer one, written while the rotation went on, cannot
 * be told from one written afterwards; and nobody moves it away from what a person had issued.
 */
function moveBack(state: State): State | undefined {
  const { order, mints, left } = state
  const { AWSCURRENT, AWSPREVIOUS } = state.labels
  if (AWSCURRENT === undefined || AWSPREVIOUS === undefined || left.edits === 0) return undefined
  const { password } = under(state, 'AWSCURRENT') ?? {}
  const isByHand = mints.some((one) => one.password === password && one.mark === 'none')
  if (isByHand || order.indexOf(AWSPREVIOUS) > order.indexOf(AWSCURRENT)) return undefined
  // What was issued last is still good, whatever it is called.
  const { spent } = state
  return { ...moveLabel(state, 'AWSCURRENT', AWSPREVIOUS), spent, left: { ...left, edits: left.edits - 1 } }
}

/** The target after a hand gave it a password, or had it issue one. */
function atTarget(state: State, { username, password }: Credential): Pick<State, 'accounts' | 'mints'> {
  const { accounts, mints, kind } = state
  if (isReplacing(kind)) {
    const kept = kind.startsWith('grace') ? mints.slice(-1) : []
    return { accounts, mints: [...kept, { password, mark: 'none' }] }
  }
  const [, secondary] = accounts[username]
  return { accounts: { ...accounts, [username]: [password, secondary] }, mints }
}
