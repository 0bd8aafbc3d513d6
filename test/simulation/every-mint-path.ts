import type { MintTraits } from '../../shared/engine/known-mint.ts'
import { moveName } from '../../shared/engine/moves.ts'
import { byAdmin } from '../../shared/engine/rules/common.ts'
import type { Path } from './every-path.ts'
import { stagedPromises } from './staged-promises.ts'

/** What ends a credential at the target in createSecret and finishSecret. */
export const ENDS = [
  'revokeMint',
  'freePrevious',
  'revokeLeftover',
  'revokeExtra',
  'freeSlot',
  'promoteCurrent',
]
export const CLAIMS = ['restMinting', 'takeMinting', 'giveBackMinting']

/** Tells when a promise does not hold on a path. */
export type Hold = (path: Path, promise: string, holds: boolean) => void

/** What holds on every path of a target that issues the credentials. */
export function holdOfMints(path: Path, mints: MintTraits, hold: Hold): void {
  const { known, steps } = path
  const moves = steps.map(({ move }) => moveName(move))
  const last = steps.at(-1)?.move
  const has = (move: string): boolean => moves.includes(move)
  const index = (move: string): number => moves.indexOf(move)
  hold(path, 'what the target issues is neither applied nor made by us', !has('apply') && !has('storeNew'))
  const isProven = (action: string): boolean =>
    known.currentProof === 'accepted' && index('currentProof?') < index(action)
  for (const action of ENDS)
    if (has(action)) hold(path, `${action} follows a proof of current`, isProven(action))
  if (has('mint')) holdOfMinting(path, mints, hold, isProven('mint'))
  if (mints.isUsedLast && known.step !== 'createSecret' && known.step !== 'finishSecret')
    hold(
      path,
      'what begins to end the old one when it is used is tried in finishSecret only',
      !has('pendingProof?') || (typeof known.own === 'object' && !known.own.isCandidate),
    )
  hold(path, 'nothing is issued where a value is stored', !has('mint') || known.stored === 'empty')
  hold(
    path,
    'what another rotation left is revoked directly after labels that hold it nowhere',
    moves.every((move, at) => move !== 'revokeLeftover' || moves[at - 1] === 'leftoverLabels?'),
  )
  hold(
    path,
    'AWSPREVIOUS gives way directly after the labels were read again, and before anything is issued',
    !has('freePrevious') ||
      (moves[index('freePrevious') - 1] === 'freeLabels?' &&
        (!has('mint') || index('freePrevious') < index('mint'))),
  )
  hold(
    path,
    'what was issued is stored next',
    !has('storeMint') || !has('mint') || known.adopt === 'done' || index('storeMint') === index('mint') + 1,
  )
  for (const [promise, holds] of stagedPromises(known, moves)) hold(path, promise, holds)
  if (has('revokeExtra'))
    hold(
      path,
      'what else this rotation had issued goes only when a value is stored',
      known.stored === 'there' || index('storeMint') >= 0 || index('storeCandidate') >= 0,
    )
  if (has('releasePending') && known.step === 'createSecret')
    hold(
      path,
      'AWSPENDING is given up only where an own mint without a value fills the limit, or was begun and never ended',
      (known.mints?.own === 'unreadable' || known.intent === 'own') &&
        last?.kind === 'fail' &&
        last.code === 'MINT_ABANDONED',
    )
}

function holdOfMinting(path: Path, mints: MintTraits, hold: Hold, isProven: boolean): void {
  const { known, steps } = path
  const moves = steps.map(({ move }) => moveName(move))
  const before = moves[moves.indexOf('mint') - 1]
  const isClaimed = mints.claims
  hold(
    path,
    'something is issued only when current is proven, or cannot be, or when the target shows our mark and an admin asks',
    isProven || mints.consumes || (mints.old === 'dies' && known.lost === 'again' && byAdmin(known)),
  )
  hold(
    path,
    'QUARTERTURN_MINTING is taken directly before something is issued',
    !isClaimed || (before === 'takeMinting' && known.takeMinting === 'taken'),
  )
  hold(
    path,
    'nothing is issued while somebody else may be issuing',
    !isClaimed || known.intent === 'nowhere' || known.intent === 'settled' || known.intent === 'other',
  )
  hold(
    path,
    'what is used up by it is never tried twice',
    !mints.consumes || known.intent === 'nowhere' || known.intent === 'settled',
  )
  hold(
    path,
    'a gap in which nothing stored signs in is allowed, or an admin or the target recovers it',
    !mints.needsAdmin || byAdmin(known),
  )
  if (isClaimed && ['full', 'declined', 'refused'].includes(known.mint ?? ''))
    hold(path, 'QUARTERTURN_MINTING goes back where nothing was issued', known.giveBackMinting === 'done')
}
