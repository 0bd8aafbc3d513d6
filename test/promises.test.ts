import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { playByChance } from './simulation/chance.ts'
import { MISTAKES } from './simulation/mistakes.ts'
import { playStory, STORIES, type StoryName } from './simulation/stories.ts'
import { TARGET_KINDS } from './simulation/target.ts'
import { World, type WorldOptions } from './simulation/world.ts'

/** What a broken promise is told as; a defect of the simulation would be told otherwise. */
const PROMISE = /^(never locked out|always converges|no orphans)/

/** Another seed is taken with QUARTERTURN_SEED, more runs with QUARTERTURN_RUNS. */
const SEED = Number(process.env['QUARTERTURN_SEED'] ?? 20_261_123)
const RUNS = Number(process.env['QUARTERTURN_RUNS'] ?? 100)

/** Thirty happenings after another, chosen by number, and what AWS does not publish chosen by seed. */
const chances = fc.record({
  numbers: fc.array(fc.nat(1_000_000), { minLength: 10, maxLength: 30, size: 'max' }),
  seed: fc.nat(1_000),
})

const breaks = (
  options: Omit<WorldOptions, 'tokens' | 'invocations'> & Partial<WorldOptions>,
  runs: number,
) =>
  fc.check(
    fc.asyncProperty(chances, async ({ numbers, seed }) => {
      const world = new World({ tokens: 3, invocations: 2, ...options, seed })
      const broken = await playByChance(world, numbers)
      if (broken !== undefined) throw new Error(`${broken}\n${world.trace.join('\n')}`)
    }),
    { seed: SEED, numRuns: runs, endOnFailure: true },
  )

describe('never locked out, always converges, no orphans: by chance', () => {
  test.each([
    ...TARGET_KINDS.map((kind) => ({ kind })),
    ...TARGET_KINDS.map((kind) => ({ kind, invocations: 3, tokens: 2 })),
    { kind: 'single' as const, refusesFirst: true },
    { kind: 'single' as const, edits: 2, editsChangePassword: true },
    { kind: 'alternating' as const, edits: 1 },
    { kind: 'alternating' as const, retires: true },
    { kind: 'alternating' as const, retires: true, invocations: 3, tokens: 2 },
  ])('%o', async (options) => {
    const { failed, errorInstance, numRuns } = await breaks(options, RUNS)
    expect(failed, errorInstance instanceof Error ? errorInstance.message : '').toBe(false)
    expect(numRuns).toBe(RUNS)
  })
})

describe('every story that once broke a promise', () => {
  const names = Object.keys(STORIES) as StoryName[]
  test.each(names.flatMap((name) => TARGET_KINDS.map((kind) => ({ name, kind }))))(
    '$kind: $name',
    async ({ name, kind }) => {
      const world = new World({
        kind,
        tokens: 4,
        invocations: 3,
        edits: name.startsWith('an operator') ? 2 : 0,
        retires: name.startsWith('a retirement'),
      })
      const { broken } = await playStory(world, STORIES[name])
      expect(broken, world.trace.join('\n')).toBeUndefined()
    },
  )
})

describe('each rule is needed: without it a promise breaks', () => {
  test.each(MISTAKES)('$name', async ({ world: options, story }) => {
    if (story !== undefined) {
      const world = new World({ tokens: 4, invocations: 3, ...options })
      const { broken, skipped } = await playStory(world, STORIES[story])
      expect(broken, world.trace.join('\n')).toMatch(PROMISE)
      expect(skipped).toEqual([])
      return
    }
    const { failed, errorInstance } = await breaks(options, 500)
    expect(failed).toBe(true)
    expect(errorInstance instanceof Error ? errorInstance.message : '').toMatch(PROMISE)
  })
})
