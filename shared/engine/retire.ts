import { isNamed } from './aws-names.ts'
import type { StepContext } from './context.ts'
import { MOST_RETIREMENTS } from './event.ts'
import type { GoneFacts } from './known.ts'
import { readCurrent } from './read.ts'
import { relationOf } from './relation.ts'
import { findSchedule, isDue, makeSchedule, type Retirement } from './schedule.ts'
import type { Version } from './version.ts'

/** How long a retirement waits before it is tried again while a rotation is open, in milliseconds. */
const WAIT_MS = 3_600_000
/** `immediate` is a schedule too, so that it is carried out when the move is known: as soon as Scheduler may. */
const AT_ONCE_MS = 60_000

/** Which retirement this invocation is for. Throws outside of `retireSecret`. */
export function retirementOf(c: StepContext): Retirement {
  const { Retirement } = c.input.event
  if (Retirement === undefined) throw new Error('the event is about no retirement')
  return { token: c.token, gone: Retirement.VersionId, attempt: Retirement.Attempt }
}

export async function lookForSchedule(c: StepContext): Promise<'due' | 'early' | 'unknown'> {
  const dueAt = await findSchedule(c, retirementOf(c))
  if (dueAt === undefined) return 'unknown'
  return isDue(dueAt, c.input.clock.now()) ? 'due' : 'early'
}

/** The first schedule, made in finishSecret directly before the move. */
export async function scheduleFirst(c: StepContext): Promise<void> {
  const { retire } = c.policy
  const afterMs = typeof retire === 'object' ? retire.afterMs : AT_ONCE_MS
  c.retiresAt = await makeSchedule(c, firstOf(c), c.input.clock.now() + afterMs)
}

/** The retirement that this rotation leads to, where it is known what it replaces. */
const firstOf = (c: StepContext): Retirement => ({
  token: c.token,
  gone: c.need('current').versionId,
  attempt: 1,
})

/** For the record of a repeat: when the retirement is due, where it still is. */
export async function findRetirement(c: StepContext): Promise<void> {
  const gone = c.labels?.previous
  if (gone !== undefined) c.retiresAt = await findSchedule(c, { token: c.token, gone, attempt: 1 })
}

export async function postpone(c: StepContext): Promise<'done' | 'never'> {
  const retirement = retirementOf(c)
  if (retirement.attempt >= MOST_RETIREMENTS) return 'never'
  const next = { ...retirement, attempt: retirement.attempt + 1 }
  c.retiresAt = await makeSchedule(c, next, c.input.clock.now() + WAIT_MS)
  return 'done'
}

/** By what the credential is: labels only say which others it must not be. */
export async function goneFacts(c: StepContext): Promise<GoneFacts> {
  const gone = c.versions.gone ?? (await readVersion(c, retirementOf(c).gone))
  if (gone === undefined) return 'absent'
  if (gone === 'unusable') return 'unusable'
  c.keep('gone', gone)
  const current = await readCurrent(c)
  const relation = relationOf(c, gone, current)
  if (relation === 'same-credential') return 'protected'
  if (relation === 'mismatch') return 'mismatch'
  const { pending, candidate, customers = [] } = c.labels ?? {}
  for (const id of new Set([pending, candidate, ...customers])) {
    if (id === undefined || id === current.versionId) continue
    const other = await readVersion(c, id)
    // A value that cannot be read may be the same credential.
    if (other === 'unusable' || (other !== undefined && protects(other, gone, relation))) return 'protected'
  }
  return relation
}

/** Retiring the account of a pair ends every credential of it, so there the account decides. */
const protects = (other: Version, gone: Version, relation: 'alternate' | 'same-account'): boolean =>
  other.account === gone.account && (relation === 'alternate' || other.fingerprint.equals(gone.fingerprint))

/** A version by its id alone; undefined: it has no value. */
export async function readVersion(
  c: StepContext,
  VersionId: string,
): Promise<Version | 'unusable' | undefined> {
  try {
    const raw = await c.raw((sm) => sm.getSecretValue({ SecretId: c.arn, VersionId }))
    return await c.understand(raw, 'old').catch(() => 'unusable' as const)
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw c.awsError(error, 'GetSecretValue')
  }
}
