import type { StepContext } from './context.ts'
import type { Answers } from './known.ts'
import { readCurrent, readPrevious } from './read.ts'
import { isAlternate } from './relation.ts'
import { isSameCredential } from './version.ts'

/**
 * Whether the secret alternates. Where nobody chose, it goes on when AWSPREVIOUS names the other account of the pair, as
 * it does for a secret that comes from AWS's templates.
 */
export async function pairOf(c: StepContext): Promise<Answers['pair']> {
  const current = await readCurrent(c)
  if (c.traits?.alternates === true) return 'alternates'
  if (c.traits?.mayContinue !== true) return 'one account'
  const previous = await readPrevious(c)
  const isPair = previous !== undefined && previous !== 'unusable' && isAlternate(c, previous, current)
  return isPair ? 'alternates' : 'one account'
}

/**
 * Consumers may use a secret as old as the minimum overlap. One that read AWSCURRENT just before it moved last is cut off
 * when that credential is replaced sooner. The age of AWSCURRENT counts from its value or, where that is later, from the
 * end of the last rotation.
 */
export async function overlapOf(c: StepContext): Promise<Answers['overlap']> {
  const current = await readCurrent(c)
  if (c.traits?.mints?.old === 'dies') return 'kept'
  const grace = c.traits?.mints?.old === 'expires' ? c.provider?.capabilities.mint?.graceMs : undefined
  if (grace !== undefined && grace < c.policy.minimumOverlapMs)
    return cut(
      c,
      `the credential of AWSCURRENT goes on for ${grace / 1_000} s, less than the minimum overlap of ${c.policy.minimumOverlapMs / 1_000} s: a consumer that holds on to it for longer is cut off`,
    )
  const since = Math.max(current.createdAt ?? 0, c.lastRotatedAt ?? 0)
  if (c.input.clock.now() - since >= c.policy.minimumOverlapMs) return 'kept'
  const previous = await readPrevious(c)
  if (previous === undefined || previous === 'unusable' || isSameCredential(previous, current)) return 'kept'
  return cut(
    c,
    `AWSCURRENT is younger than the minimum overlap of ${c.policy.minimumOverlapMs / 1_000} s: a consumer that still uses the credential of AWSPREVIOUS is cut off`,
  )
}

function cut(c: StepContext, note: string): 'cut' {
  c.overlapCut = true
  c.overlapNote = note
  c.notes.push(note)
  return 'cut'
}
