import * as z from 'zod'
import { SecretId } from './fields.ts'

/** Characters. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const ResourcePolicy = z.string().min(1).max(20_480)

export const GetResourcePolicyInput = z.object({ SecretId })

export const DeleteResourcePolicyInput = z.object({ SecretId })

export const PutResourcePolicyInput = z.object({
  SecretId,
  ResourcePolicy,
  BlockPublicPolicy: z.boolean().optional(),
})

export const ValidateResourcePolicyInput = z.object({ SecretId: SecretId.optional(), ResourcePolicy })
