import { STEPS, type Step } from '../../engine/known.ts'
import type { StoredSecret } from '../../provider/contract.ts'
import { carryOn } from './carry-on.ts'
import { identityOf, pause } from './direct.ts'
import { isInGap } from './gap.ts'
import { isSettling, strayMints } from './minting.ts'
import type { KitSecret } from './secrets.ts'
import type { World } from './world.ts'

/**
 * Promise 1: what is broken when nothing that it counts on signs in. Class B: some labelled version must. Class C: so too,
 * but from a mint until it is stored; the record keeps where that was seen.
 */
export async function lockedOut(world: World, secret: KitSecret = world.secret): Promise<string | undefined> {
  const { current, pending, candidate } = secret.holders()
  if (world.class === 'A')
    return (await signsIn(world, secret, current))
      ? undefined
      : 'never locked out (class A): AWSCURRENT is refused'
  const labelled = [current, pending, candidate]
  const { lastApplied } = world
  // What was applied last is tried first: an account may count failed sign-ins. Where that is not known, the target may
  // still be at work, and goes from the current credential to the pending one: so that one is tried first.
  const order = labelled.includes(lastApplied) ? [lastApplied, ...labelled] : labelled
  for (const version of new Set(order)) if (await signsIn(world, secret, version)) return undefined
  if (await isInGap(world)) {
    world.record.gaps.push(world.record.trace.at(-1) ?? 'the beginning')
    return undefined
  }
  return `never locked out (class ${world.class}): no labelled version signs in`
}

async function signsIn(world: World, secret: KitSecret, version: string | undefined): Promise<boolean> {
  const value = version === undefined ? undefined : secret.value(version)
  return value !== undefined && (await world.signsIn(value))
}

/** Promise 2 for one rotation: it is current, works, and AWSPENDING is nowhere else. */
export async function notFinished(world: World, token: string): Promise<string | undefined> {
  const { current, pending } = world.secret.holders()
  if (current !== token)
    return 'always converges: the rotation ended well and AWSCURRENT is on another version'
  if (pending !== undefined && pending !== current)
    return 'always converges: AWSPENDING is still on another version'
  if (!(await signsIn(world, world.secret, current)))
    return 'always converges: AWSCURRENT is refused after the rotation'
  return undefined
}

/**
 * Promise 3: credentials that we made and that sign in under no label, and those of others that are gone. Tries each, so it
 * comes last.
 */
export async function orphaned(world: World): Promise<string | undefined> {
  const { secret } = world
  const stray = await strayMints(world)
  if (stray.length > 0) return `no orphans: ${stray.length} issued credentials live under no label`
  const touched = await world.others.touched()
  if (touched !== undefined) return touched
  const text = (value: StoredSecret): string => credentialOf(world, value)
  const labelled = new Set(
    Object.values(secret.holders()).flatMap((version) => {
      const value = version === undefined ? undefined : secret.value(version)
      return value === undefined ? [] : [text(value)]
    }),
  )
  for (const [version, value] of secret.values)
    if (!labelled.has(text(value)) && (await world.signsIn(value)))
      return `no orphans: the credential of ${secret.name(version)} signs in under no label`
  return undefined
}

/** As the engine compares them: what else a value says makes no other credential. */
function credentialOf(world: World, value: StoredSecret): string {
  const { account, endpoint, credential } = identityOf(world, value)
  return JSON.stringify([account, endpoint, credential])
}

/** Steps in a row until one fails; answers that one's code. */
export type Deliver = (token: string, steps: readonly Step[]) => Promise<string | undefined>

/**
 * Promises 2 and 3 from a state where nothing fails any more: one more rotation works and leaves no orphan. What was issued
 * and never stored goes by then, since nobody can be running any more who had it issued.
 */
export async function nextRotationFails(
  world: World,
  deliver: Deliver = (token, steps) => world.deliverAll(token, steps),
): Promise<string | undefined> {
  const before = world.secret.holders().current
  if (world.mints) world.passInvocations()
  const token = world.secret.rotate()
  const error = await deliver(token, STEPS)
  if (error !== undefined) return `always converges: the next rotation ended in ${error}`
  const problem = await notFinished(world, token)
  if (problem !== undefined) return `${problem} (the next one)`
  const [old, now] = [before, token].map((version) => {
    const value = world.secret.value(version ?? '')
    return value && credentialOf(world, value)
  })
  // Where nothing needs to change, nothing is changed.
  if (old === now && world.strategy !== 'conditional')
    return 'always converges: a whole rotation changed nothing'
  world.passGrace()
  return await orphaned(world)
}

/** The same where one more rotation costs much: what was changed in place, or beside another, is no orphan from then on. */
export const leavesSomething = (world: World, deliver?: Deliver): Promise<string | undefined> =>
  world.mints ? nextRotationFails(world, deliver) : orphaned(world)

/**
 * Carries what is pending to the end, as Secrets Manager does: the same token from createSecret on, a few times; else it
 * is abandoned and a new one begun. Answers what is broken.
 */
export async function neverConverges(world: World): Promise<string | undefined> {
  const start = world.secret.holders().current
  let error: string | undefined
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const { pending, current } = world.secret.holders()
    const isPending = pending !== undefined && pending !== current
    if (!isPending && current !== start) break
    if (!isPending) world.secret.abandon()
    const token = isPending ? pending : world.secret.rotate()
    const ended = await carryOn(world, token, await world.deliverAll(token), (again, steps) =>
      world.deliverAll(again, steps),
    )
    error = ended.error
    if (error === undefined)
      return (await notFinished(world, ended.token)) ?? (await nextRotationFails(world))
    // The second failure of a token is enough: AWS gives up, and a new rotation begins.
    if (attempt % 2 === 1) world.secret.abandon()
  }
  if (error !== undefined) return `always converges: rotations keep ending in ${error}`
  return await nextRotationFails(world)
}

/** Which version's credential is in force, in words; of what the target issues, what lives. */
export async function inForce(world: World): Promise<string> {
  const { secret } = world
  if (world.mints) return `${(await world.target.live?.())?.toSorted().join(', ')} live`
  for (const [version, value] of secret.values)
    if (await world.signsIn(value)) return `${secret.name(version)} signs in`
  return 'nothing signs in'
}

/** How long a change that was left running is given to show itself, in milliseconds. */
export const STRAY_MS = 150

/** The same when a statement that was left running has had its time. */
export async function inForceSoon(world: World): Promise<string> {
  await pause(STRAY_MS)
  return await inForce(world)
}

/** At most `most` sign-ins of one invocation were refused, of the probes from number `since` on. */
export function tooManyFailures(world: World, since: number, most = 1): string | undefined {
  const failures = new Map<object, number>()
  for (const { invocation, verdict } of world.record.probes.slice(since))
    if (verdict === 'rejected') failures.set(invocation, (failures.get(invocation) ?? 0) + 1)
  return moreThan(world, most, failures.values())
}

export function moreThan(world: World, most: number, failures: Iterable<number>): string | undefined {
  // A new credential may be refused until it has settled.
  if (isSettling(world)) return undefined
  const highest = Math.max(0, ...failures)
  return highest > most
    ? `failing sign-ins: ${highest} in one invocation, expected at most ${most}`
    : undefined
}
