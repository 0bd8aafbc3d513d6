import type { SecretVersion } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import { isNamed, isOtherStage } from './aws-names.ts'
import type { StepContext } from './context.ts'
import { CANDIDATE_LABEL } from './known.ts'
import type { Version } from './version.ts'

/**
 * Reads the own version by id and stage together: the answer proves both. Right after createSecret a value may not be
 * visible yet, so an absent one is looked for again a few times.
 */
export async function readOwn(c: StepContext): Promise<SecretVersion | undefined> {
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
export async function readPrevious(c: StepContext): Promise<Version | 'unusable' | undefined> {
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

export async function readCandidate(c: StepContext): Promise<Version> {
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
