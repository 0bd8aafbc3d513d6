/** The wire cases of the kit, on a small target over TCP. */
import { describe, expect, test } from 'vitest'
import { type ConformanceOptions, conformanceCases } from '../index.ts'
import { freshTcp, signsInOverTcp } from '../targets/test-tcp.ts'
import { tcpProvider } from '../targets/test-tcp-provider.ts'

const wireCases = (options: Partial<ConformanceOptions> = {}) =>
  conformanceCases({
    provider: tcpProvider('one'),
    freshTarget: () => freshTcp('one'),
    signIn: signsInOverTcp,
    atOnce: 16,
    ...options,
    // Its provider does not retire.
  }).filter(({ name }) => /: cut before|held back/.test(name))

describe.each(['one', 'two'] as const)('a sound provider with %s password', (kind) => {
  const cases = wireCases({ provider: tcpProvider(kind), freshTarget: () => freshTcp(kind) })
  test.each(cases)('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome !== 'held') throw new Error(result.reason)
    const [note = ''] = result.notes
    expect(note).toMatch(/^(\d+) points seen, \1 (cut|held back) \(lines messages\)$/)
    // The undisturbed run is a point too.
    expect(`${result.points - 1} points`).toBe(/\d+ points/.exec(note)?.[0])
  })
})

test('a protocol that the kit does not know is cut by turns, and the report says so', async () => {
  const [first] = wireCases({ freshTarget: () => freshTcp('one', 'turns') })
  const result = await first?.run()
  expect(result).toMatchObject({ outcome: 'held' })
  expect(JSON.stringify(result)).toContain('(turns, since the kit does not know the protocol')
})

test('a target that cannot be reached through the proxy is listed with that reason', async () => {
  const [first] = wireCases({
    freshTarget: async () => {
      const { wire: _, ...rest } = await freshTcp('one')
      return rest
    },
  })
  expect(await first?.run()).toMatchObject({
    outcome: 'skipped',
    reason: 'the target gives no `wire`',
  })
})

test('one point can be played alone', async () => {
  const only =
    'cut/single-user/a rotation/the same step again/setSecret 09 apply pending as current 4: server: OK'
  const results = await Promise.all(wireCases({ only }).map(({ run }) => run()))
  const reason = '`only` names a point of another case'
  expect(results.map((one) => (one.outcome === 'held' ? one.points : one.reason))).toEqual([
    1,
    ...Array.from({ length: results.length - 1 }, () => reason),
  ])
})
