import type { Session, StoredSecret } from '../../provider/contract.ts'
import type { MintCapabilities, Minted, MintOperations } from '../../provider/mint.ts'
import { changer, identityOf, proposed, withDirect } from './direct.ts'
import type { World } from './world.ts'

/** What the claims have issued carries a mark of this secret and this rotation. */
export const KIT_MARK = { secret: '0123456789abcdef', token: 'fedcba9876543210', attempt: 1 }

export type Issued = Extract<Minted, { readonly result: 'minted' }>

export function mintsOf({ kit }: World): MintCapabilities {
  const { mint } = kit.provider.capabilities
  if (mint === undefined) throw new Error('a strategy mints, and the provider has no `capabilities.mint`')
  return mint
}

/** The operations that a session which mints must have. */
function mintingOf(session: Session): MintOperations {
  const { list, mint, revoke } = session
  if (list === undefined || mint === undefined || revoke === undefined)
    throw new Error('a strategy mints, and its sessions lack `list`, `mint` or `revoke`')
  return { list: list.bind(session), mint: mint.bind(session), revoke: revoke.bind(session) }
}

/** Something done by the operations that mint, in a session of its own; `as` is who makes changes. */
export const withMints = <T>(
  world: World,
  current: StoredSecret,
  work: (mints: MintOperations, as: ReturnType<typeof changer>) => Promise<T>,
): Promise<T> => withDirect(world, { current }, (session) => work(mintingOf(session), changer(world)))

/** Has one credential issued, outside of any rotation. Rejects where there is no room. */
export async function issued(world: World, current: StoredSecret, attempt = 1): Promise<Issued> {
  const minted = await withMints(world, current, ({ mint }, as) =>
    mint({ from: 'current', as, mark: { ...KIT_MARK, attempt } }),
  )
  if (minted.result !== 'minted') throw new Error('the target is full before as many live as may')
  world.record.issued.push(minted.value)
  return minted
}

export const revoked = (world: World, current: StoredSecret, id: string): Promise<'revoked' | 'already'> =>
  withMints(world, current, ({ revoke }, as) => revoke({ id, as }))

/** A new credential may be refused for a while. */
export const isSettling = (world: World): boolean => world.mints && (mintsOf(world).settlesWithinMs ?? 0) > 0

/** Lets a new credential settle, for as long as the provider says that this may take. */
export function letSettle(world: World): void {
  const { settlesWithinMs = 0 } = mintsOf(world)
  if (settlesWithinMs > 0) world.secret.pass(settlesWithinMs)
}

/** Another value for the account of `current`, which the target does not take. */
export async function anotherValue(world: World, current: StoredSecret): Promise<StoredSecret> {
  if (!world.mints) return await proposed(world, current)
  const { id, value } = await issued(world, current)
  await revoked(world, current, id)
  return value
}

/**
 * Whether a step had to stop since as many credentials live as may, one of which nobody stored: the next token ends that
 * one, when nobody can be running any more who had it issued.
 */
export async function isOutOfRoom(world: World, error: string | undefined): Promise<boolean> {
  if (!world.mints || (error !== 'MINT_ABANDONED' && error !== 'MINT_FULL')) return false
  return ((await world.target.live?.()) ?? []).length >= mintsOf(world).livesAtOnce
}

/** Ids of what lives at the target, is this secret's, and is on none of the versions with a label. */
export async function strayMints(world: World): Promise<readonly string[]> {
  if (!world.mints) return []
  const { secret } = world
  const labelled = Object.values(secret.holders()).flatMap((version) => {
    const value = version === undefined ? undefined : secret.value(version)
    return value === undefined ? [] : [value]
  })
  const known = new Set(labelled.map((value) => identityOf(world, value).id))
  // Made by hand, the first credential may be stored without its id.
  if (labelled.includes(secret.first)) known.add(world.others.first)
  return (await world.others.besides()).filter((id) => !known.has(id))
}
