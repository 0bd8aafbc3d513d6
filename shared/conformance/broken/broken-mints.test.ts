/** The kit can fail on credentials that the target issues: each of these is wrong in one way, and a case says so. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../../provider/index.ts'
import { ConformanceFailure, conformanceCases } from '../index.ts'
import { mintingProvider } from '../targets/test-mint-provider.ts'
import { freshMint, signsInToMint } from '../targets/test-mint-server.ts'
import type { BrokenMint } from './test-breaking.ts'
import { BROKEN_MINT_CLAIMS } from './test-broken-mint-claims.ts'
import { BROKEN_MINTS } from './test-broken-mints.ts'
import { BROKEN_REPLACING } from './test-broken-replacing.ts'

const casesOf = ({ provider, decide, target, mints = { livesAtOnce: 2 } }: BrokenMint) => {
  const sound = mintingProvider(mints) as Provider
  return conformanceCases({
    provider: provider?.(sound) ?? sound,
    freshTarget: async (kit) => {
      const fresh = await freshMint(mints, kit)
      return target?.(fresh) ?? fresh
    },
    signIn: signsInToMint,
    atOnce: 16,
    ...(decide === undefined ? {} : { decide }),
  })
}

describe('the kit catches', () => {
  test.concurrent.each([...BROKEN_MINTS, ...BROKEN_MINT_CLAIMS, ...BROKEN_REPLACING])(
    '$what: by the case "$caughtBy …"',
    async (broken) => {
      const named = casesOf(broken).filter(({ name }) => name.includes(broken.caughtBy))
      expect(named).toHaveLength(1)
      const failure = await named[0]?.run().then(
        (result) => `it passed: ${JSON.stringify(result)}`,
        (error: unknown) => error,
      )
      expect(failure).toBeInstanceOf(ConformanceFailure)
      expect(failure).toMatchObject({ broken: expect.stringMatching(broken.saying) })
    },
  )
})
