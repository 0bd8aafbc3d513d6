import { decide } from '../../shared/engine/decide.ts'
import type { Machine } from './engine.ts'
import { explore, type Found, type Range } from './explore.ts'
import type { PromiseName } from './promises.ts'
import { CLAIM_RULES } from './rules-of-claims.ts'
import { LABEL_RULES } from './rules-of-labels.ts'
import { MINT_RULES } from './rules-of-mints.ts'
import { RETIREMENT_RULES } from './rules-of-retirement.ts'
import { STAGED_RULES } from './rules-of-staged.ts'
import { STEP_RULES } from './rules-of-steps.ts'
import { UNPROVEN_RULES } from './rules-of-unproven.ts'
import type { Kind } from './state.ts'

export const SOUND: Machine = { decide, rules: { locks: true, changesInLockedSession: true } }

/** A rule of the design, and an engine without it. */
export interface RuleOut {
  /** The rule, as the design has it. */
  readonly rule: string
  /** What the engine or the target does instead. */
  readonly without: Partial<Machine>
  readonly kind: Kind
  /** Where it is looked for, beside {@link TWO}. */
  readonly range?: Partial<Range>
  /** What breaks; or, where nothing breaks within the range, why the rule is kept all the same. */
  readonly breaks: PromiseName | { readonly nothing: string }
  /** Takes minutes: left to `npm run explore`. */
  readonly isLong?: true
}

/** Two rotations and two invocations at once, without an operator. */
export const TWO: Range = { rotations: 2, invocations: 2, containers: 'cold', edits: 0, refusals: 0 }

export const RULES: readonly RuleOut[] = [
  ...LABEL_RULES,
  ...STEP_RULES,
  ...RETIREMENT_RULES,
  ...MINT_RULES,
  ...STAGED_RULES,
  ...CLAIM_RULES,
  ...UNPROVEN_RULES,
]

export interface Tried {
  readonly rule: RuleOut
  readonly states: number
  readonly isComplete: boolean
  readonly found: Found | undefined
}

/** Looks for the shortest way to what a missing rule should break. */
export async function tryWithout(rule: RuleOut, signal?: AbortSignal): Promise<Tried> {
  const isLockout = rule.breaks === 'never locked out'
  const range = { ...TWO, ...rule.range }
  const explored = await explore(
    rule.kind,
    range,
    { ...SOUND, ...rule.without },
    { until: isLockout ? 'lockout' : 'first', ...(signal === undefined ? {} : { signal }) },
  )
  const found = isLockout ? explored.found['never locked out'] : Object.values(explored.found)[0]
  return { rule, states: explored.states, isComplete: explored.isComplete, found }
}
