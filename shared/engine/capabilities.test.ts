import { expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { MintTarget, mintProvider } from '../../test/simulation/mint-target.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { CALM, createClock } from '../local/index.ts'
import type { Provider } from '../provider/index.ts'

/** A provider of two kinds of secrets: of one the target issues the credentials, of the other they are chosen. */
function setUp(kind: string, tags: Readonly<Record<string, string>> = {}) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new MintTarget(() => clock.now())
  const mints = mintProvider(target)
  const chosen = {
    strategies: ['single-user'],
    repeat: 'harmless',
    lock: 'none',
    failedProbe: 'free',
  } as const
  const provider: Provider = {
    ...mints,
    capabilities: { ...mints.capabilities, strategies: ['overlapping', 'single-user'] },
    capabilitiesOf: (secret) => (secret['kind'] === 'minted' ? mints.capabilities : chosen),
  }
  const stage = new Stage({ provider, model: { clock, unpublished: CALM }, more: { kind }, tags })
  return { stage, target }
}

test('what holds for a secret hangs on the secret, where the provider says so', async () => {
  const { stage, target } = setUp('minted')
  await stage.steps(stage.begin())
  expect(stage.reports.at(-1)).toMatchObject({ strategy: 'overlapping' })
  expect(target.calls).toContain('mint')
})

test('a strategy is the default of that kind of secret', async () => {
  const { stage, target } = setUp('chosen')
  // It goes on to have a value proposed, which this one does not know.
  expect((await failure(stage.step('createSecret', stage.begin()))).problem).toMatch(/propose/)
  expect(stage.reports.at(-1)).toMatchObject({ strategy: 'single-user' })
  expect(target.calls).not.toContain('mint')
})

test('a strategy of another kind of secret is refused', async () => {
  const { stage } = setUp('chosen', { 'quarterturn:strategy': 'overlapping' })
  expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('STRATEGY_UNSUPPORTED')
})
