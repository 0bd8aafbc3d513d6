import type { Who } from '../provider/contract.ts'
import type { LiveCredential } from '../provider/mint.ts'
import { actor, signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import type { Known } from './known.ts'
import type { LabelsBeforeChange, PlaceFacts, StagedAnswers } from './known-staged.ts'
import { readCurrent, readPrevious } from './read.ts'
import { readVersion } from './retire.ts'
import type { Version } from './version.ts'

type LookAtPlaces = {
  readonly [Q in keyof StagedAnswers]: (context: StepContext, known: Known) => Promise<StagedAnswers[Q]>
}

/** How the questions are answered about a target where a credential is staged beside the primary one. */
export const lookAtPlaces: LookAtPlaces = {
  places: (c, known) => placeFacts(c, known),
  placesAgain: (c, known) => placeFacts(c, known),
  promoteLabels: (c) => labelsBeforeChange(c),
  slotLabels: async (c) => {
    const before = await labelsBeforeChange(c)
    if (before !== 'as they were') return before
    const { slot } = c.mints
    return slot === undefined || (await isProtected(c, slot.id)) ? 'moved' : before
  },
  promotion: async (c, known) => {
    const { primary } = placesOf(await listed(c, known))
    return primary?.id === c.need('own').id ? 'seen' : 'not seen'
  },
}

async function listed(c: StepContext, known: Known): Promise<readonly LiveCredential[]> {
  const as: Who = await actor(c, known)
  return await signedInAs(c, as, async (session) => {
    const live = await session.list?.({ as })
    if (live === undefined) throw new Error('the session has no list')
    return live
  })
}

const placesOf = (live: readonly LiveCredential[]) => ({
  primary: live.find(({ state }) => state === 'primary'),
  slot: live.find(({ state }) => state !== 'primary'),
})

async function placeFacts(c: StepContext, known: Known): Promise<PlaceFacts> {
  const current = await readCurrent(c)
  const read = await readPrevious(c)
  const previous = read === 'unusable' ? undefined : read
  const { own } = c.versions
  const { primary, slot } = placesOf(await listed(c, known))
  c.mints.primary = primary
  c.mints.slot = slot
  return {
    primary:
      primary === undefined
        ? 'none'
        : isOf(primary, own)
          ? 'own'
          : isOf(primary, current)
            ? 'current'
            : isOf(primary, previous)
              ? 'previous'
              : 'other',
    slot:
      slot === undefined
        ? 'free'
        : isOf(slot, own)
          ? 'own'
          : isOf(slot, current)
            ? 'current'
            : await claimOn(c, slot, previous),
  }
}

const isOf = ({ id }: LiveCredential, version: Version | undefined): boolean => version?.id === id

/** Whose the slot is, where neither this rotation nor AWSCURRENT has it. */
async function claimOn(
  c: StepContext,
  slot: LiveCredential,
  previous: Version | undefined,
): Promise<PlaceFacts['slot']> {
  const isSpent = slot.state !== 'staged'
  // One of a rotation that was rolled back is not brought back by the next.
  const isGivenUp = slot.author === 'us' && isOf(slot, previous)
  if (!isSpent && slot.author !== 'us') return 'taken'
  if (await isProtected(c, slot.id)) return 'kept'
  return isSpent || isGivenUp ? 'over' : 'ours'
}

/**
 * AWSPREVIOUS alone protects nothing: what has the slot gives way to the next one. Nor does a candidate that this rotation
 * has looked at and does not use; whether the label is still there is seen directly before.
 */
async function isProtected(c: StepContext, id: string): Promise<boolean> {
  const { current, pending, customers = [] } = c.labels ?? {}
  for (const holder of new Set([current, pending, ...customers])) {
    // This version has no value yet.
    if (holder === undefined || holder === c.token) continue
    const version = await versionOf(c, holder)
    if (version === 'unusable' || version?.id === id) return true
  }
  return false
}

async function versionOf(c: StepContext, id: string): Promise<Version | 'unusable' | undefined> {
  const known = Object.values(c.versions).find((version) => version?.versionId === id)
  return known ?? (await readVersion(c, id))
}

async function labelsBeforeChange(c: StepContext): Promise<LabelsBeforeChange> {
  const before = c.labels
  const labels = await c.describe()
  if (labels.pending !== c.token || labels.current === c.token) return 'not ours'
  if (labels.current !== c.need('current').versionId) return 'moved'
  const isAsBefore =
    before === undefined || (labels.previous === before.previous && labels.candidate === before.candidate)
  return isAsBefore ? 'as they were' : 'moved'
}
