/** The kit can fail: each of these is wrong in one way, and a case says so by its name. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../../provider/index.ts'
import { ConformanceFailure, type ConformanceOptions, conformanceCases } from '../index.ts'
import type { FreshTarget } from '../options.ts'
import { freshMemory, memoryProvider, signsInToMemory } from '../targets/test-memory.ts'
import { freshPair, pairProvider, signsInToPair } from '../targets/test-memory-pair.ts'
import { freshTcp, signsInOverTcp } from '../targets/test-tcp.ts'
import { tcpProvider } from '../targets/test-tcp-provider.ts'
import type { Broken } from './test-breaking.ts'
import { BROKEN_ENGINES } from './test-broken-engines.ts'
import { BLIND_HOOKS, BLIND_PAIR_HOOKS, BLIND_WIRES } from './test-broken-hooks.ts'
import { BROKEN_LOCKS } from './test-broken-locks.ts'
import { BROKEN_PAIRS } from './test-broken-pairs.ts'
import { BROKEN_SESSIONS } from './test-broken-sessions.ts'
import { BROKEN_VALUES } from './test-broken-values.ts'
import { BROKEN_ON_THE_WIRE } from './test-broken-wire.ts'

const BROKEN = [...BROKEN_ENGINES, ...BROKEN_SESSIONS, ...BROKEN_LOCKS, ...BROKEN_VALUES, ...BLIND_HOOKS]

const casesWith = (
  { provider = (sound: Provider) => sound, decide: table, target = (sound) => sound }: Partial<Broken>,
  sound: Pick<ConformanceOptions, 'provider' | 'freshTarget' | 'signIn'>,
) =>
  conformanceCases({
    ...sound,
    provider: provider(sound.provider),
    freshTarget: async (kit) => target(await sound.freshTarget(kit)),
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

const casesOf = (broken: Partial<Broken>) =>
  casesWith(broken, {
    provider: memoryProvider(broken.kind ?? 'one'),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
  })

const casesOnTheWire = (broken: Partial<Broken>) =>
  casesWith(broken, {
    provider: tcpProvider(broken.kind ?? 'one'),
    freshTarget: () => freshTcp(broken.kind ?? 'one'),
    signIn: signsInOverTcp,
  })

const pairCasesOf = (broken: Partial<Broken>) =>
  casesWith(broken, { provider: pairProvider(), freshTarget: freshPair, signIn: signsInToPair })

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

/** What is printed is everybody's, so those that print have the process to themselves. */
const prints = ({ saying }: Broken): boolean => saying.test('never leaks: a credential or token is printed')
const NAME = '$what: by the case "$caughtBy …"'

describe('the kit catches', () => {
  const quiet = BROKEN.filter((broken) => !prints(broken))
  test.concurrent.each(quiet)(NAME, (broken) => catches(broken, casesOf(broken)))
  test.concurrent.each([...BROKEN_ON_THE_WIRE, ...BLIND_WIRES])(NAME, (broken) =>
    catches(broken, casesOnTheWire(broken)),
  )
  test.concurrent.each([...BROKEN_PAIRS, ...BLIND_PAIR_HOOKS])(NAME, (broken) =>
    catches(broken, pairCasesOf(broken)),
  )
})

describe('the kit catches, in what is printed,', () => {
  test.each(BROKEN.filter(prints))(NAME, (broken) => catches(broken, casesOf(broken)))
})

test('a hook that does nothing makes no bad day', async () => {
  const target = (sound: FreshTarget) => ({ ...sound, lockUser: async () => async () => undefined })
  const locked = casesOf({ target }).find(({ name }) => name.includes('when the account is locked'))
  await expect(locked?.run()).rejects.toThrow('`lockUser` did nothing')
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
