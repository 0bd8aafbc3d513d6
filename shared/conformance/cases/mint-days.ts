import type { ErrorCode } from '../../errors/index.ts'
import type { End } from '../options.ts'
import { identityOf } from '../world/direct.ts'
import { isSettling, mintsOf } from '../world/minting.ts'
import type { RecordedCall } from '../world/recording.ts'
import type { World } from '../world/world.ts'
import type { BadDay } from './bad-day.ts'

/** More are not made by hand. */
const MOST_FILLED = 12

/** What can go wrong at a target that issues the credentials, beside what can at any. */
export const MINT_DAYS: readonly BadDay[] = [
  {
    hook: 'issueByHand',
    of: ['beside'],
    what: 'others have as many credentials as may live',
    codes: ['MINT_FULL'],
    begin: (world) => {
      const { issueByHand, revokeByHand } = world.target
      if (issueByHand === undefined || revokeByHand === undefined) return undefined
      return mintsOf(world).livesAtOnce > MOST_FILLED ? undefined : () => filled(world)
    },
  },
  {
    hook: 'revokeByHand',
    of: ['beside'],
    what: 'somebody has revoked the new credential',
    codes: ['MINT_REFUSED', 'PENDING_REFUSED'],
    // What is revoked after the last proof nobody can know.
    wants: ({ step, index }, calls) =>
      step === 'setSecret' || step === 'testSecret' || (step === 'finishSecret' && index <= proofIn(calls)),
    begin: (world) => {
      const { revokeByHand } = world.target
      return revokeByHand && (() => pendingRevoked(world, revokeByHand))
    },
  },
]

const proofIn = (calls: readonly RecordedCall[]): number =>
  calls.find(({ step, label }) => step === 'finishSecret' && label === 'probe pending')?.index ?? 0

async function filled(world: World): Promise<End> {
  const ids: string[] = []
  while (((await world.target.live?.()) ?? []).length < mintsOf(world).livesAtOnce)
    ids.push(await world.others.issue())
  return async () => {
    for (const id of ids) await world.others.revoke(id)
  }
}

async function pendingRevoked(world: World, revokeByHand: (id: string) => Promise<void>): Promise<End> {
  const { pending } = world.secret.holders()
  const value = pending === undefined ? undefined : world.secret.value(pending)
  const id = value && identityOf(world, value).id
  if (id !== undefined) await revokeByHand(id)
  return () => Promise.resolve()
}

/**
 * A step that has little time may stop while a new credential is not taken yet; and what the target says of the trouble to the
 * mint itself is that it issues nothing.
 */
export const codesOfMints = (world: World, { step }: RecordedCall): readonly ErrorCode[] => [
  ...(isSettling(world) ? (['MINT_NOT_SETTLED'] as const) : []),
  ...(world.kind === 'replacing' && step === 'createSecret' ? (['MINT_DECLINED'] as const) : []),
]
