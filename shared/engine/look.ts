import type { SecretVersion } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { Verdict, Who } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import {
  type Answers,
  CANDIDATE_LABEL,
  type CandidateFacts,
  type Known,
  type LockedLabelFacts,
  type PreviousRelation,
  type Proof,
  type Question,
  REUSED_LABEL,
  type Relation,
} from './known.ts'
import { labelFacts } from './labels.ts'
import { provenBy } from './rules/set.ts'
import { isSameAccount, isSameCredential, type Version } from './version.ts'

type Look = { readonly [Q in Question]: (context: StepContext, known: Known) => Promise<Answers[Q]> }

/** How each question is answered. Reads only. */
export const look: Look = {
  labels: async (c) => labelFacts(await c.describe(), c.token),
  labelsAfterMove: async (c) => labelFacts(await c.describe(), c.token),
  lockedLabels: (c) => lockedLabels(c),
  putBackLabels: (c) => lockedLabels(c),

  currentFirst: async (c) => {
    await readCurrent(c)
    return 'read'
  },
  own: async (c) => {
    const raw = await readOwn(c)
    if (raw === undefined) return 'absent'
    const own = c.keep('own', await c.understand(raw, 'AWSPENDING'))
    return {
      isCurrent: own.stages.includes('AWSCURRENT'),
      isPrevious: own.stages.includes('AWSPREVIOUS'),
      isCandidate: own.stages.includes(CANDIDATE_LABEL),
      isReused: own.stages.includes(REUSED_LABEL),
    }
  },
  current: async (c) => relationOf(c, c.need('own'), await readCurrent(c)),
  previous: async (c) => previousRelation(await readPrevious(c), c.need('own')),
  candidate: async (c) => candidateFacts(c, await readCandidate(c)),

  currentProof: (c) => prove(c, 'current'),
  pendingProof: (c) => prove(c, 'pending'),
  previousProof: (c) => prove(c, 'previous'),
  lockedPendingProof: (c) => prove(c, 'pending'),
  appliedProof: (c) => prove(c, 'pending'),
  fallbackProof: (c, known) => prove(c, provenBy(known) ?? 'current'),

  check: async (c) => {
    const check = await c.target((session) =>
      session.check({ as: c.versions.current === undefined ? 'pending' : 'current' }),
    )
    c.notes.push(...(check.notes ?? []))
    if (check.possible) return 'possible'
    c.reason = check.missing.map(({ privilege }) => privilege).join('; ')
    c.remedy = check.missing.map(({ remedy }) => remedy).join('; ')
    return 'impossible'
  },
  rights: (c) => compareRights(c),
  repairedRights: (c) => compareRights(c),
}

async function lockedLabels(c: StepContext): Promise<LockedLabelFacts> {
  const labels = await c.describe()
  return { ...labelFacts(labels, c.token), currentMoved: labels.current !== c.need('current').versionId }
}

/**
 * Reads the own version by id and stage together: the answer proves both. Right after createSecret a value may not be
 * visible yet, so an absent one is looked for again a few times.
 */
async function readOwn(c: StepContext): Promise<SecretVersion | undefined> {
  const delays = [...(c.input.settings.pendingReadDelaysMs ?? [100, 300, 900])]
  let isFinished = c.labels?.own?.includes('AWSCURRENT') === true
  for (;;) {
    const VersionStage = isFinished ? 'AWSCURRENT' : 'AWSPENDING'
    try {
      return await c.raw((sm) => sm.getSecretValue({ SecretId: c.arn, VersionId: c.token, VersionStage }))
    } catch (error) {
      const isAbsent = isNamed(error, 'ResourceNotFoundException')
      const delay = delays.shift()
      if (isAbsent && delay !== undefined) await c.input.clock.sleep(delay, c.input.deadline.signal)
      else if (isAbsent || (isOtherStage(error) && isFinished)) return undefined
      // AWSPENDING is gone: it may have gone with the move of AWSCURRENT to this version.
      else if (isOtherStage(error)) isFinished = true
      else throw c.awsError(error, 'GetSecretValue')
    }
  }
}

export async function readCurrent(c: StepContext): Promise<Version> {
  if (c.versions.current !== undefined) return c.versions.current
  const byId = c.labels?.current === undefined ? {} : { VersionId: c.labels.current }
  const raw = await read(c, { ...byId, VersionStage: 'AWSCURRENT' }, (error) =>
    isOtherStage(error)
      ? new QuarterturnError('CURRENT_MOVED', { problem: 'AWSCURRENT moved while it was read' })
      : undefined,
  )
  return c.keep('current', await c.understand(raw, 'AWSCURRENT'))
}

/**
 * AWSPREVIOUS may be anything that somebody stored once: what cannot be read as this kind of secret is no obstacle. Once
 * labels were read, it is the version they showed: a label that moves between two reads would otherwise make an
 * unfinished value look finished.
 */
async function readPrevious(c: StepContext): Promise<Version | 'unusable' | undefined> {
  if (c.labels !== undefined && c.labels.previous === undefined) return undefined
  const { previous } = c.versions
  if (previous !== undefined && (c.labels === undefined || c.labels.previous === previous.versionId))
    return previous
  const which =
    c.labels?.previous === undefined ? { VersionStage: 'AWSPREVIOUS' } : { VersionId: c.labels.previous }
  let raw: SecretVersion
  try {
    raw = await c.raw((sm) => sm.getSecretValue({ SecretId: c.arn, ...which }))
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw c.awsError(error, 'GetSecretValue')
  }
  try {
    return c.keep('previous', await c.understand(raw, 'AWSPREVIOUS'))
  } catch (error) {
    if (!(error instanceof QuarterturnError)) throw error
    return 'unusable'
  }
}

async function readCandidate(c: StepContext): Promise<Version> {
  const VersionId = c.labels?.candidate
  if (VersionId === undefined) throw new Error('there is no candidate')
  // One that cannot be read is never taken for none: its value may be the one in force.
  const raw = await read(c, { VersionId, VersionStage: CANDIDATE_LABEL }, (error) =>
    isOtherStage(error) || isNamed(error, 'ResourceNotFoundException')
      ? new QuarterturnError('CANDIDATE_MOVED', {
          problem: `${CANDIDATE_LABEL} is on a version that cannot be read`,
          cause: error,
        })
      : undefined,
  )
  return c.keep('candidate', await c.understand(raw, CANDIDATE_LABEL))
}

/** Reads a version; `meaning` names the errors that mean something here. */
async function read(
  c: StepContext,
  which: { readonly VersionId?: string; readonly VersionStage: string },
  meaning: (error: unknown) => QuarterturnError | undefined,
): Promise<SecretVersion> {
  try {
    return await c.raw((sm) => sm.getSecretValue({ SecretId: c.arn, ...which }))
  } catch (error) {
    throw meaning(error) ?? c.awsError(error, 'GetSecretValue')
  }
}

function relationOf(c: StepContext, own: Version, current: Version): Relation {
  if (isSameCredential(own, current)) return 'same-credential'
  if (isSameAccount(own, current)) return 'same-account'
  return isAlternate(c, own, current) ? 'alternate' : 'mismatch'
}

const isAlternate = (c: StepContext, one: Version, other: Version): boolean =>
  c.traits?.mayAlternate === true &&
  one.endpoint === other.endpoint &&
  c.provider?.alternateOf?.(other.account) === one.account &&
  c.provider.alternateOf(one.account) === other.account

function previousRelation(previous: Version | 'unusable' | undefined, own: Version): PreviousRelation {
  if (previous === undefined) return 'absent'
  if (previous === 'unusable') return 'unusable'
  if (isSameCredential(previous, own)) return 'same-credential'
  return isSameAccount(previous, own) ? 'same-account' : 'unusable'
}

/** The definition of *unfinished* of the design, section 3, for a candidate on neither current, previous nor own. */
async function candidateFacts(c: StepContext, candidate: Version): Promise<CandidateFacts> {
  const current = await readCurrent(c)
  if (isSameCredential(candidate, current)) return 'finished'
  const previous = await readPrevious(c)
  if (previous !== undefined && previous !== 'unusable' && isSameCredential(candidate, previous))
    return 'finished'
  const { own } = c.versions
  if (own !== undefined && isSameCredential(candidate, own)) return 'same-value'
  const isOfTheChangedAccount =
    own !== undefined
      ? isSameAccount(candidate, own)
      : c.traits?.alternates === true
        ? isAlternate(c, candidate, current)
        : isSameAccount(candidate, current)
  if (!isOfTheChangedAccount) {
    c.orphans.push(`${CANDIDATE_LABEL} is on version ${candidate.versionId}, which names another account`)
    return 'other-account'
  }
  const isOlder = (than: Version | 'unusable' | undefined): boolean =>
    than !== undefined &&
    than !== 'unusable' &&
    candidate.createdAt !== undefined &&
    than.createdAt !== undefined &&
    candidate.createdAt < than.createdAt
  return isOlder(current) && isOlder(previous) ? 'overtaken' : 'unfinished'
}

async function prove(c: StepContext, who: Who): Promise<Proof> {
  const verdict: Verdict = await c.target((session) => session.probe({ who, at: 'writer' }))
  c.verdicts[who] = verdict
  c.lastVerdict = verdict
  if (verdict.verdict !== 'accepted') c.reason = verdict.reason
  return verdict.verdict
}

async function compareRights(c: StepContext): Promise<'equal' | 'different'> {
  const result = await c.target(async (session) =>
    session.compare?.({ a: 'current', b: 'pending', as: 'current' }),
  )
  if (result === undefined || result.equal) return 'equal'
  c.reason = result.differences.join('; ')
  return 'different'
}

export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name

/** An id and a label do not belong together. A secret marked for deletion is refused by the same name. */
export const isOtherStage = (error: unknown): boolean =>
  isNamed(error, 'InvalidRequestException') && error instanceof Error && !/delet/i.test(error.message)
