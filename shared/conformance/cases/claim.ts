import type { Provider, Strategy } from '../../provider/contract.ts'
import type { FreshTarget } from '../options.ts'
import { Skipped, type Trial } from '../points.ts'
import { changer } from '../world/direct.ts'
import type { OfKinds } from '../world/kinds.ts'
import type { World } from '../world/world.ts'

/** One thing that a provider says of itself, and how it is tried. */
export interface Claim extends OfKinds {
  readonly key: string
  readonly name: string
  /** Why it does not apply to this provider. Default: it applies. */
  readonly skip?: (provider: Provider, strategy: Strategy) => string | undefined
  /** It is about changes by the own credential: why it says nothing of those by an admin. */
  readonly notOfAdmins?: string
  /** The hook without which it cannot be tried. */
  readonly needs?: keyof FreshTarget
  readonly play: (world: World) => Promise<string | undefined>
}

export async function tryClaim(
  trial: Trial,
  strategy: Strategy,
  { key, name, skip, notOfAdmins, needs, play }: Claim,
): Promise<Skipped | undefined> {
  const reason = skip?.(trial.options.provider, strategy)
  if (reason !== undefined) return new Skipped(reason)
  if (notOfAdmins !== undefined && (await trial.look(strategy, changer)) === 'admin')
    return new Skipped(notOfAdmins)
  if (needs !== undefined && (await trial.look(strategy, ({ target }) => target[needs] === undefined)))
    return new Skipped(`the target gives no \`${needs}\``)
  await trial.all([{ id: `claim/${strategy}/${key}`, strategy, expects: name, play }])
  return undefined
}
