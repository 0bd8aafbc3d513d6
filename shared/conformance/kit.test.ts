import { describe, expect, test } from 'vitest'
import { conformanceCases } from './index.ts'
import { freshMemory, type MemoryKind, memoryProvider, signsInToMemory } from './test-memory.ts'

describe.each(['one', 'two'] as const)('a sound provider with %s password', (kind: MemoryKind) => {
  const cases = conformanceCases({
    provider: memoryProvider(kind),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    atOnce: 16,
  })
  test.each(cases)('$name', async ({ run }) => {
    const result = await run()
    expect(result.points, result.reason).toBeGreaterThanOrEqual(result.outcome === 'skipped' ? 0 : 1)
  })
})
