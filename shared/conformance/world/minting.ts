import type { Session, StoredSecret } from '../../provider/contract.ts'
import type { MintCapabilities, Minted, MintOperations } from '../../provider/mint.ts'
import { changer, identityOf, proposed, withDirect } from './direct.ts'
import type { World } from './world.ts'

/** What the claims have issued carries a mark of this secret and this rotation. */
export const KIT_MARK = { secret: '0123456789abcdef', token: 'fedcba9876543210', attempt: 1 }

export type Issued = Extract<Minted, { readonly result: 'minted' }> & { readonly id: string }

export function mintsOf({ kit }: World): MintCapabilities {
  const { mint } = kit.provider.capabilities
  if (mint === undefined) throw new Error('a strategy mints, and the provider has no `capabilities.mint`')
  return mint
}

type Minting = Pick<MintOperations, 'list' | 'mint' | 'revoke'>

/** The operations of a session that mints. Each rejects where it is missing. */
function mintingOf(session: Session): Minting {
  const missing = (what: string) => () =>
    Promise.reject(new Error(`a strategy mints, and its sessions have no \`${what}\``))
  return {
    list: session.list?.bind(session) ?? missing('list'),
    mint: session.mint?.bind(session) ?? missing('mint'),
    revoke: session.revoke?.bind(session) ?? missing('revoke'),
  }
}

/** Something done by the operations that mint, in a session of its own; `as` is who makes changes. */
export const withMints = <T>(
  world: World,
  current: StoredSecret,
  work: (mints: Minting, as: ReturnType<typeof changer>) => Promise<T>,
): Promise<T> => withDirect(world, { current }, (session) => work(mintingOf(session), changer(world)))

/** Has one credential issued, outside of any rotation. Rejects where there is no room. */
export async function issued(world: World, current: StoredSecret, attempt = 1): Promise<Issued> {
  const minted = await withMints(world, current, ({ mint }, as) =>
    mint({ from: 'current', as, mark: { ...KIT_MARK, attempt } }),
  )
  if (minted.result !== 'minted')
    throw new Error(`with room for it a mint is \`${minted.result}\` instead of \`minted\``)
  world.record.issued.push(minted.value)
  if (minted.id === undefined) throw new Error('`mint` says no id of what it had issued')
  return { ...minted, id: minted.id }
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
