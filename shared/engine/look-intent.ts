import { isQuarterturnError } from '../errors/index.ts'
import type { LiveCredential } from '../provider/mint.ts'
import { signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import { isHeld } from './held.ts'
import type { Known } from './known.ts'
import type { Intent, Lost, MintAnswers } from './known-mint.ts'
import { isOfSecret, LONGEST_INVOCATION_MS } from './mint-work.ts'
import { flawOf, issued } from './mintable.ts'
import { readCurrent, readPrevious } from './read.ts'
import { readVersion } from './retire.ts'
import { byAdmin } from './rules/common.ts'
import { isSameCredential } from './version.ts'

type LookAtIntent = {
  readonly [Q in keyof Pick<MintAnswers, 'intent' | 'lost'>]: (
    context: StepContext,
    known: Known,
  ) => Promise<MintAnswers[Q]>
}

/** How the questions are answered about what was begun and not stored. */
export const lookAtIntent: LookAtIntent = {
  intent: async (c): Promise<Intent> => {
    const holder = c.labels?.minting
    c.mints.holder = holder
    if (holder === undefined) return 'nowhere'
    if (holder !== c.token && (await readVersion(c, holder)) !== undefined)
      return (await isStale(c, holder)) ? 'young' : 'settled'
    const isOwn = holder === c.token
    if (!isLongUnchanged(c)) return isOwn ? 'begun' : 'young'
    return isOwn ? 'own' : 'other'
  },
  lost: async (c, known): Promise<Lost> => {
    if (known.intent === 'own' && !(await isStillOwn(c))) return 'unknown'
    const live = await listed(c, known)
    if (live === undefined) return 'unknown'
    const old = known.traits?.mints?.old
    // What carries our mark is swept, and what carries none is not ours.
    if (old === 'lives' && c.provider?.capabilities.mint?.marked === true) return 'never'
    if (old === 'dies') return await lostInPlace(c, known, live)
    const free: LiveCredential[] = []
    const stored: LiveCredential[] = []
    for (const one of live) ((await isStored(c, one)) ? stored : free).push(one)
    const [only, ...more] = free
    if (only === undefined) return 'never'
    if (old !== 'expires') return 'unknown'
    // What somebody had issued since, and stored, ended it.
    if (free.every((one) => stored.some((other) => isBefore(one, other)))) return 'never'
    // Beside others it may be anybody's; where a mint makes the old one expire, there is one that follows on it.
    const isIt =
      more.length === 0 && known.currentProof === 'accepted' && stored.every((other) => isBefore(other, only))
    return isIt && (await take(c, only)) ? 'readable' : 'unknown'
  },
}

/**
 * The version has its value, and labels were read before it had: then they do not tell of the candidate that came with it.
 * One that was current or the candidate already had it by then.
 */
async function isStale(c: StepContext, holder: string): Promise<boolean> {
  const before = c.labels
  if (before?.current === holder || before?.candidate === holder) return false
  const now = await c.describe()
  c.labels = before
  return (
    now.minting !== before?.minting || now.candidate !== before?.candidate || now.current !== before?.current
  )
}

/** What this rotation lost is stored by the labels as they are now: an invocation that was running may have ended it otherwise. */
async function isStillOwn(c: StepContext): Promise<boolean> {
  const { minting, pending } = await c.describe()
  return minting === c.token && pending === c.token && isLongUnchanged(c)
}

/** Every invocation is over that may have moved a label: the last change is longer ago than one lives. */
const isLongUnchanged = (c: StepContext): boolean =>
  c.lastChangedAt !== undefined && c.input.clock.now() - c.lastChangedAt >= LONGEST_INVOCATION_MS

/** What the target shows, to the admin or to the credential of AWSCURRENT; undefined where it shows that nothing. */
async function listed(c: StepContext, known: Known): Promise<readonly LiveCredential[] | undefined> {
  const as = byAdmin(known) ? 'admin' : 'current'
  // One that has expired shows nothing, and each further attempt may count against the account.
  if (as === 'current' && known.currentProof === 'rejected' && known.traits?.mints?.old === 'expires')
    return undefined
  try {
    return await signedInAs(c, as, async (session) => session.list?.({ as }))
  } catch (error) {
    if (as === 'current' && isQuarterturnError(error) && error.code === 'CURRENT_REFUSED') return undefined
    throw error
  }
}

/**
 * The old one is dead. An admin sees the credential of any account that a secret names, so what it shows is taken over only
 * where our mark says that this secret had it issued; what the credential of AWSCURRENT itself may still read is its own.
 */
async function lostInPlace(c: StepContext, known: Known, live: readonly LiveCredential[]): Promise<Lost> {
  const isAdmin = byAdmin(known)
  for (const one of live) {
    if (isAdmin && !isOfSecret(c, one)) continue
    if (await take(c, one)) return 'readable'
    if (isAdmin) return 'again'
  }
  return 'unknown'
}

/** By what the target says of both. */
const isBefore = ({ createdAt: one }: LiveCredential, { createdAt: other }: LiveCredential): boolean =>
  one !== undefined && other !== undefined && one < other

/** A version that counts has it; one that names no ids is known by its value, where that can be read. */
async function isStored(c: StepContext, { id, value }: LiveCredential): Promise<boolean> {
  if (await isHeld(c, id)) return true
  const listedVersion = value === undefined ? 'unreadable' : await issued(c, value)
  if (typeof listedVersion === 'string') return false
  const previous = await readPrevious(c)
  return [await readCurrent(c), previous].some(
    (one) => typeof one === 'object' && isSameCredential(listedVersion, one),
  )
}

/** Takes it over where it can be read and stored. */
async function take(c: StepContext, { id, value }: LiveCredential): Promise<boolean> {
  if (value === undefined) return false
  const version = await flawOf(c, { id, value })
  if (typeof version === 'string') return false
  c.mints.made = { id, version }
  return true
}
