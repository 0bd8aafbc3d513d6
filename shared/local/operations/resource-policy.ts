import type { z } from 'zod'
import { LocalAwsError } from '../errors.ts'
import type { PutResourcePolicyInput, ValidateResourcePolicyInput } from '../inputs/index.ts'
import { givesBroadAccess, locksOut, type Policy, parsePolicy } from '../secrets/resource-policy.ts'
import type { Service } from '../secrets/service.ts'
import { type WrittenSecret, written } from './write-version.ts'

/** Both as AWS's guide gives them: doc_source/manage_secret-policy.md of awsdocs/aws-secrets-manager-docs. */
const BROAD_ACCESS = 'This resource policy grants broad access to your secret.'
const LOCKOUT = 'Your requested changes will not allow you to manage this secret in the future.'

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html */
export function putResourcePolicy(
  service: Service,
  input: z.output<typeof PutResourcePolicyInput>,
): WrittenSecret {
  const secret = service.findOwn(input.SecretId)
  const policy = parsePolicy(input.ResourcePolicy)
  if (input.BlockPublicPolicy === true && givesBroadAccess(policy))
    throw new LocalAwsError(
      'PublicPolicyException',
      "You can't attach a resource-based policy that allows broad access to the secret.",
    )
  service.touch(secret)
  secret.policy = input.ResourcePolicy
  return written(secret)
}

export interface ResourcePolicyOutput {
  readonly ARN: string
  readonly Name: string
  /** As it was put. Absent where there is none. */
  readonly ResourcePolicy?: string
}

/** Also of a replica. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html */
export function getResourcePolicy(
  service: Service,
  { SecretId }: { SecretId: string },
): ResourcePolicyOutput {
  const { arn, name, policy } = service.findLive(SecretId)
  return { ARN: arn, Name: name, ...(policy === undefined ? {} : { ResourcePolicy: policy }) }
}

/** A repeat does nothing. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html */
export function deleteResourcePolicy(service: Service, { SecretId }: { SecretId: string }): WrittenSecret {
  const secret = service.findOwn(SecretId)
  service.touch(secret)
  secret.policy = undefined
  return written(secret)
}

export interface ValidateResourcePolicyOutput {
  readonly PolicyValidationPassed: boolean
  readonly ValidationErrors: readonly { readonly CheckName: string; readonly ErrorMessage: string }[]
}

/**
 * Stores nothing. Syntax errors throw; what else is found is answered. How AWS names its checks is not published.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html
 */
export function validateResourcePolicy(
  service: Service,
  input: z.output<typeof ValidateResourcePolicyInput>,
): ValidateResourcePolicyOutput {
  if (input.SecretId !== undefined) service.findLive(input.SecretId)
  const policy = parsePolicy(input.ResourcePolicy)
  const checks: readonly [name: string, fails: (policy: Policy) => boolean, message: string][] = [
    ['BROAD_ACCESS', givesBroadAccess, BROAD_ACCESS],
    ['LOCKOUT', locksOut, LOCKOUT],
  ]
  const ValidationErrors = checks
    .filter(([, fails]) => fails(policy))
    .map(([CheckName, , ErrorMessage]) => ({ CheckName, ErrorMessage }))
  return { PolicyValidationPassed: ValidationErrors.length === 0, ValidationErrors }
}
