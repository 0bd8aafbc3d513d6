import type { Known, Task } from './known.ts'
import type { Move, Rule } from './moves.ts'
import { createRules } from './rules/create.ts'
import { finishRules } from './rules/finish.ts'
import { retireRules } from './rules/retire.ts'
import { setRules } from './rules/set.ts'
import { testRules } from './rules/test.ts'

export type Tables = Readonly<Record<Task, readonly Rule[]>>

/** The shipped tables: for each step, rows in order; the first that holds decides. */
export const TABLES: Tables = {
  createSecret: createRules,
  setSecret: setRules,
  testSecret: testRules,
  finishSecret: finishRules,
  retireSecret: retireRules,
}

export interface Decision {
  readonly rule: string
  readonly move: Move
}

export type Decide = (known: Known) => Decision

/**
 * Answers what is known so far with one question, one action or the end. Pure, and total: the last row of every
 * table always holds. Each question and action is answered at most once, but for what is done for each mint that was left
 * behind, once for each: so a step always ends.
 */
export const decideBy =
  (tables: Tables): Decide =>
  (known) => {
    const row = tables[known.step].find((candidate) => candidate.when(known))
    if (row === undefined) throw new Error(`no row of ${known.step} holds`)
    return { rule: row.rule, move: row.move }
  }

export const decide: Decide = decideBy(TABLES)
