import { type Decide, decideBy } from '../../shared/engine/decide.ts'
import { CANDIDATE_LABEL, REUSED_LABEL, type Task } from '../../shared/engine/known.ts'
import type { look } from '../../shared/engine/look.ts'
import { without } from '../simulation/switches.ts'

type Context = Parameters<typeof look.own>[0]

/** The shipped tables without some rows. */
export const rows = (out: { readonly [T in Task]?: readonly string[] }): { readonly decide: Decide } => ({
  decide: decideBy(without(out)),
})

/** Answers with AWSPREVIOUS as it is by now. */
export async function previousByLabel<T>(c: Context, question: () => Promise<T>): Promise<T> {
  const { labels } = c
  if (labels === undefined) return await question()
  const now = await c
    .raw((sm) => sm.getSecretValue({ SecretId: c.arn, VersionStage: 'AWSPREVIOUS' }))
    .catch(() => undefined)
  delete c.versions.previous
  c.labels = { ...labels, previous: now?.VersionId }
  try {
    return await question()
  } finally {
    c.labels = labels
  }
}

/** Reads the version of the token whatever label it has. */
export const byIdAlone: typeof look.own = async (c) => {
  const raw = await c
    .raw((sm) => sm.getSecretValue({ SecretId: c.arn, VersionId: c.token }))
    .catch(() => undefined)
  if (raw === undefined) return 'absent'
  const { stages } = c.keep('own', await c.understand(raw, 'AWSPENDING'))
  return {
    isCurrent: stages.includes('AWSCURRENT'),
    isPrevious: stages.includes('AWSPREVIOUS'),
    isCandidate: stages.includes(CANDIDATE_LABEL),
    isReused: stages.includes(REUSED_LABEL),
  }
}
