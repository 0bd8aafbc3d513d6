import type { StoredSecret } from '../../provider/contract.ts'
import { bothSignIn, changer, closed, openDirect, pause, proposed } from '../world/direct.ts'
import { ISSUED } from '../world/kinds.ts'
import { KIT_MARK } from '../world/minting.ts'
import { inForce, STRAY_MS } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import type { Claim } from './claim.ts'

/** How long a server may take to see that a connection is gone, in milliseconds. */
const NOTICE_MS = 10_000
/** When a change under way is interrupted, in milliseconds after it was begun. */
const INTERRUPTIONS_MS = [0, 1, 2, 4, 8, 16]
/**
 * How often an interruption is tried where something changed between two looks. What had left before the close may arrive
 * after the first look, once in a while; a writer that was left running is late every time.
 */
const TRIES = 4

/** What a provider claims of the end of a session. */
export const CLOSE_CLAIMS: readonly Claim[] = [
  {
    key: 'close',
    name: 'close ends every connection, may be repeated, and nothing works after it',
    async play(world) {
      const current = world.secret.first
      const session = openDirect(world, { current })
      await session.probe({ who: 'current', at: 'writer' })
      const inside = Promise.withResolvers<void>()
      const held = session.exclusive({
        as: changer(world),
        work: () => {
          inside.resolve()
          return new Promise(() => undefined)
        },
      })
      held.catch(() => undefined)
      await Promise.race([inside.promise, held])
      const isBlind = await seesNoConnection(world)
      await closed(session)
      await closed(session)
      const late = await session.probe({ who: 'current', at: 'writer' }).catch(() => undefined)
      if (late?.verdict === 'accepted') return 'a probe after close signs in'
      return isBlind
        ? 'the hook `connections` sees none while the lock is held: it counts nothing, or not those of the admin'
        : await stillConnected(world)
    },
  },
  {
    key: 'close-final',
    of: ['chosen'],
    name: 'close ends a change under way: what is in force then stays in force',
    async play(world) {
      let current = world.secret.first
      for (const afterMs of INTERRUPTIONS_MS) {
        for (let tried = 1; ; tried += 1) {
          const pending = await proposed(world, current)
          await closeDuringChange(world, { current, pending }, afterMs)
          const atOnce = await bothSignIn(world, current, pending)
          await pause(STRAY_MS)
          const later = await bothSignIn(world, current, pending)
          if (!later.includes('signs in'))
            return `closed ${afterMs} ms after a change began, nothing signs in`
          if (later.endsWith('pending signs in')) current = pending
          if (atOnce === later) break
          if (tried === TRIES)
            return `closed ${afterMs} ms after a change began: ${atOnce}; a moment later ${later}`
        }
      }
      return undefined
    },
  },
  {
    key: 'close-mint',
    of: ISSUED,
    name: 'close ends what is under way: nothing is issued or ended after it',
    async play(world) {
      const current = world.secret.first
      for (const afterMs of INTERRUPTIONS_MS) {
        const end = await world.target.slow?.()
        const session = openDirect(world, { current })
        const as = changer(world)
        const minting = session.mint?.({ from: 'current', as, mark: KIT_MARK })
        minting?.catch(() => undefined)
        await pause(afterMs)
        await closed(session)
        // What had left before arrives.
        await pause(STRAY_MS)
        const atOnce = await inForce(world)
        await end?.()
        await pause(STRAY_MS)
        const later = await inForce(world)
        if (atOnce !== later)
          return `closed ${afterMs} ms after a mint began: ${atOnce}; a moment later ${later}`
        const late = await session.mint?.({ from: 'current', as, mark: KIT_MARK }).catch(() => undefined)
        if (late?.result === 'minted') return 'a session that is closed has a credential issued'
        for (const id of await world.others.besides())
          if (id !== world.others.first) await world.target.revokeByHand?.(id)
      }
      return undefined
    },
  },
]

async function closeDuringChange(
  world: World,
  values: { readonly current: StoredSecret; readonly pending: StoredSecret },
  afterMs: number,
): Promise<void> {
  const session = openDirect(world, values)
  const as = changer(world)
  const begun = Promise.withResolvers<void>()
  const change = session.exclusive({
    as,
    work: () => {
      const applying = session.apply({ from: 'current', to: 'pending', as })
      begun.resolve()
      return applying
    },
  })
  change.catch(() => undefined)
  await Promise.race([begun.promise, change])
  await pause(afterMs)
  await closed(session)
}

/** A lock that ends with its session has a connection. */
const seesNoConnection = async ({ kit, target }: World): Promise<boolean> =>
  kit.provider.capabilities.lock === 'session' && (await target.connections?.()) === 0

async function stillConnected({ target }: World): Promise<string | undefined> {
  if (target.connections === undefined) return undefined
  const end = performance.now() + NOTICE_MS
  for (;;) {
    const open = await target.connections()
    if (open === 0) return undefined
    if (performance.now() > end) return `${open} connections are open after close`
    await pause(20)
  }
}
