import { describe, expect, test } from 'vitest'
import { explore, type Range, split, successors, tupleOf } from './explore.ts'
import { named } from './naming.ts'
import { IN_TESTS, nameOf } from './program.ts'
import { readRecord } from './record.ts'
import { SOUND, TWO } from './rules.ts'
import { Space } from './space.ts'
import { firstState } from './state.ts'

const recorded = new Map(readRecord().runs.map((run) => [run.name, run]))

describe('every state of two rotations and two invocations at once, and of any number of rotations and one', () => {
  test.each(IN_TESTS.map((run) => ({ ...run, name: nameOf(run) })))(
    '$name: the promises hold in each',
    async ({ name, kind, range }) => {
      const explored = await explore(kind, range, SOUND)
      expect(
        Object.values(explored.found).map(({ how, story }) => [how, ...story].join('\n')),
        name,
      ).toEqual([])
      expect(explored.isComplete).toBe(true)
      process.stdout.write(`${name}: ${explored.states} states\n`)
      // When the engine moves otherwise than when the page was made, `npm run explore -- --record` makes it anew.
      expect({ states: explored.states, depth: explored.depth }).toEqual({
        states: recorded.get(name)?.states,
        depth: recorded.get(name)?.depth,
      })
    },
    300_000,
  )
})

/** All tuples within the range; without new names, where nothing is forgotten, their names are given afterwards. */
async function tuples(space: Space, range: Range, forgets: boolean): Promise<Set<string>> {
  const { rotations, edits, refusals } = range
  const first = space.numberOfState(firstState('alternating', { rotations, edits, refusals }))
  const seen = new Set<string>()
  const inNames = new Set<string>()
  const waiting = [{ state: first, sleepers: [] as readonly number[] }]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop())
    for (const next of await successors(space, one.state, one.sleepers)) {
      const alive = next.sleepers.filter((sleeper) => sleeper !== 0).toSorted((a, b) => a - b)
      const tuple = tupleOf(space, next)
      const key = forgets ? tuple.join() : [next.state, ...alive].join()
      if (seen.has(key)) continue
      seen.add(key)
      inNames.add(tuple.join())
      waiting.push(forgets ? split(tuple) : { state: next.state, sleepers: alive })
    }
  return inNames
}

test('giving new names, and forgetting what nobody can name, merges only states that have the same future', async () => {
  const range: Range = { ...TWO, invocations: 1, edits: 1 }
  const space = new Space(SOUND, range)
  const all = await tuples(space, range, false)
  const merged = await tuples(space, range, true)
  expect(merged.size).toBeGreaterThan(300)
  expect(all.size).toBe(merged.size)
  expect([...all].filter((one) => !merged.has(one))).toEqual([])
})

test('names depend on neither numbers nor letters', () => {
  const state = firstState('alternating', { rotations: 1, edits: 0, refusals: 0 })
  const other = {
    ...state,
    values: [undefined, { username: 'B', password: 'p7' } as const],
    order: [1],
    labels: { AWSCURRENT: 1 },
    accounts: { A: ['', ''], B: ['p7', ''] } as const,
    entitled: { A: false, B: true },
  }
  expect(named(other, []).state).toEqual(named(state, []).state)
})
