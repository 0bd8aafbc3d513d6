import { describe, expect, test } from 'vitest'
import { conformanceCases } from './index.ts'
import { freshMemory, type MemoryKind, memoryProvider, signsInToMemory } from './targets/test-memory.ts'
import { freshPair, pairProvider, signsInToPair } from './targets/test-memory-pair.ts'

/**
 * The target gives every hook but a wire, which it does not have, so only what the provider does not claim is skipped; a
 * process of its own has tests of its own.
 */
const NOT_FOR_THIS_ONE =
  /does not alternate|is of class B|says `counts`|no account is created|gives no `(wire|redirectTo|echo)`|give no `loud`|give no `bundle`|no admin makes the changes|does not retire/

describe.each(['one', 'two'] as const)('a sound provider with %s password', (kind: MemoryKind) => {
  const cases = conformanceCases({
    provider: memoryProvider(kind),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    atOnce: 16,
  })
  test.each(cases)('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else expect(result.reason).toMatch(NOT_FOR_THIS_ONE)
  })
})

describe('a sound provider whose admin keeps a pair of accounts', () => {
  const cases = conformanceCases({
    provider: pairProvider(),
    freshTarget: freshPair,
    signIn: signsInToPair,
    atOnce: 16,
  })
  test.each(cases)('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else
      expect(result.reason).toMatch(
        /says `counts`|gives no `(limitConnections|lockUser|dropUser|changePasswordByHand|failover|log|wire|redirectTo|echo)`|give no `(loud|bundle)`/,
      )
  })
})
