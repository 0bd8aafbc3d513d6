import { describe, expect, test } from 'vitest'
import { decide } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import { MISTAKES, type Mistake } from '../simulation/mistakes.ts'
import { TARGET_KINDS } from '../simulation/target.ts'
import { explore } from './explore.ts'
import type { Machine } from './machine.ts'

const SOUND: Machine = { decide, rules: { locks: true, changesInLockedSession: true } }

/** What the explorer has no state for; the stories of the simulation show these. */
const hasState = ({ world }: Mistake): boolean =>
  world.refusesFirst !== true && world.editsChangePassword !== true

const machineOf = ({ world }: Mistake): Machine => ({
  decide: world.decide ?? decide,
  rules: { ...SOUND.rules, ...world.rules },
  changePort: {
    ...(world.labelsInPut === true ? { stages: (stages) => [...stages, CANDIDATE_LABEL] } : {}),
    ...(world.movesBlindly === undefined ? {} : { movesBlindly: world.movesBlindly }),
  },
})

describe('every state of two rotations and two invocations at once', () => {
  test.each(TARGET_KINDS)(
    '%s: the promises hold in each',
    async (kind) => {
      const explored = await explore(kind, { tokens: 2, invocations: 2, edits: 0 }, SOUND)
      expect(explored.broken, explored.trace.join('\n')).toBeUndefined()
      expect(explored.isComplete).toBe(true)
      expect(explored.states).toBeGreaterThan(50_000)
      process.stdout.write(`${kind}: ${explored.states} states\n`)
    },
    300_000,
  )

  test('alternating, with an operator who writes AWSCURRENT: the promises hold in each', async () => {
    const explored = await explore('alternating', { tokens: 2, invocations: 2, edits: 1 }, SOUND)
    expect(explored.broken, explored.trace.join('\n')).toBeUndefined()
    expect(explored.isComplete).toBe(true)
    process.stdout.write(`alternating with an edit: ${explored.states} states\n`)
  }, 300_000)
})

describe('each rule is needed: the shortest way to a broken promise without it', () => {
  test.each(MISTAKES.filter(hasState))(
    '$name',
    async (mistake) => {
      const bounds = { tokens: mistake.world.tokens ?? 2, invocations: 2, edits: 0 }
      const explored = await explore(mistake.world.kind, bounds, machineOf(mistake))
      expect(explored.broken).toBeDefined()
      process.stdout.write(
        `${mistake.name}: ${explored.broken}, ${explored.trace.length} actions, ${explored.states} states\n`,
      )
    },
    300_000,
  )

  test('the rest is shown by stories', () => {
    expect(MISTAKES.filter((mistake) => !hasState(mistake)).map(({ name }) => name)).toEqual([
      'a candidate that hand-written versions have overtaken counts as unfinished',
      'a refused value keeps the candidate label',
    ])
  })
})
