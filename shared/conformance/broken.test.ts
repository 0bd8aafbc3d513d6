/** The kit can fail: each of these is wrong in one way, and a case says so by its name. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../provider/index.ts'
import { ConformanceFailure, conformanceCases } from './index.ts'
import type { Broken } from './test-breaking.ts'
import { BROKEN_ENGINES } from './test-broken-engines.ts'
import { BROKEN_PAIRS } from './test-broken-pairs.ts'
import { BROKEN_SESSIONS } from './test-broken-sessions.ts'
import { BROKEN_VALUES } from './test-broken-values.ts'
import { freshMemory, memoryProvider, signsInToMemory } from './test-memory.ts'
import { freshPair, pairProvider, signsInToPair } from './test-memory-pair.ts'

const BROKEN = [...BROKEN_ENGINES, ...BROKEN_SESSIONS, ...BROKEN_VALUES]

const casesOf = ({ kind = 'one', provider = (sound: Provider) => sound, decide: table }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(memoryProvider(kind)),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

const pairCasesOf = ({ provider = (sound: Provider) => sound, decide: table }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(pairProvider()),
    freshTarget: freshPair,
    signIn: signsInToPair,
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

describe('the kit catches', () => {
  test.each([
    ...BROKEN.map((broken) => ({ ...broken, cases: () => casesOf(broken) })),
    ...BROKEN_PAIRS.map((broken) => ({ ...broken, cases: () => pairCasesOf(broken) })),
  ])('$what: by the case "$caughtBy …"', async (broken) => {
    const named = broken.cases().filter(({ name }) => name.includes(broken.caughtBy))
    expect(named).toHaveLength(1)
    const failure = await named[0]?.run().then(
      (result) => `it passed: ${JSON.stringify(result)}`,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect(failure).toMatchObject({ broken: expect.stringMatching(broken.saying) })
  })
})
