import type { Verdict } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import type { Evidence, RepairRecord } from './ports.ts'
import { findRetirement } from './retire.ts'
import type { Ended } from './step.ts'
import { classOf } from './strategies.ts'

/** A repeat that read nothing has nothing to add to the record, nor has a retirement that had nothing to do. */
export const leavesRecord = (c: StepContext, { known }: Ended): boolean =>
  known.step === 'finishSecret' ? c.versions.own !== undefined : known.retire !== undefined

/** The record of a finished rotation, or of its retirement. `now` in milliseconds since the epoch. Never rejects. */
export async function recordOf(c: StepContext, ended: Ended, now: number): Promise<Evidence> {
  if (ended.outcome === 'already' && c.traits?.retires === true)
    await findRetirement(c).catch(() => c.notes.push('the schedule of the retirement could not be read'))
  return ended.known.step === 'retireSecret' ? retirementRecord(c, ended, now) : rotationRecord(c, ended, now)
}

function rotationRecord(c: StepContext, { outcome, known }: Ended, now: number): Evidence {
  const { own } = c.versions
  const record = common(c, now)
  const storedAt = own?.createdAt
  return {
    ...record,
    ...previousVersion(c, outcome),
    ...(storedAt === undefined ? {} : { storedAt: new Date(storedAt).toISOString() }),
    // A repeat comes after the move, so it cannot say how long the gap was.
    ...(storedAt === undefined || record.class !== 'B' || outcome === 'already'
      ? {}
      : { gapMs: Math.max(0, now - storedAt) }),
    newCredential: {
      ...told(c, c.verdicts.pending),
      ...(c.consumerVerdict === undefined ? {} : { atConsumers: c.consumerVerdict.verdict }),
    },
    rights:
      known.rights !== 'equal'
        ? 'one account'
        : c.repaired.length === 0
          ? 'equal'
          : { repaired: c.repaired.map(c.input.cleaner.clean) },
    oldCredential: validUntil(c.retiresAt ?? oldExpiresAt(c, outcome, now)),
  }
}

const validUntil = (at: number | undefined): Evidence['oldCredential'] =>
  at === undefined ? 'not tried' : { validUntil: new Date(at).toISOString() }

/**
 * When a replaced credential ends by itself, at the earliest: it began to when the new one was issued, just before that was
 * stored, or when it was first used, just now. A repeat cannot tell when that was.
 */
function oldExpiresAt(c: StepContext, outcome: Ended['outcome'], now: number): number | undefined {
  const { graceMs, firstUseStartsGrace } = c.provider?.capabilities.mint ?? {}
  const storedAt = c.versions.own?.createdAt
  if (c.traits?.mints?.old !== 'expires' || graceMs === undefined) return undefined
  if (firstUseStartsGrace === true) return outcome === 'already' ? undefined : now + graceMs
  return storedAt === undefined ? undefined : storedAt + graceMs
}

/** What is about to be repaired, as `compare` found it. */
export const recordOfRepair = (c: StepContext): RepairRecord => ({
  schema: 'quarterturn.repair/1',
  secretArn: c.arn,
  versionId: c.token,
  provider: c.provider?.name ?? 'unknown',
  strategy: c.strategy ?? 'single-user',
  startedAt: new Date(c.input.clock.now()).toISOString(),
  differences: c.differences.map(c.input.cleaner.clean),
})

/** The same record once more, by (secret, version), with what became of the old credential. */
function retirementRecord(c: StepContext, { known }: Ended, now: number): Evidence {
  const isRefused = known.goneProof === 'rejected' || known.goneProof === 'barred'
  return {
    ...common(c, now),
    previousVersionId: c.need('gone').versionId,
    newCredential: told(c, c.verdicts.current),
    rights: known.gone === 'alternate' ? 'not compared' : 'one account',
    oldCredential: isRefused ? 'refused' : 'not tried',
    retiredAt: new Date(now).toISOString(),
  }
}

function common(c: StepContext, now: number): Omit<Evidence, 'newCredential' | 'rights' | 'oldCredential'> {
  const strategy = c.strategy ?? 'single-user'
  return {
    schema: 'quarterturn.evidence/1',
    secretArn: c.arn,
    versionId: c.token,
    provider: c.provider?.name ?? 'unknown',
    strategy,
    class: classOf(strategy, c.provider?.capabilities),
    finishedAt: new Date(now).toISOString(),
    orphans: [...c.orphans],
    notes: c.notes.map(c.input.cleaner.clean),
  }
}

function told(c: StepContext, verdict: Verdict | undefined): Evidence['newCredential'] {
  if (verdict === undefined) return { verdict: 'not tried' }
  if (verdict.verdict === 'accepted') return { verdict: 'accepted', as: c.input.cleaner.clean(verdict.as) }
  return {
    verdict: verdict.verdict,
    ...(verdict.reason && { reason: c.input.cleaner.clean(verdict.reason) }),
  }
}

/** After the move AWSPREVIOUS is where AWSCURRENT was when it was read. */
function previousVersion(c: StepContext, outcome: Ended['outcome']): { previousVersionId?: string } {
  const id = outcome === 'already' ? c.labels?.previous : c.versions.current?.versionId
  return id === undefined || id === c.token ? {} : { previousVersionId: id }
}
