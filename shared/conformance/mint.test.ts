/** The kit's cases of credentials that the target issues, on sound providers of a small target over HTTP. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../provider/index.ts'
import { conformanceCases } from './index.ts'
import { mintingProvider } from './targets/test-mint-provider.ts'
import { freshMint, type MintKind, signsInToMint } from './targets/test-mint-server.ts'

/** What no target of these has, or a provider does not claim. */
const NOT_FOR_THIS_ONE =
  /does not alternate|no admin makes the changes|has no lock|give no `(loud|bundle)`|room for one beside/

const casesOf = (kind: MintKind) =>
  conformanceCases({
    provider: mintingProvider(kind) as Provider,
    freshTarget: (kit) => freshMint(kind, kit),
    signIn: signsInToMint,
    atOnce: 16,
    recoveries: 'in turn',
  })

describe('a sound provider of a target where two live at once', () => {
  test.each(casesOf({ livesAtOnce: 2 }))('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else expect(result.reason).toMatch(NOT_FOR_THIS_ONE)
  })
})

/** What hangs on how a target is; the rest is the same wherever two live at once. */
const TELLING =
  /nobody disturbs|issued|interrupted|`|at every stage|killed before and after every call, it recovers by the whole/

describe.each([
  ['many live at once, others have some, and values can be read', { livesAtOnce: 8, readable: true }],
  ['a new one is refused for a while', { livesAtOnce: 3, settlesMs: 90_000 }],
  ['each expires', { livesAtOnce: 3, lifeMs: 60 * 86_400_000 }],
])('a sound provider of a target where %s', (_name, kind: MintKind) => {
  const cases = casesOf(kind).filter(({ name }) => TELLING.test(name))
  test.each(cases)('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else expect(result.reason).toMatch(NOT_FOR_THIS_ONE)
  })
})
