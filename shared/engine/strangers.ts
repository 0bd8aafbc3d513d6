import type { Who } from '../provider/contract.ts'
import type { LiveCredential } from '../provider/mint.ts'
import { signedInAs } from './actor.ts'
import { readAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import { isHeld, versionOf } from './held.ts'
import type { Known } from './known.ts'
import { isOfSecret } from './mint-work.ts'
import { nextBy } from './mintable.ts'
import { byAdmin } from './rules/common.ts'
import type { Version } from './version.ts'

/** What the target says is live, to whoever may ask. */
export const listAs = (c: StepContext, as: Who): Promise<readonly LiveCredential[]> =>
  signedInAs(c, as, async (session) => {
    const listed = await session.list?.({ as })
    if (listed === undefined) throw new Error('the session has no list')
    return listed
  })

/**
 * What lives beside the stored values, by its id: somebody made it by hand, another secret did, or nobody swept it yet. Told
 * after the move, so that what was read as AWSCURRENT is what AWSPREVIOUS has.
 */
export async function tellStrangers(c: StepContext, known: Known): Promise<void> {
  const as: Who = byAdmin(known) ? 'admin' : 'pending'
  if (as === 'admin' && c.versions.admin === undefined) await readAdmin(c, c.need('current'), 'AWSCURRENT')
  const { own, current } = c.versions
  const unmarked: string[] = []
  for (const one of await listAs(c, as)) {
    if (one.id === own?.id && one.expiresAt !== undefined) c.notes.push(nextBy(one.expiresAt))
    if (one.id === own?.id || one.id === current?.id || (await isHeld(c, one.id))) continue
    const id = c.input.cleaner.clean(one.id)
    if (one.mark === undefined) unmarked.push(id)
    else
      c.orphans.push(
        isOfSecret(c, one)
          ? `the credential ${id} lives at the target and is left of another rotation of this secret, which the next one sweeps`
          : `the credential ${id} lives at the target and has the mark of another secret: two secrets must not share a client`,
      )
  }
  await tellUnmarked(c, unmarked)
}

/** A version that names no id may be that of any of them, so each is called a stranger only where each is one. */
async function tellUnmarked(c: StepContext, ids: readonly string[]): Promise<void> {
  const nameless = await namelessVersions(c)
  if (ids.length <= nameless) return
  const what = 'no mark of ours: it was made by hand, or is that of a version from before'
  if (nameless === 0)
    for (const id of ids) c.orphans.push(`the credential ${id} lives at the target and has ${what}`)
  else
    c.orphans.push(
      `the credentials ${ids.join(', ')} live at the target and have no mark of ours; ${nameless} of them may be of a version that names no id, and each other one was made by hand, or is that of a version from before`,
    )
}

/** How many versions that count have a credential and no id of it: AWSPREVIOUS by now, and those with a label of yours. */
async function namelessVersions(c: StepContext): Promise<number> {
  const { current, own } = c.versions
  const isNameless = (one: Version | 'unusable' | undefined): boolean =>
    one !== undefined && one !== 'unusable' && one.id === undefined
  let count = isNameless(current) ? 1 : 0
  for (const holder of c.labels?.customers ?? [])
    if (holder !== current?.versionId && holder !== own?.versionId && isNameless(await versionOf(c, holder)))
      count += 1
  return count
}
