import { LocalAwsError } from '../errors.ts'
import { evaluate, type PolicyRequest } from './evaluate.ts'
import type { Identity } from './identity.ts'
import type { PolicyDocument } from './policy.ts'

export interface Authorization extends PolicyRequest {
  /** The account that owns the resource. Another one than the caller's needs a resource policy that allows it. */
  readonly ownerAccountId: string
  readonly resourcePolicies?: readonly PolicyDocument[]
}

/**
 * Throws `AccessDeniedException` unless identity policies and session policies allow the action, and for a resource of
 * another account its own policy too. The text names what stopped it, as AWS does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function authorize(identity: Identity, request: Authorization): void {
  const { ownerAccountId, resourcePolicies = [], ...asked } = request
  const context = { ...identity.context, ...asked.context, 'aws:ResourceAccount': ownerAccountId }
  const by = (policies: readonly PolicyDocument[]) => evaluate(policies, { ...asked, context })
  const identityVerdict = identity.policies === undefined ? 'allowed' : by(identity.policies)
  const sessionVerdict = identity.sessionPolicies === undefined ? 'allowed' : by(identity.sessionPolicies)
  const isForeign = ownerAccountId !== identity.accountId
  const resourceVerdict = isForeign ? by(resourcePolicies) : 'allowed'
  const verdicts = [
    ['identity-based', identityVerdict],
    ['session', sessionVerdict],
    ['resource-based', resourceVerdict],
  ] as const
  const denied = verdicts.find(([, verdict]) => verdict === 'denied')
  if (denied !== undefined)
    throw accessDenied(identity, asked, `with an explicit deny in ${a(denied[0])} policy`)
  const silent = verdicts.find(([, verdict]) => verdict === 'not mentioned')
  if (silent !== undefined)
    throw accessDenied(identity, asked, `because no ${silent[0]} policy allows the ${asked.action} action`)
}

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
