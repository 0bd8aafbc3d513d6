import type { StepContext } from './context.ts'
import { CANDIDATE_LABEL, type CandidateFacts, type PreviousRelation, type Relation } from './known.ts'
import type { Since } from './known-mint.ts'
import { readCurrent, readPrevious } from './read.ts'
import { hidesAge } from './rules/mint-age.ts'
import { isSameAccount, isSameCredential, type Version } from './version.ts'

/** A version against AWSCURRENT. */
export function relationOf(c: StepContext, own: Version, current: Version): Relation {
  if (isSameCredential(own, current)) return 'same-credential'
  if (isSameAccount(own, current)) return 'same-account'
  if (!isAlternate(c, own, current)) return 'mismatch'
  // What is done decides, whatever was chosen meanwhile.
  c.strategy = 'alternating-users'
  return 'alternate'
}

export const isAlternate = (c: StepContext, one: Version, other: Version): boolean =>
  c.traits?.mayAlternate === true &&
  one.endpoint === other.endpoint &&
  c.provider?.alternateOf?.(other.account) === one.account &&
  c.provider.alternateOf(one.account) === other.account

export function previousRelation(previous: Version | 'unusable' | undefined, own: Version): PreviousRelation {
  if (previous === undefined) return 'absent'
  if (previous === 'unusable') return 'unusable'
  if (isSameCredential(previous, own)) return 'same-credential'
  return isSameAccount(previous, own) ? 'same-account' : 'unusable'
}

/** The definition of *unfinished* of the design, section 3, for a candidate on neither current, previous nor own. */
export async function candidateFacts(
  c: StepContext,
  candidate: Version,
  isOfPair: boolean,
): Promise<CandidateFacts> {
  const current = await readCurrent(c)
  if (isSameCredential(candidate, current)) return 'finished'
  const previous = await readPrevious(c)
  if (previous !== undefined && previous !== 'unusable' && isSameCredential(candidate, previous))
    return c.traits?.mints?.consumes === true && isOlder(current, previous) ? 'ahead' : 'finished'
  const { own } = c.versions
  if (own !== undefined && isSameCredential(candidate, own)) return 'same-value'
  // Made when the secret was no pair yet: it may have been set in place, and then current is refused.
  if (own === undefined && isOfPair && isSameAccount(candidate, current)) return 'overtaken'
  const isOfTheChangedAccount =
    own !== undefined
      ? isSameAccount(candidate, own)
      : isOfPair
        ? isAlternate(c, candidate, current)
        : isSameAccount(candidate, current)
  if (!isOfTheChangedAccount) {
    c.orphans.push(`${CANDIDATE_LABEL} is on version ${candidate.versionId}, which names another account`)
    return 'other-account'
  }
  if (hidesAge(c.traits?.mints)) return SINCE[await sinceOf(c, candidate)]
  const isOlderThanBoth =
    previous !== undefined &&
    previous !== 'unusable' &&
    isOlder(candidate, current) &&
    isOlder(candidate, previous)
  return isOlderThanBoth ? 'overtaken' : 'unfinished'
}

const SINCE = { 'as before': 'unfinished', renewed: 'overtaken', unclear: 'unclear' } as const

/**
 * Whether somebody had another credential issued since a version began. AWSPREVIOUS is what AWSCURRENT was before the last
 * time that it was written, so of two times only the last is seen.
 */
export async function sinceOf(c: StepContext, one: Version): Promise<Since> {
  const current = await readCurrent(c)
  if (!isOlder(one, current)) return 'as before'
  const previous = await readPrevious(c)
  if (previous === undefined || previous === 'unusable') return 'unclear'
  if (!isSameCredential(previous, current)) return 'renewed'
  return isOlder(one, previous) ? 'unclear' : 'as before'
}

const isOlder = ({ createdAt: one }: Version, { createdAt: other }: Version): boolean =>
  one !== undefined && other !== undefined && one < other
