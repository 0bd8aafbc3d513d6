import { MINTING_LABEL, STEPS, type Step } from '../../engine/known.ts'
import { changer } from './direct.ts'
import { isRefusedEverywhere } from './gap.ts'
import { mintsOf } from './minting.ts'
import type { World } from './world.ts'

/** What a rotation waits for that stopped where what became of something issued is not known, or there is no room. */
export type WayOn = 'time' | 'a hand'

/** More than once a rotation may have to wait: for whoever may be running, and for what the next one sweeps. */
const MOST_WAITS = 4

/** How a rotation goes on that ended in this error, by what the error's own page says; undefined: it should not have. */
export async function wayOn(world: World, error: string | undefined): Promise<WayOn | undefined> {
  if (!world.mints) return undefined
  switch (error) {
    case 'MINT_FULL':
      return (await isFull(world)) ? 'time' : undefined
    case 'MINT_ABANDONED':
      return world.kind === 'replacing' || (await isFull(world)) ? 'time' : undefined
    case 'MINT_STARTED':
      return world.kind === 'beside' ? undefined : 'time'
    case 'MINT_UNKNOWN':
      return world.kind === 'beside' || isHealedByAdmin(world) ? undefined : 'a hand'
    case 'CURRENT_REFUSED':
      return world.class === 'C' && !isHealedByAdmin(world) && (await isRefusedEverywhere(world))
        ? 'a hand'
        : undefined
    default:
      return undefined
  }
}

/** Where the mint ends the old credential, and a mark tells whose the account is, an admin has another one issued: nobody has to act. */
const isHealedByAdmin = (world: World): boolean => {
  const { inPlace, marked } = mintsOf(world)
  return inPlace === true && marked && changer(world) === 'admin'
}

const isFull = async (world: World): Promise<boolean> =>
  ((await world.target.live?.()) ?? []).length >= mintsOf(world).livesAtOnce

/** Waits, or has somebody do what the error's own page says, as long as that is what it takes; then the rotation or the next. */
export async function carryOn(
  world: World,
  token: string,
  error: string | undefined,
  deliver: (token: string, steps: readonly Step[]) => Promise<string | undefined>,
): Promise<{ readonly token: string; readonly error: string | undefined }> {
  let [turn, ended] = [token, error]
  for (let waits = 0; ended !== undefined && waits < MOST_WAITS; waits += 1) {
    const way = await wayOn(world, ended)
    if (way === undefined) break
    await go(world, way)
    const { pending, current } = world.secret.holders()
    if (pending !== turn || current === turn) {
      world.secret.abandon()
      turn = world.secret.rotate()
    }
    ended = await deliver(turn, STEPS)
  }
  return { token: turn, error: ended }
}

/** Time passes, or a credential is made by hand and stored, and the labels of whatever was begun go. */
export async function go(world: World, way: WayOn): Promise<void> {
  world.passInvocations()
  if (way === 'time') return
  const { issueAnew } = world.target
  if (issueAnew === undefined)
    throw new Error(
      `the target gives no \`issueAnew\`, without which nobody can heal what ${world.strategy} may leave`,
    )
  world.secret.abandon()
  world.secret.storeByHand(await issueAnew(), [MINTING_LABEL])
  world.record.hands += 1
  world.record.trace.push('somebody makes a credential by hand, and stores it as AWSCURRENT')
}
