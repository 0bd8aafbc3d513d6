import { QuarterturnError } from '../errors/index.ts'
import { flawOfOffer } from '../provider/claims.ts'
import type { Capabilities, Provider, Strategy } from '../provider/contract.ts'
import type { MintCapabilities } from '../provider/mint.ts'
import type { Traits } from './known.ts'
import type { MintTraits } from './known-mint.ts'

/**
 * A: no gap. B: a gap from setSecret to finishSecret, during which a stored, labelled version signs in. C: the gap begins
 * with the mint, and a reply that is lost can leave nothing stored that signs in; or nobody can see what signs in.
 */
export type StrategyClass = 'A' | 'B' | 'C'

export interface StrategyFacts {
  /** Of `conditional` the worst that it may be; `classOf` tells for a provider. */
  readonly class: StrategyClass
  /** The old credential dies with the change, so a change that does not sign in is taken back. */
  readonly inPlace: boolean
  /** The target issues the credential, and the engine stores it. */
  readonly mints: boolean
}

const CHOSEN = { mints: false } as const
const MINTED = { inPlace: false, mints: true } as const

export const STRATEGIES: Readonly<Record<Strategy, StrategyFacts>> = {
  'single-user': { ...CHOSEN, class: 'B', inPlace: true },
  'dual-password': { ...CHOSEN, class: 'A', inPlace: false },
  'alternating-users': { ...CHOSEN, class: 'A', inPlace: false },
  overlapping: { ...MINTED, class: 'A' },
  staged: { ...MINTED, class: 'A' },
  grace: { ...MINTED, class: 'A' },
  'in-place-minted': { ...MINTED, class: 'C' },
  'refresh-token': { ...MINTED, class: 'C' },
  conditional: { ...MINTED, class: 'C' },
}

export const strategyNames = Object.keys(STRATEGIES) as [Strategy, ...Strategy[]]

/** The class of a strategy with a provider that offers it. */
export const classOf = (strategy: Strategy, capabilities: Capabilities | undefined): StrategyClass =>
  strategy === 'conditional' &&
  capabilities?.mint !== undefined &&
  oldOf(strategy, capabilities.mint) !== 'dies'
    ? 'A'
    : capabilities?.probe === 'none'
      ? 'C'
      : STRATEGIES[strategy].class

/** What a mint does to the credential that it replaces. */
function oldOf(strategy: Strategy, mint: MintCapabilities): MintTraits['old'] {
  if (mint.inPlace === true || mint.consuming === true) return 'dies'
  const expires = strategy === 'grace' || (strategy === 'conditional' && mint.graceMs !== undefined)
  return expires ? 'expires' : 'lives'
}

function mintTraits(strategy: Strategy, { mint }: Capabilities, allowsGap: boolean): MintTraits | undefined {
  if (mint === undefined || !STRATEGIES[strategy].mints) return undefined
  const old = oldOf(strategy, mint)
  const consumes = mint.consuming === true
  return {
    old,
    consumes,
    readable: mint.readable,
    stages: strategy === 'staged',
    // What is left as it is, is stored as what it was found to be: nothing else may be stored meanwhile.
    claims: strategy !== 'staged' && (old !== 'lives' || !mint.marked || strategy === 'conditional'),
    mayBeUnchanged: strategy === 'conditional' || consumes,
    isUsedLast: mint.firstUseStartsGrace === true,
    needsAdmin: old === 'dies' && !allowsGap && !mint.readable,
    allowsGap,
  }
}

/** The strategy of a secret: its tag, else the deployment's, else the provider's default. Throws `STRATEGY_UNSUPPORTED`. */
export function chooseStrategy(
  provider: Provider,
  wishes: { readonly tag: Strategy | undefined; readonly deployment: Strategy | undefined },
): Strategy {
  const offered = provider.capabilities.strategies
  const wish = wishes.tag ?? wishes.deployment ?? offered[0]
  if (wish === undefined || !offered.includes(wish))
    throw new QuarterturnError('STRATEGY_UNSUPPORTED', {
      problem: `the provider ${provider.name} does not offer the strategy \`${wish}\` (${wishes.tag === undefined ? 'from the deployment' : 'from the tag quarterturn:strategy'}); it offers ${offered.join(', ')}`,
    })
  const flaw = flawOfOffer(wish, provider.capabilities)
  if (flaw !== undefined)
    throw new QuarterturnError('PROVIDER_FAILED', { problem: `the provider ${provider.name}: ${flaw}` })
  return wish
}

/** What of the policy of a secret the decisions need. */
export interface Wishes {
  /** The strategy was chosen, by tag or deployment. */
  readonly isChosen: boolean
  readonly refusesCut: boolean
  readonly retires: boolean
  /** The deployment allows class C. */
  readonly allowsGap: boolean
}

const PAIR: Strategy = 'alternating-users'

export function traitsOf(provider: Provider, strategy: Strategy, wishes: Wishes): Traits {
  const { capabilities } = provider
  const { strategies, repeat, retires } = capabilities
  const mayAlternate = provider.alternateOf !== undefined && strategies.includes(PAIR)
  const mints = mintTraits(strategy, capabilities, wishes.allowsGap)
  const byAdmin = (one: Strategy): boolean => provider.admin?.strategies.includes(one) === true
  return {
    alternates: strategy === PAIR,
    mayAlternate,
    mayContinue: mayAlternate && !wishes.isChosen && strategy !== PAIR,
    pairByAdmin: byAdmin(PAIR),
    oneByAdmin: strategy !== PAIR && byAdmin(strategy),
    oneMayDoWithout: strategy !== PAIR && provider.admin?.optional?.includes(strategy) === true,
    adminLooks: strategy !== PAIR && provider.admin?.looks?.includes(strategy) === true,
    overlaps: classOf(strategy, capabilities) === 'A',
    refusesCut: wishes.refusesCut,
    retires: wishes.retires && retires === true && (mints === undefined || mints.old === 'lives'),
    restores: STRATEGIES[strategy].inPlace,
    comparesRights: strategies.includes(PAIR),
    appliesOnce: repeat === 'once',
    refusesGap: capabilities.probe === 'none' && mints === undefined && !wishes.allowsGap,
    mints,
  }
}
