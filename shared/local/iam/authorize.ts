import { LocalAwsError } from '../errors.ts'
import { evaluate, type PolicyRequest, type Verdict } from './evaluate.ts'
import type { Identity } from './identity.ts'
import type { PolicyDocument } from './policy.ts'
import { namesCaller } from './trust.ts'

export interface Authorization extends PolicyRequest {
  /** The account that owns the resource. */
  readonly ownerAccountId: string
  /** The resource's own. Within one account it is enough; from another account it is needed as well. */
  readonly resourcePolicy?: PolicyDocument
}

/**
 * Throws `AccessDeniedException` unless the policies allow the action: those of the identity or of the resource within
 * one account, both across accounts, and those of the session in any case. The text names what stopped it, as AWS does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function authorize(identity: Identity, request: Authorization): void {
  const { ownerAccountId, resourcePolicy, ...asked } = request
  const context = { 'aws:ResourceAccount': ownerAccountId, ...identity.context, ...asked.context }
  const by = (policies: readonly PolicyDocument[] | undefined): Verdict =>
    policies === undefined ? 'allowed' : evaluate(policies, { ...asked, context })
  const verdicts: Readonly<Record<Kind, Verdict>> = {
    'identity-based': by(identity.policies),
    session: by(identity.sessionPolicies),
    'resource-based':
      resourcePolicy === undefined ? 'not mentioned' : by([statementsFor(resourcePolicy, identity)]),
  }
  const denied = KINDS.find((kind) => verdicts[kind] === 'denied')
  if (denied !== undefined)
    throw accessDenied(identity, asked, `with an explicit deny in ${a(denied)} policy`)
  const missing = needed(ownerAccountId !== identity.accountId, verdicts['resource-based']).find(
    (kind) => verdicts[kind] === 'not mentioned',
  )
  if (missing !== undefined)
    throw accessDenied(identity, asked, `because no ${missing} policy allows the ${asked.action} action`)
}

function needed(isForeign: boolean, resourceVerdict: Verdict): readonly Kind[] {
  if (isForeign) return KINDS
  return resourceVerdict === 'allowed' ? ['session'] : ['identity-based', 'session']
}

const KINDS = ['identity-based', 'session', 'resource-based'] as const
type Kind = (typeof KINDS)[number]

/** Those that name this caller or its account, with a resource policy's `*`. */
const statementsFor = ({ Statement }: PolicyDocument, identity: Identity): PolicyDocument => ({
  Statement: Statement.filter((statement) => namesCaller(statement, identity)),
})

const a = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`)

/** Without a reason, as STS answers. */
export const accessDenied = (
  { arn }: Pick<Identity, 'arn'>,
  { action, resource }: Pick<PolicyRequest, 'action' | 'resource'>,
  reason?: string,
): LocalAwsError =>
  new LocalAwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}${reason === undefined ? '' : ` ${reason}`}`,
  )
