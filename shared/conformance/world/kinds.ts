import { STRATEGIES } from '../../engine/strategies.ts'
import type { Provider, Strategy } from '../../provider/contract.ts'

/**
 * Whose value it is, and what becomes of the old one: `chosen` by us; issued by the target, `beside` the old one, which lives
 * on, or to which it makes an end (`replacing`).
 */
export type Kind = 'chosen' | 'beside' | 'replacing'

export function kindOf(strategy: Strategy, { capabilities: { mint } }: Provider): Kind {
  if (!STRATEGIES[strategy].mints) return 'chosen'
  const expires = strategy === 'grace' || (strategy === 'conditional' && mint?.graceMs !== undefined)
  return expires || mint?.inPlace === true || mint?.consuming === true ? 'replacing' : 'beside'
}

/** Something that is tried with some kinds only. Default: with each. */
export interface OfKinds {
  readonly of?: readonly Kind[]
}

export const ISSUED: readonly Kind[] = ['beside', 'replacing']

export const isAbout = (kind: Kind, { of }: OfKinds): boolean => of === undefined || of.includes(kind)
