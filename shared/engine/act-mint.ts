import { actor, signedInAs } from './actor.ts'
import type { StepContext } from './context.ts'
import type { Action, Known } from './known.ts'
import { CANDIDATE_LABEL } from './known.ts'
import { marksOf } from './mint-work.ts'
import { flawOf } from './mintable.ts'
import { store } from './store.ts'

type MintAction = Extract<
  Action,
  'storeMint' | 'mint' | 'revokeMint' | 'freePrevious' | 'revokeLeftover' | 'revokeExtra'
>
type ActOnMints = {
  readonly [A in MintAction]: (context: StepContext, known: Known) => Promise<Partial<Known>>
}

/** How the actions with credentials are carried out that the target issues. */
export const actOnMints: ActOnMints = {
  mint: async (c, known) => {
    const as = await actor(c, known)
    const mark = { ...marksOf(c), attempt: c.mints.attempts + 1 }
    const minted = await signedInAs(c, as, async (session) => session.mint?.({ from: 'current', as, mark }))
    if (minted === undefined) throw new Error('the session has no mint')
    if (minted.result === 'unchanged') throw new Error('only `conditional` may leave all as it is')
    if (minted.result !== 'minted') {
      c.reason = minted.reason
      return { mint: 'full' }
    }
    if (minted.id === undefined) throw new Error('the session has not named what it minted')
    const version = await flawOf(c, minted)
    if (typeof version === 'string') {
      c.reason = version
      c.mints.unusable = minted.id
      return { mint: 'unusable' }
    }
    c.mints.made = { id: minted.id, version }
    if (minted.expiresAt !== undefined)
      c.notes.push(
        `the new credential expires at ${new Date(minted.expiresAt).toISOString()}: the next rotation must end before`,
      )
    return { mint: 'minted' }
  },
  storeMint: async (c, known) => {
    const value = c.mints.made?.version.stored.reveal()
    if (value === undefined) throw new Error('nothing was issued')
    return { store: await store(c, known, value, ['AWSPENDING', CANDIDATE_LABEL]) }
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

async function revoke(c: StepContext, known: Known, id: string | undefined): Promise<void> {
  if (id === undefined) throw new Error('nothing is to be revoked')
  const as = await actor(c, known)
  const revoked = await signedInAs(c, as, async (session) => session.revoke?.({ id, as }))
  if (revoked === undefined) throw new Error('the session has no revoke')
  c.mints.revoked.add(id)
  if (c.mints.made?.id === id) delete c.mints.made
}
