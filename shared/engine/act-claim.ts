import type { StepContext } from './context.ts'
import { MINTING_LABEL } from './known.ts'
import type { MintResults } from './known-mint.ts'
import { moveLabel } from './label-move.ts'

type Claim = Pick<MintResults, 'restMinting' | 'takeMinting' | 'giveBackMinting'>
type ActOnClaim = { readonly [A in keyof Claim]: (context: StepContext) => Promise<Pick<Claim, A>> }

/** How QUARTERTURN_MINTING is moved. It comes to each version once, so that two invocations cannot both think they have it. */
export const actOnClaim: ActOnClaim = {
  restMinting: async (c) => {
    const to = c.need('current').versionId
    const moved = await moveLabel(c, MINTING_LABEL, { to })
    if (moved === 'lost') return { restMinting: 'lost' }
    c.mints.holder = to
    return { restMinting: 'done' }
  },
  takeMinting: async (c) => {
    const moved = await moveLabel(c, MINTING_LABEL, { from: c.mints.holder, to: c.token })
    return { takeMinting: moved === 'moved' ? 'taken' : 'lost' }
  },
  giveBackMinting: async (c) => {
    // Whoever saw it there before may take it as well: nothing came in between.
    await moveLabel(c, MINTING_LABEL, { from: c.token, to: c.mints.holder })
    return { giveBackMinting: 'done' }
  },
}
