import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { Who } from '../provider/contract.ts'
import type { Mark, Minted } from '../provider/mint.ts'
import { actOnClaim } from './act-claim.ts'
import { actor, signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import type { Action, Known } from './known.ts'
import { CANDIDATE_LABEL } from './known.ts'
import type { MintResults } from './known-mint.ts'
import { marksOf } from './mint-work.ts'
import { flawOf, nextBy, told } from './mintable.ts'
import { store } from './store.ts'

type MintAction = Extract<Action, keyof MintResults | 'storeMint'>
type ActOnMints = {
  readonly [A in MintAction]: (context: StepContext, known: Known) => Promise<Partial<Known>>
}

/** How the actions with credentials are carried out that the target issues. */
export const actOnMints: ActOnMints = {
  ...actOnClaim,
  mint: async (c, known) => {
    const as = await actor(c, known)
    const from = as === 'candidate' ? 'candidate' : 'current'
    const mark = { ...marksOf(c), attempt: c.mints.attempts + 1 }
    const minted = await mintAs(c, as, from, mark)
    if (minted.result === 'refused') return { mint: 'refused' }
    if (minted.result === 'unchanged') return unchanged(c)
    if (minted.result !== 'minted') {
      c.reason = minted.reason
      return { mint: minted.result }
    }
    const version = await flawOf(c, minted)
    if (typeof version === 'string') {
      c.reason = version
      c.mints.unusable = minted.id
      return { mint: 'unusable' }
    }
    c.mints.made = { id: minted.id ?? '', version }
    if (minted.expiresAt !== undefined) c.notes.push(nextBy(minted.expiresAt))
    if (minted.note !== undefined) c.notes.push(minted.note)
    if (minted.oldExpiresAt !== undefined) tellOldExpires(c, minted.oldExpiresAt)
    return { mint: 'minted' }
  },
  storeMint: async (c, known) => {
    const value = c.mints.made?.version.stored.reveal()
    if (value === undefined) throw new Error('nothing was issued')
    return { store: await untilStored(c, () => store(c, known, value, ['AWSPENDING', CANDIDATE_LABEL])) }
  },
  revokeMint: async (c, known) => {
    await revoke(c, known, c.mints.unusable)
    return { revokeMint: 'done' }
  },
  freePrevious: async (c, known) => {
    const as = await actor(c, known)
    const retired = await signedInAs(c, as, async (session) =>
      session.retire?.({ gone: 'previous', keep: 'current', as }),
    )
    if (retired === undefined) throw new Error('the session has no retire')
    if (retired.result !== 'cannot') return { freePrevious: retired.result }
    c.reason = retired.reason
    c.notes.push(`the credential of AWSPREVIOUS stays: ${c.reason}`)
    return { freePrevious: 'cannot' }
  },
  revokeLeftover: async (c, known) => {
    await revoke(c, known, c.mints.leftover)
    return {}
  },
  revokeExtra: async (c, known) => {
    await revoke(c, known, c.mints.extra)
    return {}
  },
}

/** The refusal of whoever asks is an answer: nothing was issued. */
async function mintAs(
  c: StepContext,
  as: Who,
  from: Who,
  mark: Mark,
): Promise<Minted | { readonly result: 'refused' }> {
  try {
    const minted = await signedInAs(c, as, async (session) => session.mint?.({ from, as, mark }))
    if (minted === undefined) throw new Error('the session has no mint')
    return minted
  } catch (error) {
    if (!isQuarterturnError(error) || (error.code !== 'CURRENT_REFUSED' && error.code !== 'ADMIN_ROTATING'))
      throw error
    c.reason = error.problem
    c.cause = error
    return { result: 'refused' }
  }
}

function unchanged(c: StepContext): Partial<Known> {
  if (c.traits?.mints?.mayBeUnchanged !== true)
    throw new QuarterturnError('PROVIDER_FAILED', {
      problem: `the provider ${c.provider?.name} answered that nothing needs to change, which only \`conditional\` may`,
    })
  const version = c.need('current')
  c.mints.made = { id: version.id ?? '', version }
  c.notes.push(
    'the target says that nothing needs to change: the new version has the credential of AWSCURRENT',
  )
  return { mint: 'unchanged' }
}

/** Pauses between attempts to store what exists nowhere else, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000]
const REST_MS = 1_000

/** Where the old one is dead, what was issued is in this invocation's hands only: it is stored while there is time. */
async function untilStored<T>(c: StepContext, work: () => Promise<T>): Promise<T> {
  const { clock, deadline } = c.input
  for (let at = 0; ; at += 1)
    try {
      return await work()
    } catch (error) {
      const pause = PAUSES_MS[Math.min(at, PAUSES_MS.length - 1)] ?? 0
      const mayRepeat = isQuarterturnError(error) && error.retryable && c.traits?.mints?.old !== 'lives'
      if (!mayRepeat || deadline.timeLeftMs() < pause + REST_MS) throw error
      await clock.sleep(pause, deadline.signal)
    }
}

/** The class holds until then. */
function tellOldExpires(c: StepContext, expiresAt: number): void {
  c.notes.push(`the credential of AWSCURRENT expires at ${told(expiresAt)}`)
  if (expiresAt - c.input.clock.now() >= c.policy.minimumOverlapMs) return
  c.overlapCut = true
  c.notes.push('that is sooner than the minimum overlap lets consumers hold on to it')
}

async function revoke(c: StepContext, known: Known, id: string | undefined): Promise<void> {
  if (id === undefined) throw new Error('nothing is to be revoked')
  const as = await actor(c, known)
  const revoked = await signedInAs(c, as, async (session) => session.revoke?.({ id, as }))
  if (revoked === undefined) throw new Error('the session has no revoke')
  c.mints.revoked.add(id)
  if (c.mints.made?.id === id) delete c.mints.made
}
