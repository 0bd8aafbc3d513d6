import { decide } from '../../shared/engine/decide.ts'
import type { Action, Answers, Known, Question, Results, Traits } from '../../shared/engine/known.ts'
import { TASKS } from '../../shared/engine/known.ts'
import { FOR_EACH_MINT } from '../../shared/engine/known-mint.ts'
import { afterAction } from '../../shared/engine/learn.ts'
import { type Move, moveName } from '../../shared/engine/moves.ts'
import {
  MARKED,
  MINT_ANSWERS,
  MINT_RESULTS,
  OTHER_MINTS,
  PROOFS,
  STAGED_ANSWERS,
  STAGED_RESULTS,
} from './every-mint.ts'

/** Every answer that a question can have. */
const LABELS = (['pending', 'current', 'unlabelled'] as const).flatMap((own) =>
  (['own', 'current', 'previous', 'elsewhere', 'nowhere'] as const).flatMap((candidate) =>
    [true, false].map((rotationEnabled) => ({ own, candidate, rotationEnabled })),
  ),
)
const BOOLEANS = [true, false]
const RETIRE_LABELS = BOOLEANS.flatMap((isOpen) =>
  (['settled', 'elsewhere'] as const).flatMap((candidate) => [
    { isCurrent: true, isPending: false, isOpen, candidate },
    { isCurrent: false, isPending: isOpen, isOpen, candidate },
    { isCurrent: false, isPending: false, isOpen, candidate },
  ]),
)
const GONE = ['absent', 'unusable', 'protected', 'alternate', 'same-account', 'mismatch'] as const
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
  candidate: ['finished', 'other-account', 'same-value', 'unfinished', 'overtaken', 'unclear', 'ahead'],
  currentProof: PROOFS,
  pendingProof: PROOFS,
  previousProof: PROOFS,
  lockedPendingProof: PROOFS,
  appliedProof: PROOFS,
  fallbackProof: PROOFS,
  consumerProof: PROOFS,
  pair: ['alternates', 'one account'],
  overlap: ['kept', 'cut'],
  adminNamed: ['named', 'none'],
  admin: PROOFS,
  check: ['possible', 'impossible', 'needs-previous'],
  checkWithPrevious: ['possible', 'impossible', 'needs-previous'],
  rights: ['equal', 'different'],
  repairedRights: ['equal', 'different'],
  labelsBeforeSchedule: ['current stays', 'current moved'],
  schedule: ['due', 'early', 'unknown'],
  retireLabels: RETIRE_LABELS,
  lockedRetireLabels: RETIRE_LABELS,
  gone: GONE,
  lockedGone: GONE,
  goneProof: PROOFS,
  keptProof: PROOFS,
  ...MINT_ANSWERS,
  ...STAGED_ANSWERS,
}
const RESULTS: { readonly [R in keyof Results]: readonly Results[R][] } = {
  store: ['stored', 'exists'],
  lock: ['held'],
  takeCandidate: ['taken', 'lost'],
  apply: ['applied', 'superseded', 'in-progress', 'refused'],
  putBack: ['done'],
  repair: ['done'],
  releaseCandidate: ['done'],
  releasePending: ['done'],
  moveCurrent: ['moved', 'lost', 'failed'],
  scheduleRetirement: ['done'],
  retire: ['retired', 'already', 'cannot'],
  postpone: ['done', 'never'],
  dropSchedule: ['done'],
  ...MINT_RESULTS,
  ...STAGED_RESULTS,
}

const PLAIN: Traits = {
  alternates: false,
  mayAlternate: false,
  mayContinue: false,
  pairByAdmin: false,
  oneByAdmin: false,
  oneMayDoWithout: false,
  adminLooks: false,
  overlaps: false,
  refusesCut: false,
  retires: false,
  restores: true,
  comparesRights: false,
  appliesOnce: false,
  refusesGap: false,
  mints: undefined,
}
const TWO_AT_ONCE: Traits = { ...PLAIN, restores: false, overlaps: true }
const MINTS: Traits = { ...TWO_AT_ONCE, mints: MARKED }
const PAIR: Traits = { ...PLAIN, mayAlternate: true, comparesRights: true }
const ALTERNATING: Traits = { ...PAIR, alternates: true, restores: false, overlaps: true }
const TRAITS: readonly Traits[] = [
  MINTS,
  { ...MINTS, oneByAdmin: true, oneMayDoWithout: true, retires: true, refusesCut: true },
  ...OTHER_MINTS.map(({ mints, byAdmin }) => ({
    ...PLAIN,
    overlaps: mints.old !== 'dies',
    restores: false,
    oneByAdmin: byAdmin,
    oneMayDoWithout: byAdmin,
    mints,
  })),
  PLAIN,
  { ...PLAIN, refusesGap: true },
  { ...TWO_AT_ONCE, appliesOnce: true, retires: true },
  { ...TWO_AT_ONCE, oneByAdmin: true },
  { ...PLAIN, oneByAdmin: true, oneMayDoWithout: true, adminLooks: true },
  { ...TWO_AT_ONCE, oneByAdmin: true, oneMayDoWithout: true, retires: true },
  PAIR,
  ALTERNATING,
  { ...PAIR, mayContinue: true, pairByAdmin: true },
  { ...ALTERNATING, pairByAdmin: true, retires: true, refusesCut: true },
]

const START: readonly Known[] = TASKS.flatMap((step) =>
  // These two read labels in any container.
  (step === 'retireSecret' || step === 'createSecret' ? [false] : BOOLEANS).flatMap((isWarm) =>
    TRAITS.map((traits) => ({ step, isWarm, traits })),
  ),
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
function after(known: Known, move: Move, isAgain: boolean): { known: Known; answer: string }[] {
  if (move.kind === 'end' || move.kind === 'fail') return []
  if (move.kind === 'act') {
    const result = resultOf(move.action)
    return RESULTS[result].map((value) => ({
      known: afterAction(known, move.action, { [result]: value }),
      answer: asText(value),
    }))
  }
  const all: readonly unknown[] = ANSWERS[move.question]
  // What is done for each mint ends when none is found; what is asked only of pairs is not tried with them.
  const values =
    isAgain || (known.traits?.mints !== undefined && move.question === 'pair') ? all.slice(-1) : all
  return values.map((value) => ({ known: { ...known, [move.question]: value }, answer: asText(value) }))
}

const resultOf = (action: Action): keyof Results =>
  action === 'storeNew' || action === 'storeCandidate' || action === 'storeMint' ? 'store' : action

const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .filter(([, part]) => part !== false)
        .map(([key, part]) => (part === true ? key : `${key} ${part}`))
        .join(', ') || 'no label of ours'
    : String(value)

const isForEach = (move: Move): boolean =>
  FOR_EACH_MINT.some(
    (one) => one === (move.kind === 'ask' ? move.question : move.kind === 'act' && move.action),
  )

/**
 * Follows every answer to every question, from every start, and tells of each path that ends. Throws when a path does
 * the same thing twice, since it might then never end.
 */
export function everyPath(tell: (path: Path) => void): void {
  const walk = (known: Known, steps: readonly PathStep[]): void => {
    const { rule, move } = decide(known)
    const name = moveName(move)
    const isAgain = steps.some((step) => moveName(step.move) === name)
    const next = after(known, move, isAgain)
    if (next.length > 0 && isAgain && !isForEach(move)) throw new Error(`${known.step} does ${name} twice`)
    if (next.length === 0) tell({ known, steps: [...steps, { rule, move, answer: '' }] })
    for (const one of next) walk(one.known, [...steps, { rule, move, answer: one.answer }])
  }
  for (const known of START) walk(known, [])
}
