import { afterAll, describe, expect, test } from 'vitest'
import { OPERATION_NAMES } from '../../shared/local/index.ts'
import { BODIES } from './bodies.ts'
import { CHAPTER, createTally, fuzzChapter } from './fuzz.ts'
import { shownFinding } from './shown.ts'
import { createWorld } from './world.ts'

const SEED = 20_261_124
const REQUESTS = 100_000
const MINUTES = 60_000

describe('hostile requests', () => {
  const tally = createTally()
  const parts = 10

  // In parts, so that a slow machine does not run into the limit of one test.
  test.each(Array.from({ length: parts }, (_, part) => part))(
    `get errors of AWS and change nothing, part %i of ${parts}`,
    async (part) => {
      const chapters = REQUESTS / CHAPTER / parts
      for (let at = 0; at < chapters; at += 1) await fuzzChapter(SEED, part * chapters + at, tally)
      expect(tally.findings.map(shownFinding)).toEqual([])
    },
    5 * MINUTES,
  )

  afterAll(() => {
    expect(tally.requests).toBe(REQUESTS)
    // What is wrong with a request must not always be wrong at the door.
    expect([...tally.carriedOut].sort()).toEqual([...OPERATION_NAMES].sort())
    expect(tally.answers.size).toBeGreaterThan(20)
  })
})

describe('the fuzzer', () => {
  test('has a body for every operation', () => {
    expect(Object.keys(BODIES).sort()).toEqual([...OPERATION_NAMES].sort())
  })

  test('finds an operation that is carried out although it is refused', async () => {
    const world = createWorld()
    const error = { name: 'InternalServiceError', message: 'lost' }
    world.model.inject({ operation: 'PutSecretValue', when: 'after', times: 1000, error })
    const tally = createTally()
    for (let at = 0; at < 4; at += 1) await fuzzChapter(SEED, at, tally, world)
    expect(tally.findings.map(({ wrong }) => wrong)).toContain(
      'refused with InternalServiceError, and the state has changed',
    )
  })

  test('finds a failure of the service', async () => {
    const world = createWorld()
    const error = { name: 'InternalServiceError', message: 'broken', statusCode: 500 }
    world.model.inject({ operation: 'DescribeSecret', when: 'before', times: 1000, error })
    const tally = createTally()
    for (let at = 0; at < 4; at += 1) await fuzzChapter(SEED, at, tally, world)
    expect(tally.findings.map(({ wrong }) => wrong)).toContain('status 500')
  })
})
