import { QuarterturnError } from '../errors/index.ts'
import type { Provider, Strategy } from '../provider/contract.ts'
import type { Traits } from './known.ts'

export interface StrategyFacts {
  /** A: no gap. B: a gap from setSecret to finishSecret, during which a stored, labelled version signs in. */
  readonly class: 'A' | 'B'
  /** The old credential dies with the change, so a change that does not sign in is taken back. */
  readonly inPlace: boolean
  /** The target issues the credential, and the engine stores it. */
  readonly mints: boolean
}

export const STRATEGIES: Readonly<Record<Strategy, StrategyFacts>> = {
  'single-user': { class: 'B', inPlace: true, mints: false },
  'dual-password': { class: 'A', inPlace: false, mints: false },
  'alternating-users': { class: 'A', inPlace: false, mints: false },
  overlapping: { class: 'A', inPlace: false, mints: true },
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

/** What of the policy of a secret the decisions need. */
export interface Wishes {
  /** The strategy was chosen, by tag or deployment. */
  readonly isChosen: boolean
  readonly refusesCut: boolean
  readonly retires: boolean
}

const PAIR: Strategy = 'alternating-users'

export function traitsOf(provider: Provider, strategy: Strategy, wishes: Wishes): Traits {
  const { strategies, repeat, retires } = provider.capabilities
  const mayAlternate = provider.alternateOf !== undefined && strategies.includes(PAIR)
  const byAdmin = (one: Strategy): boolean => provider.admin?.strategies.includes(one) === true
  return {
    alternates: strategy === PAIR,
    mayAlternate,
    mayContinue: mayAlternate && !wishes.isChosen && strategy !== PAIR,
    pairByAdmin: byAdmin(PAIR),
    oneByAdmin: strategy !== PAIR && byAdmin(strategy),
    oneMayDoWithout: strategy !== PAIR && provider.admin?.optional?.includes(strategy) === true,
    adminLooks: strategy !== PAIR && provider.admin?.looks?.includes(strategy) === true,
    overlaps: STRATEGIES[strategy].class === 'A',
    refusesCut: wishes.refusesCut,
    retires: wishes.retires && retires === true,
    restores: STRATEGIES[strategy].inPlace,
    comparesRights: strategies.includes(PAIR),
    appliesOnce: repeat === 'once',
    mints: STRATEGIES[strategy].mints,
  }
}
