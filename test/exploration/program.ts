import { changesInPlace, TARGET_KINDS } from '../simulation/target.ts'
import type { Range } from './explore.ts'
import { TWO } from './rules.ts'
import { ENDLESS, type Kind, MINT_KINDS, MINTS_BESIDE } from './state.ts'

export interface Run {
  readonly kind: Kind
  readonly range: Range
}

/** Those that claim nothing: each mint is known by its mark, or by its place. */
const KNOWN = ['mints-2', 'mints-3', 'readable-2', 'staged'] as const
const PAIRS = TARGET_KINDS.filter((kind) => !changesInPlace(kind))
const each = (kinds: readonly Kind[], range: Partial<Range>): Run[] =>
  kinds.map((kind) => ({ kind, range: { ...TWO, ...range } }))

/** What every test run goes through. */
export const IN_TESTS: readonly Run[] = [
  ...each(TARGET_KINDS, { containers: 'both' }),
  ...each(TARGET_KINDS, { rotations: ENDLESS, invocations: 1, containers: 'both' }),
  ...each(['unproven'], {}),
  ...each(['unproven'], { rotations: ENDLESS, invocations: 1, containers: 'both' }),
  ...each(KNOWN, { containers: 'both' }),
  ...each(['unmarked-3', 'grace-2', 'in-place-admin', 'in-place-readable', 'refresh'], {}),
  ...each(
    MINT_KINDS.filter((kind) => kind !== 'conditional-3'),
    { rotations: ENDLESS, invocations: 1, containers: 'both' },
  ),
]

/** What `npm run explore` goes through besides; the numbers of states grow from a million to tens of millions. */
export const BEYOND: readonly Run[] = [
  ...each(TARGET_KINDS, { containers: 'both', edits: 1 }),
  ...each(TARGET_KINDS, { anyToken: true, containers: 'both' }),
  ...each(TARGET_KINDS, { rotations: 3 }),
  ...each(TARGET_KINDS, { rotations: 3, edits: 1 }),
  ...each(['unproven'], { containers: 'both' }),
  ...each(['unproven'], { containers: 'both', edits: 1 }),
  ...each(KNOWN, { containers: 'both', edits: 1 }),
  ...each(KNOWN, { anyToken: true, containers: 'both' }),
  ...each(MINTS_BESIDE, { retires: true }),
  ...each(['conditional-3', 'grace-readable', 'in-place'], {}),
  ...each(['grace-2', 'grace-readable', 'refresh'], { edits: 2 }),
  ...each(['conditional-3'], { rotations: ENDLESS, invocations: 1, containers: 'both' }),
  ...each(MINT_KINDS, { rotations: 3 }),
  ...each(PAIRS, { retires: true }),
  ...each(TARGET_KINDS, { invocations: 3 }),
  ...each(TARGET_KINDS, { rotations: ENDLESS }),
  ...each(TARGET_KINDS, { invocations: 3, edits: 1 }),
]

export const nameOf = ({ kind, range }: Run): string => `${kind}, ${inWords(range)}`

/** The range in a few words: `3 × 2, cold, 1 edit`. */
export function inWords({ rotations, invocations, containers, edits, ...range }: Range): string {
  const count = rotations === ENDLESS ? 'any' : String(rotations)
  return [
    `${count} × ${invocations}`,
    containers === 'both' ? 'cold and warm' : containers,
    ...(edits === 0 ? [] : [`${edits} edit${edits === 1 ? '' : 's'}`]),
    ...(range.editsChangePassword === true ? ['edits change the password'] : []),
    ...(range.refusals === 0 ? [] : [`${range.refusals} refused value`]),
    ...(range.retires === true ? ['retirements'] : []),
    ...(range.anyToken === true ? ['any token'] : []),
  ].join(', ')
}
