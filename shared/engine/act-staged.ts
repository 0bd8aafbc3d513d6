import { actor, signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import type { Known } from './known.ts'
import type { StagedResults } from './known-staged.ts'
import { flawOf } from './mintable.ts'

type ActOnPlaces = {
  readonly [A in keyof StagedResults]: (context: StepContext, known: Known) => Promise<Partial<Known>>
}

/** How the actions are carried out at a target where a credential is staged beside the primary one. */
export const actOnPlaces: ActOnPlaces = {
  adopt: async (c, known) => {
    const { primary, slot } = c.mints
    const places = known.placesAgain ?? known.places
    const found = places?.slot === 'ours' ? slot : primary
    const { id, value } = found ?? {}
    if (id === undefined || value === undefined)
      throw new Error('what was found at the target cannot be read')
    const version = await flawOf(c, { id, value })
    if (typeof version === 'string') {
      c.reason = version
      return { adopt: 'flawed' }
    }
    c.mints.made = { id, version }
    return { adopt: 'done' }
  },
  freeSlot: async (c, known) => {
    const { slot } = c.mints
    if (slot === undefined) throw new Error('nothing is in the slot')
    const as = await actor(c, known)
    await signedInAs(c, as, async (session) => session.revoke?.({ id: slot.id, as }))
    c.mints.revoked.add(slot.id)
    return { freeSlot: 'done' }
  },
  promoteCurrent: async (c, known) => ({ promoteCurrent: await promote(c, known, c.need('current').id) }),
  promote: async (c, known) => ({ promote: await promote(c, known, c.need('own').id) }),
}

async function promote(c: StepContext, known: Known, id: string | undefined): Promise<'promoted' | 'moved'> {
  if (id === undefined) throw new Error('the credential has no id at the target')
  const as = await actor(c, known)
  const promoted = await signedInAs(c, as, async (session) => session.promote?.({ id, as }))
  if (promoted === undefined) throw new Error('the session has no promote')
  return promoted === 'moved' ? 'moved' : 'promoted'
}
