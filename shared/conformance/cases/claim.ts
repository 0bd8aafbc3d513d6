import type { Provider, Strategy } from '../../provider/contract.ts'
import type { FreshTarget } from '../options.ts'
import { Skipped, type Trial } from '../points.ts'
import type { OfKinds } from '../world/kinds.ts'
import type { World } from '../world/world.ts'

/** One thing that a provider says of itself, and how it is tried. */
export interface Claim extends OfKinds {
  readonly key: string
  readonly name: string
  /** Why it does not apply to this provider. Default: it applies. */
  readonly skip?: (provider: Provider, strategy: Strategy) => string | undefined
  /** The hook without which it cannot be tried. */
  readonly needs?: keyof FreshTarget
  readonly play: (world: World) => Promise<string | undefined>
}

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
