import type { StepContext } from './context.ts'
import { policyName } from './policy.ts'

/** What a rotation of this secret would do, for the report of the test rotation. */
export function planOf(c: StepContext): readonly string[] {
  const { provider, strategy } = c
  const current = c.versions.current ?? c.versions.own
  if (provider === undefined || strategy === undefined || current === undefined) return []
  const { admin } = c.versions
  const changed = strategy === 'alternating-users' ? provider.alternateOf?.(current.account) : current.account
  return [
    `the account ${changed} is changed ${admin === undefined ? 'by itself' : `by the admin ${admin.account}`}`,
    ...(admin === undefined ? [] : [`the admin secret ${c.consent?.arn} consents and signs in`]),
    `the old credential goes: ${policyName(c.policy.retire)}`,
    `the overlap is at least ${c.policy.minimumOverlapMs / 1_000} s: a rotation that comes sooner is ${c.policy.overlapCut === 'refuse' ? 'refused' : 'reported'}`,
    ...(provider.capabilities.lock === 'none'
      ? ['the target has no lock: the class holds within the deadline']
      : []),
  ]
}
