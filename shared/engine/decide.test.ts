import { describe, expect, test } from 'vitest'
import { decide, TABLES } from './decide.ts'
import type { Answers, Known, Proof, Question, Results, Step, Traits } from './known.ts'
import { STEPS } from './known.ts'
import type { Move } from './moves.ts'

/** Every answer that a question can have. */
const PROOFS: readonly Proof[] = ['accepted', 'rejected', 'barred', 'unknown', 'unprovable']
const LABELS = (['pending', 'current', 'unlabelled', 'unknown'] as const).flatMap((own) =>
  (['own', 'current', 'previous', 'elsewhere', 'nowhere'] as const).flatMap((candidate) =>
    [true, false].map((rotationEnabled) => ({ own, candidate, rotationEnabled })),
  ),
)
const BOOLEANS = [true, false]
const ANSWERS: { readonly [Q in Question]: readonly Answers[Q][] } = {
  labels: LABELS,
  labelsAfterMove: LABELS,
  lockedLabels: LABELS.flatMap((labels) => BOOLEANS.map((currentMoved) => ({ ...labels, currentMoved }))),
  own: [
    'absent',
    ...BOOLEANS.flatMap((isCurrent) =>
      BOOLEANS.flatMap((isCandidate) => BOOLEANS.map((isReused) => ({ isCurrent, isCandidate, isReused }))),
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
  moveCurrent: ['moved', 'uncertain'],
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

interface Path {
  readonly known: Known
  readonly rules: readonly string[]
  readonly moves: readonly string[]
  readonly last: Move
}

/** What may be known after a move: one for each answer. */
function after(known: Known, move: Move): Known[] {
  if (move.kind === 'ask')
    return ANSWERS[move.question].map((answer) => ({ ...known, [move.question]: answer }))
  if (move.kind !== 'act') return []
  const result = move.action === 'storeNew' || move.action === 'storeCandidate' ? 'store' : move.action
  return RESULTS[result].map((value) => ({ ...known, [result]: value }))
}

/** Follows every answer to every question, from every start, and tells of each path that ends. */
function everyPath(tell: (path: Path) => void): void {
  const walk = (known: Known, rules: readonly string[], moves: readonly string[]): void => {
    const { rule, move } = decide(known)
    const name = move.kind === 'ask' ? `${move.question}?` : move.kind === 'act' ? move.action : ''
    if (name !== '' && moves.includes(name))
      throw new Error(`${known.step} does ${name} twice: ${moves.join(', ')}`)
    const next = after(known, move)
    if (next.length === 0) return tell({ known, rules: [...rules, rule], moves, last: move })
    for (const one of next) walk(one, [...rules, rule], [...moves, name])
  }
  for (const known of START) walk(known, [], [])
}

const WRITES = [
  'storeNew',
  'storeCandidate',
  'takeCandidate',
  'apply',
  'putBack',
  'repair',
  'releaseCandidate',
  'releasePending',
  'moveCurrent',
]
const firstWrite = (moves: readonly string[]): string | undefined =>
  moves.find((move) => WRITES.includes(move))

describe('decide, followed through every answer to every question', () => {
  const reached = new Map<Step, Set<string>>(STEPS.map((step) => [step, new Set()]))
  const broken: string[] = []
  let paths = 0
  let longest = 0
  const hold = (path: Path, promise: string, holds: boolean): void => {
    if (!holds && broken.length < 10)
      broken.push(`${promise}: ${path.known.step} ${path.moves.join(', ')} -> ${JSON.stringify(path.last)}`)
  }

  everyPath((path) => {
    const { known, moves, last } = path
    paths += 1
    longest = Math.max(longest, moves.length)
    for (const rule of path.rules) reached.get(known.step)?.add(rule)
    const has = (move: string): boolean => moves.includes(move)
    const index = (move: string): number => moves.indexOf(move)
    const proven = [known.currentProof, known.pendingProof, known.previousProof].includes('accepted')

    hold(
      path,
      'only createSecret stores',
      !(has('storeNew') || has('storeCandidate')) || known.step === 'createSecret',
    )
    hold(
      path,
      'only setSecret changes the target',
      !(has('apply') || has('repair')) || known.step === 'setSecret',
    )
    hold(path, 'testSecret never writes', known.step !== 'testSecret' || firstWrite(moves) === undefined)
    hold(path, 'only finishSecret moves AWSCURRENT', !has('moveCurrent') || known.step === 'finishSecret')
    hold(
      path,
      'nothing is written for a token without AWSPENDING',
      firstWrite(moves) === undefined || known.labels === undefined || known.labels.own === 'pending',
    )
    hold(
      path,
      'nothing is written when rotation is off',
      firstWrite(moves) === undefined || known.labels === undefined || known.labels.rotationEnabled,
    )
    if (has('apply')) {
      hold(path, 'a change follows a proof', proven)
      hold(path, 'a change is made under the lock', index('lock') < index('apply') && has('lock'))
      hold(
        path,
        'a change follows labels read under the lock',
        index('lockedLabels?') < index('apply') &&
          known.lockedLabels?.own === 'pending' &&
          !known.lockedLabels.currentMoved,
      )
      hold(
        path,
        'the candidate label is ours before a change',
        known.takeCandidate === 'taken' || known.lockedLabels?.candidate === 'own',
      )
      hold(path, 'no change while another value may be in force', known.candidate !== 'unfinished')
      hold(path, 'no change of another account', known.current !== 'mismatch')
      hold(path, 'a value seen in force is not applied again', known.lockedPendingProof !== 'accepted')
    }
    if (has('moveCurrent')) {
      hold(path, 'AWSCURRENT moves only after pending signed in', known.pendingProof === 'accepted')
      hold(path, 'AWSCURRENT moves only with the candidate label', known.labels?.candidate === 'own')
      hold(path, 'AWSCURRENT moves only with equal rights', known.rights !== 'different')
      hold(path, 'AWSCURRENT does not move to the credential it has', known.current !== 'same-credential')
    }
    if (has('putBack'))
      hold(
        path,
        'only an applied, rejected value is taken back',
        known.apply === 'applied' && known.appliedProof === 'rejected' && known.traits?.restores === true,
      )
    if (has('releaseCandidate'))
      hold(
        path,
        'a refused value is given up only while another credential works',
        known.apply === 'refused' && known.fallbackProof === 'accepted',
      )
    if (has('releaseCandidate') && has('releasePending'))
      hold(
        path,
        'the candidate label goes before AWSPENDING',
        index('releaseCandidate') < index('releasePending'),
      )
    if (last.kind === 'end' && last.outcome === 'done' && known.step === 'setSecret')
      hold(
        path,
        'setSecret ends well only with pending proven',
        known.appliedProof === 'accepted' || known.lockedPendingProof === 'accepted',
      )
    if (
      last.kind === 'end' &&
      last.outcome !== 'already' &&
      known.step !== 'setSecret' &&
      known.step !== 'createSecret'
    )
      hold(path, 'a step ends well only with pending proven', known.pendingProof === 'accepted')
  })

  test('no path breaks a promise', () => {
    expect(broken).toEqual([])
  })

  test('every path ends', () => {
    expect(paths).toBeGreaterThan(10_000)
    expect(longest).toBeLessThan(25)
  })

  test.each(STEPS)('every row of %s decides somewhere', (step) => {
    const unreached = TABLES[step].map(({ rule }) => rule).filter((rule) => !reached.get(step)?.has(rule))
    expect(unreached).toEqual([])
  })

  test.each(STEPS)('the rows of %s have different names', (step) => {
    const names = TABLES[step].map(({ rule }) => rule)
    expect(names).toEqual([...new Set(names)])
  })
})
