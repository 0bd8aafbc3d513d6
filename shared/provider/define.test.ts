import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Capabilities, MintCapabilities, Strategy } from './index.ts'
import { defineProvider, ONLY_MINTS, proposesNothing } from './index.ts'

const TWO: MintCapabilities = { marked: true, readable: false, livesAtOnce: 2 }
const ONE: MintCapabilities = { ...TWO, livesAtOnce: 1 }

function define(strategy: Strategy, mint: MintCapabilities | undefined) {
  const capabilities: Capabilities = {
    strategies: [strategy],
    repeat: 'once',
    lock: 'none',
    failedProbe: 'free',
    ...(mint === undefined ? {} : { mint }),
  }
  return defineProvider({
    name: 'defined',
    serves: { engines: ['defined'] },
    schema: z.looseObject({}),
    capabilities,
    identity: () => ({ account: '', endpoint: '', credential: '' }),
    withCredential: ({ into }) => into,
    propose: proposesNothing,
    open: () => ({
      ...ONLY_MINTS,
      check: async () => ({ possible: true, missing: [] }),
      probe: async () => ({ verdict: 'unknown', reason: 'not tried' }),
      close: async () => undefined,
    }),
  })
}

describe('a provider offers what its capabilities bear out', () => {
  test.each<[Strategy, MintCapabilities | undefined]>([
    ['single-user', undefined],
    ['overlapping', TWO],
    ['staged', TWO],
    ['grace', { ...ONE, graceMs: 3_600_000 }],
    ['in-place-minted', { ...ONE, inPlace: true }],
    ['refresh-token', { ...ONE, consuming: true }],
    ['conditional', ONE],
  ])('%s', (strategy, mint) => {
    expect(define(strategy, mint).capabilities.strategies).toEqual([strategy])
  })

  test.each<[Strategy, MintCapabilities | undefined, RegExp]>([
    ['overlapping', undefined, /`capabilities\.mint` is missing/],
    ['overlapping', ONE, /`capabilities\.mint\.livesAtOnce` is less than 2/],
    ['staged', { ...TWO, inPlace: true }, /a mint ends the credential that it replaces/],
    ['grace', ONE, /`capabilities\.mint\.graceMs` is missing/],
    ['in-place-minted', ONE, /`capabilities\.mint\.inPlace` is not true/],
    ['refresh-token', { ...ONE, inPlace: true }, /`capabilities\.mint\.consuming` is not true/],
    ['conditional', undefined, /`capabilities\.mint` is missing/],
  ])('%s with other capabilities is refused, naming the field', (strategy, mint, message) => {
    expect(() => define(strategy, mint)).toThrow(message)
  })
})
