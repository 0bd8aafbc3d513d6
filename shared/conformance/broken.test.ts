/** The kit can fail: each of these is wrong in one way, and a case says so by its name. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../provider/index.ts'
import { ConformanceFailure, conformanceCases } from './index.ts'
import type { Broken } from './test-breaking.ts'
import { BROKEN_ENGINES } from './test-broken-engines.ts'
import { BROKEN_PAIRS } from './test-broken-pairs.ts'
import { BROKEN_SESSIONS } from './test-broken-sessions.ts'
import { BROKEN_VALUES } from './test-broken-values.ts'
import { BROKEN_ON_THE_WIRE } from './test-broken-wire.ts'
import { freshMemory, memoryProvider, signsInToMemory } from './test-memory.ts'
import { freshPair, pairProvider, signsInToPair } from './test-memory-pair.ts'
import { freshTcp, signsInOverTcp } from './test-tcp.ts'
import { tcpProvider } from './test-tcp-provider.ts'

const BROKEN = [...BROKEN_ENGINES, ...BROKEN_SESSIONS, ...BROKEN_VALUES]

const casesOf = ({ kind = 'one', provider = (sound: Provider) => sound, decide: table }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(memoryProvider(kind)),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

const casesOnTheWire = ({ kind = 'one', provider = (sound: Provider) => sound }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(tcpProvider(kind)),
    freshTarget: () => freshTcp(kind),
    signIn: signsInOverTcp,
    atOnce: 8,
  })

const pairCasesOf = ({ provider = (sound: Provider) => sound, decide: table }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(pairProvider()),
    freshTarget: freshPair,
    signIn: signsInToPair,
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

const catches = async (broken: Broken, cases: ReturnType<typeof casesOf>): Promise<void> => {
  const named = cases.filter(({ name }) => name.includes(broken.caughtBy))
  expect(named).toHaveLength(1)
  const failure = await named[0]?.run().then(
    (result) => `it passed: ${JSON.stringify(result)}`,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(ConformanceFailure)
  expect(failure).toMatchObject({ broken: expect.stringMatching(broken.saying) })
}

describe('the kit catches', () => {
  test.each(BROKEN)('$what: by the case "$caughtBy …"', (broken) => catches(broken, casesOf(broken)))
  test.each(BROKEN_ON_THE_WIRE)('$what: by the case "$caughtBy …"', (broken) =>
    catches(broken, casesOnTheWire(broken)),
  )
  test.each(BROKEN_PAIRS)('$what: by the case "$caughtBy …"', (broken) =>
    catches(broken, pairCasesOf(broken)),
  )
})

test('a failure on the wire tells how to play that point alone, and it fails again', async () => {
  const broken = BROKEN_ON_THE_WIRE[3]
  if (broken?.provider === undefined) throw new Error('there is no such provider')
  const provider = broken.provider(tcpProvider('one'))
  const options = { provider, freshTarget: () => freshTcp('one'), signIn: signsInOverTcp }
  const failureOf = async (only?: string) => {
    const cases = conformanceCases({ ...options, ...(only === undefined ? {} : { only }) })
    const found = cases.find(({ name }) => name.includes(broken.caughtBy))
    return await found?.run().catch((error: unknown) => error)
  }
  const first = await failureOf()
  if (!(first instanceof ConformanceFailure)) throw new Error('it passed')
  expect(first.message).toContain(`repeat    conformanceCases({ …, only: ${JSON.stringify(first.point)} })`)
  expect(first.message).toContain('wire: cut before')
  expect(await failureOf(first.point)).toMatchObject({ point: first.point, broken: first.broken })
})
