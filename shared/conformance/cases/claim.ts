import { STRATEGIES } from '../../engine/strategies.ts'
import type { Provider, Strategy } from '../../provider/contract.ts'
import type { FreshTarget } from '../options.ts'
import { Skipped, type Trial } from '../points.ts'
import type { World } from '../world/world.ts'

/** One thing that a provider says of itself, and how it is tried. */
export interface Claim {
  readonly key: string
  readonly name: string
  /** Whose value is made by us, or by the target. Default: either. */
  readonly of?: 'chosen' | 'minted'
  /** Why it does not apply to this provider. Default: it applies. */
  readonly skip?: (provider: Provider, strategy: Strategy) => string | undefined
  /** The hook without which it cannot be tried. */
  readonly needs?: keyof FreshTarget
  readonly play: (world: World) => Promise<string | undefined>
}

export const isAbout = (strategy: Strategy, { of }: { readonly of?: 'chosen' | 'minted' }): boolean =>
  of === undefined || of === (STRATEGIES[strategy].mints ? 'minted' : 'chosen')

export async function tryClaim(
  trial: Trial,
  strategy: Strategy,
  { key, name, skip, needs, play }: Claim,
): Promise<Skipped | undefined> {
  const reason = skip?.(trial.options.provider, strategy)
  if (reason !== undefined) return new Skipped(reason)
  if (needs !== undefined && (await trial.look(strategy, ({ target }) => target[needs] === undefined)))
    return new Skipped(`the target gives no \`${needs}\``)
  await trial.all([{ id: `claim/${strategy}/${key}`, strategy, expects: name, play }])
  return undefined
}
