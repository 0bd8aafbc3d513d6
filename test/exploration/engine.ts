import type { Decide } from '../../shared/engine/decide.ts'
import type { look } from '../../shared/engine/look.ts'
import type { Account, SimulationRules } from '../simulation/target.ts'
import type { PortChange } from './secrets.ts'

/** The engine under exploration, and which rules of the target hold. */
export interface Machine {
  readonly decide: Decide
  readonly rules: SimulationRules
  /** Breaks a rule on the way to Secrets Manager. */
  readonly changePort?: PortChange
  /** Breaks a rule in how questions are answered. */
  readonly look?: Partial<typeof look>
  /** Makes the change at the target otherwise than the provider does. */
  readonly change?: (account: Account, to: string, from: string) => void
  /** At a target where nobody can sign in it is noted what is set before the target has taken it. */
  readonly notesFirst?: boolean
  /** Old credentials are retired by schedules, which may run at any moment. Default: with the next rotation. */
  readonly retires?: boolean
  /** A leftover counts as old also while an invocation of another rotation lives that has seen its credential stored. */
  readonly sweepsByAgeAlone?: boolean
  /** Every mint counts as old, whoever lives. */
  readonly sweepsYoung?: boolean
  /** Ends an old credential otherwise than the provider does. */
  readonly retire?: (account: Account, gone: string, current: string) => void
}
