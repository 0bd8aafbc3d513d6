import { describe, expect, test } from 'vitest'
import { decide } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import { MISTAKES, type Mistake } from '../simulation/mistakes.ts'
import { TARGET_KINDS } from '../simulation/target.ts'
import { explore } from './explore.ts'
import type { Machine } from './machine.ts'

const SOUND: Machine = { decide, rules: { locks: true, changesInLockedSession: true } }

/** What the explorer has no state for, or would need four rotations for: the stories of the simulation show these. */
const isExplored = ({ world }: Mistake): boolean =>
  world.refusesFirst !== true &&
  world.editsChangePassword !== true &&
  world.retires !== true &&
  world.tokens === undefined

const machineOf = ({ world }: Mistake): Machine => ({
  decide: world.decide ?? decide,
  rules: { ...SOUND.rules, ...world.rules },
  changePort: {
    ...(world.labelsInPut === true ? { stages: (stages) => [...stages, CANDIDATE_LABEL] } : {}),
    ...(world.movesBlindly === undefined ? {} : { movesBlindly: world.movesBlindly }),
  },
})

describe('every state of two rotations and two invocations at once', () => {
  test.each([
    ...TARGET_KINDS.map((kind) => ({ kind, isWarm: false })),
    ...(['single', 'alternating'] as const).map((kind) => ({ kind, isWarm: true })),
  ])(
    '$kind, warm: $isWarm: the promises hold in each',
    async ({ kind, isWarm }) => {
      const explored = await explore(kind, { tokens: 2, invocations: 2, edits: 0, isWarm }, SOUND)
      expect(explored.broken, explored.trace.join('\n')).toBeUndefined()
      expect(explored.isComplete).toBe(true)
      expect(explored.states).toBeGreaterThan(30_000)
      process.stdout.write(`${kind}${isWarm ? ', warm' : ''}: ${explored.states} states\n`)
    },
    300_000,
  )
})

describe('each rule is needed: the shortest way to a broken promise without it', () => {
  test.each(MISTAKES.filter(isExplored))(
    '$name',
    async (mistake) => {
      const bounds = { tokens: 2, invocations: 2, edits: 0 }
      const explored = await explore(mistake.world.kind, bounds, machineOf(mistake))
      expect(explored.broken).toMatch(/^(never locked out|always converges|no orphans)/)
      process.stdout.write(
        `${mistake.name}: ${explored.broken}, ${explored.trace.length} actions, ${explored.states} states\n`,
      )
    },
    300_000,
  )

  test('the rest is shown by stories', () => {
    expect(MISTAKES.filter((mistake) => !isExplored(mistake)).map(({ name }) => name)).toEqual([
      'a retirement goes by the label: it neither waits nor looks whose credential it is',
      'a retirement does not read labels again under the lock',
      'a retirement takes no lock',
      'a candidate that hand-written versions have overtaken counts as unfinished',
      'a value taken over is not remembered as such',
      'finishSecret neither requires the label nor remembers that a value was taken over',
      'a refused value keeps the candidate label',
    ])
  })
})
