import { decide } from '../../shared/engine/decide.ts'
import type { Action, Answers, Known, Proof, Question, Results, Traits } from '../../shared/engine/known.ts'
import { STEPS } from '../../shared/engine/known.ts'
import { type Move, moveName } from '../../shared/engine/moves.ts'

/** Every answer that a question can have. */
const PROOFS: readonly Proof[] = ['accepted', 'rejected', 'barred', 'unknown', 'unprovable']
const LABELS = (['pending', 'current', 'unlabelled'] as const).flatMap((own) =>
  (['own', 'current', 'previous', 'elsewhere', 'nowhere'] as const).flatMap((candidate) =>
    [true, false].map((rotationEnabled) => ({ own, candidate, rotationEnabled })),
  ),
)
const BOOLEANS = [true, false]
const ANSWERS: { readonly [Q in Question]: readonly Answers[Q][] } = {
  labels: LABELS,
  labelsAfterMove: LABELS,
  lockedLabels: LABELS.flatMap((labels) => BOOLEANS.map((currentMoved) => ({ ...labels, currentMoved }))),
  putBackLabels: LABELS.flatMap((labels) => BOOLEANS.map((currentMoved) => ({ ...labels, currentMoved }))),
  currentFirst: ['read'],
  own: [
    'absent',
    ...BOOLEANS.flatMap((isCurrent) =>
      BOOLEANS.flatMap((isCandidate) =>
        BOOLEANS.flatMap((isReused) =>
          BOOLEANS.map((isPrevious) => ({
            isCurrent,
            isPrevious: isPrevious && !isCurrent,
            isCandidate,
            isReused,
          })),
        ),
      ),
    ),
  ],
  current: ['same-credential', 'same-account', 'alternate', 'mismatch'],
  previous: ['absent', 'same-credential', 'same-account', 'unusable'],
  candidate: ['finished', 'other-account', 'same-value', 'unfinished', 'overtaken'],
  currentProof: PROOFS,
  pendingProof: PROOFS,
  previousProof: PROOFS,
  lockedPendingProof: PROOFS,
  appliedProof: PROOFS,
  fallbackProof: PROOFS,
  check: ['possible', 'impossible'],
  rights: ['equal', 'different'],
  repairedRights: ['equal', 'different'],
}
const RESULTS: { readonly [R in keyof Results]: readonly Results[R][] } = {
  store: ['stored', 'exists'],
  lock: ['held'],
  takeCandidate: ['taken', 'lost'],
  apply: ['applied', 'superseded', 'refused'],
  putBack: ['done'],
  repair: ['done'],
  releaseCandidate: ['done'],
  releasePending: ['done'],
  moveCurrent: ['moved', 'lost', 'failed'],
}

const TRAITS: readonly Traits[] = [
  { alternates: false, mayAlternate: false, restores: true, comparesRights: false, appliesOnce: false },
  { alternates: false, mayAlternate: false, restores: false, comparesRights: false, appliesOnce: true },
  { alternates: false, mayAlternate: true, restores: true, comparesRights: true, appliesOnce: false },
  { alternates: true, mayAlternate: true, restores: false, comparesRights: true, appliesOnce: false },
]

const START: readonly Known[] = STEPS.flatMap((step) =>
  BOOLEANS.flatMap((isWarm) => TRAITS.map((traits) => ({ step, isWarm, traits }))),
)

/** One row that decided on the way, and what came of its move. */
export interface PathStep {
  readonly rule: string
  readonly move: Move
  /** The answer or result, as text; empty at the end. */
  readonly answer: string
}

export interface Path {
  readonly known: Known
  readonly steps: readonly PathStep[]
}

/** What may be known after a move: one for each answer. */
function after(known: Known, move: Move): { known: Known; answer: string }[] {
  if (move.kind === 'end' || move.kind === 'fail') return []
  const name = move.kind === 'ask' ? move.question : resultOf(move.action)
  const values: readonly unknown[] =
    move.kind === 'ask' ? ANSWERS[move.question] : RESULTS[resultOf(move.action)]
  return values.map((value) => ({ known: { ...known, [name]: value }, answer: asText(value) }))
}

const resultOf = (action: Action): keyof Results =>
  action === 'storeNew' || action === 'storeCandidate' ? 'store' : action

const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .filter(([, part]) => part !== false)
        .map(([key, part]) => (part === true ? key : `${key} ${part}`))
        .join(', ') || 'no label of ours'
    : String(value)

/**
 * Follows every answer to every question, from every start, and tells of each path that ends. Throws when a path does
 * the same thing twice, since it might then never end.
 */
export function everyPath(tell: (path: Path) => void): void {
  const walk = (known: Known, steps: readonly PathStep[]): void => {
    const { rule, move } = decide(known)
    const name = moveName(move)
    const next = after(known, move)
    if (next.length > 0 && steps.some((step) => moveName(step.move) === name))
      throw new Error(`${known.step} does ${name} twice`)
    if (next.length === 0) tell({ known, steps: [...steps, { rule, move, answer: '' }] })
    for (const one of next) walk(one.known, [...steps, { rule, move, answer: one.answer }])
  }
  for (const known of START) walk(known, [])
}
