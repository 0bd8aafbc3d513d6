import type { SimulatedSecrets } from './secrets.ts'
import { changesInPlace, type Target } from './target.ts'
import type { World } from './world.ts'

/** Promise 1: what is broken when nothing that it counts on signs in. Class B: some labelled version must. */
export function lockout(target: Target, secrets: SimulatedSecrets): string | undefined {
  const { current, pending, candidate } = secrets.holders()
  const signsIn = (version: string | undefined): boolean => {
    const value = version === undefined ? undefined : secrets.value(version)
    return value !== undefined && target.accepts(value.username, value.password)
  }
  if (!changesInPlace(target.kind))
    return signsIn(current) ? undefined : 'never locked out (A): AWSCURRENT is refused'
  return [current, pending, candidate].some(signsIn)
    ? undefined
    : 'never locked out (B): no labelled version signs in'
}

/**
 * Promises 2 and 3: everything alive dies, then nothing fails any more. A rotation must end with AWSCURRENT working and
 * nothing live outside the labels, and one more rotation must change the credential.
 */
export async function convergence(world: World): Promise<string | undefined> {
  await world.calm()
  for (const round of ['first', 'second'] as const) {
    const before = world.secrets.holders().current
    await world.finishOneRotation()
    const problem = world.broken ?? unfinished(world, round, before) ?? orphans(world)
    if (problem !== undefined) return problem
  }
  return undefined
}

function unfinished(world: World, round: 'first' | 'second', before: string | undefined): string | undefined {
  const { target, secrets } = world
  const { current, pending } = secrets.holders()
  if (current === undefined || current === before || (pending !== undefined && pending !== current))
    return `always converges: the ${round} rotation afterwards did not finish`
  const value = secrets.value(current)
  if (value === undefined || !target.accepts(value.username, value.password))
    return `always converges: AWSCURRENT is refused after the ${round} rotation`
  const old = before === undefined ? undefined : secrets.value(before)
  if (round === 'second' && old?.password === value.password)
    return 'always converges: a whole rotation changed nothing'
  return undefined
}

function orphans({ target, secrets, hasEdits }: World): string | undefined {
  // What an operator overwrites by hand is not ours to keep track of.
  if (hasEdits) return undefined
  const labelled = Object.values(secrets.holders()).flatMap((version) => {
    const value = version === undefined ? undefined : secrets.value(version)
    return value === undefined ? [] : [`${value.username}:${value.password}`]
  })
  const found = target.live().filter((credential) => !labelled.includes(credential))
  return found.length === 0 ? undefined : `no orphans: ${found.join(', ')} signs in under no label`
}
