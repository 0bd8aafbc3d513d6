import type { StepContext } from './context.ts'
import type { Evidence } from './ports.ts'
import type { Ended } from './step.ts'
import { STRATEGIES } from './strategies.ts'

/** The record of a finished rotation. `now` in milliseconds since the epoch. */
export function evidenceOf(c: StepContext, { outcome, known }: Ended, now: number): Evidence {
  const { own } = c.versions
  const strategy = c.strategy ?? 'single-user'
  const facts = STRATEGIES[strategy]
  const verdict = c.verdicts.pending
  const storedAt = own?.createdAt
  return {
    schema: 'quarterturn.evidence/1',
    secretArn: c.arn,
    versionId: c.token,
    ...previousVersion(c, outcome),
    provider: c.provider?.name ?? 'unknown',
    strategy,
    class: facts.class,
    ...(storedAt === undefined ? {} : { storedAt: new Date(storedAt).toISOString() }),
    finishedAt: new Date(now).toISOString(),
    // A repeat comes after the move, so it cannot say how long the gap was.
    ...(storedAt === undefined || facts.class !== 'B' || outcome === 'already'
      ? {}
      : { gapMs: Math.max(0, now - storedAt) }),
    newCredential:
      verdict === undefined
        ? { verdict: 'not tried' }
        : verdict.verdict === 'accepted'
          ? { verdict: 'accepted', as: c.input.cleaner.clean(verdict.as) }
          : {
              verdict: verdict.verdict,
              ...(verdict.reason && { reason: c.input.cleaner.clean(verdict.reason) }),
            },
    rights: known.rights === 'equal' ? 'equal' : 'one account',
    oldCredential: 'not tried',
    orphans: [...c.orphans],
    notes: c.notes.map(c.input.cleaner.clean),
  }
}

/** After the move AWSPREVIOUS is where AWSCURRENT was when it was read. */
function previousVersion(c: StepContext, outcome: Ended['outcome']): { previousVersionId?: string } {
  const id = outcome === 'already' ? c.labels?.previous : c.versions.current?.versionId
  return id === undefined || id === c.token ? {} : { previousVersionId: id }
}
