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

/** The id of what must have one, since it is ended by it. */
export function idOf({ id }: Issued): string {
  if (id === undefined) throw new Error('`mint` says no id of what it had issued')
  return id
}

/** Has one credential issued, outside of any rotation. Rejects where there is no room. */
export async function issued(world: World, current: StoredSecret, attempt = 1): Promise<Issued> {
  const minted = await withMints(world, current, ({ mint }, as) =>
    mint({ from: 'current', as, mark: { ...KIT_MARK, attempt } }),
  )
  if (minted.result !== 'minted')
    throw new Error(`with room for it a mint is \`${minted.result}\` instead of \`minted\``)
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

/** Another value for the account of `current`, which need not sign in. */
export async function anotherValue(world: World, current: StoredSecret): Promise<StoredSecret> {
  if (!world.mints) return await proposed(world, current)
  const one = await issued(world, current)
  if (world.kind === 'beside') await revoked(world, current, idOf(one))
  return one.value
}

/** A value that signs in, and one of the same account that does not: the world's own first one is one of the two. */
export async function rightAndWrong(
  world: World,
): Promise<{ readonly right: StoredSecret; readonly wrong: StoredSecret }> {
  const { first } = world.secret
  const other = await anotherValue(world, first)
  if (world.kind !== 'replacing') return { right: first, wrong: other }
  letSettle(world)
  world.passGrace()
  return { right: other, wrong: first }
}

/** Ids of what lives at the target, is this secret's, and is on none of the versions with a label. */
export async function strayMints(world: World): Promise<readonly string[]> {
  if (!world.mints) return []
  const { secret } = world
  const labelled = Object.values(secret.holders()).flatMap((version) => {
    const value = version === undefined ? undefined : secret.value(version)
    return value === undefined ? [] : [value]
  })
  const besides = await world.others.besides()
  const ids = labelled.map((value) => identityOf(world, value).id)
  // A target that names no ids is asked how many live: of those that sign in, each is one.
  if (world.kind === 'replacing' && ids.every((id) => id === undefined)) {
    const taken = new Set<string>()
    for (const value of labelled)
      if (await world.signsIn(value)) taken.add(identityOf(world, value).credential)
    return besides.slice(taken.size)
  }
  const known = new Set(ids)
  // Made by hand, the first credential may be stored without its id.
  if (labelled.includes(secret.first)) known.add(world.others.first)
  return besides.filter((id) => !known.has(id))
}
