/** The kit's cases of a refresh token that each rotation uses up, on a sound provider. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../provider/index.ts'
import { conformanceCases } from './index.ts'
import { freshRefresh, holdsRefreshToken, refreshingProvider } from './targets/test-refresh.ts'

/** These mostly wait, and the tests of other targets show what they do. */
const WAITING = /held back|is too slow|: nothing |the log of the target/

describe('a sound provider of a target where a refresh token is used up', () => {
  const cases = conformanceCases({
    provider: refreshingProvider() as Provider,
    freshTarget: freshRefresh,
    signIn: holdsRefreshToken,
    atOnce: 16,
    recoveries: 'in turn',
  }).filter(({ name }) => !WAITING.test(name))
  test.concurrent.each(cases)('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else
      expect(result.reason).toMatch(
        /does not alternate|no admin makes|has no lock|give(s|) no `|does not retire|old credential at once|what is replaced may have|has one owner/,
      )
  })
})
