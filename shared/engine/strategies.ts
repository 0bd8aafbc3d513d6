import { QuarterturnError } from '../errors/index.ts'
import type { Provider, Strategy } from '../provider/contract.ts'
import type { Traits } from './known.ts'

export interface StrategyFacts {
  /** A: no gap. B: a gap from setSecret to finishSecret, during which a stored, labelled version signs in. */
  readonly class: 'A' | 'B'
  /** The old credential dies with the change, so a change that does not sign in is taken back. */
  readonly inPlace: boolean
}

export const STRATEGIES: Readonly<Record<Strategy, StrategyFacts>> = {
  'single-user': { class: 'B', inPlace: true },
  'dual-password': { class: 'A', inPlace: false },
  'alternating-users': { class: 'A', inPlace: false },
}

/** The strategy of a secret: its tag, else the deployment's, else the provider's default. Throws `STRATEGY_UNSUPPORTED`. */
export function chooseStrategy(
  provider: Provider,
  wishes: { readonly tag: Strategy | undefined; readonly deployment: Strategy | undefined },
): Strategy {
  const offered = provider.capabilities.strategies
  const wish = wishes.tag ?? wishes.deployment ?? offered[0]
  if (wish !== undefined && offered.includes(wish)) return wish
  throw new QuarterturnError('STRATEGY_UNSUPPORTED', {
    problem: `the provider ${provider.name} does not offer the strategy \`${wish}\` (${wishes.tag === undefined ? 'from the deployment' : 'from the tag quarterturn:strategy'}); it offers ${offered.join(', ')}`,
  })
}

export const traitsOf = (provider: Provider, strategy: Strategy): Traits => ({
  alternates: strategy === 'alternating-users',
  mayAlternate:
    provider.alternateOf !== undefined && provider.capabilities.strategies.includes('alternating-users'),
  restores: STRATEGIES[strategy].inPlace,
  comparesRights: provider.capabilities.strategies.includes('alternating-users'),
  appliesOnce: provider.capabilities.repeat === 'once',
})
