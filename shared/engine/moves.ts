import type { ErrorCode } from '../errors/index.ts'
import type { Action, Known, Question } from './known.ts'

/** What a step does next: one question, one action, or its end. */
export type Move =
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'act'; readonly action: Action }
  | { readonly kind: 'end'; readonly outcome: 'done' | 'already' | 'preflight' | 'postponed' }
  | { readonly kind: 'fail'; readonly code: ErrorCode }

/** One row of a step's table. The first row whose `when` holds decides. */
export interface Rule {
  /** The rule in words; the name by which tests take it out. */
  readonly rule: string
  readonly when: (known: Known) => boolean
  readonly move: Move
}

export const ask = (question: Question): Move => ({ kind: 'ask', question })
export const act = (action: Action): Move => ({ kind: 'act', action })
export const end = (outcome: 'done' | 'already' | 'preflight' | 'postponed'): Move => ({
  kind: 'end',
  outcome,
})
export const fail = (code: ErrorCode): Move => ({ kind: 'fail', code })

/** A move in a word, for traces. */
export const moveName = (move: Move): string =>
  move.kind === 'ask'
    ? `${move.question}?`
    : move.kind === 'act'
      ? move.action
      : move.kind === 'end'
        ? move.outcome
        : move.code
