import * as z from 'zod'
import {
  Description,
  KmsKeyId,
  SecretBinary,
  SecretId,
  SecretName,
  SecretString,
  Tags,
  Token,
} from './fields.ts'
import { ReplicaRegions } from './replication.ts'

export const CreateSecretInput = z.object({
  Name: SecretName,
  ClientRequestToken: Token,
  Description,
  KmsKeyId,
  SecretString,
  SecretBinary,
  Tags: Tags.optional(),
  Type: z.string().optional(),
  AddReplicaRegions: ReplicaRegions.optional(),
  ForceOverwriteReplicaSecret: z.boolean().optional(),
})

export const DescribeSecretInput = z.object({ SecretId })

export const UpdateSecretInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  Description,
  KmsKeyId,
  SecretString,
  SecretBinary,
  Type: z.string().optional(),
})

export const DeleteSecretInput = z.object({
  SecretId,
  /** Its limits are checked by the operation, which has its own words for them. */
  RecoveryWindowInDays: z.int().optional(),
  ForceDeleteWithoutRecovery: z.boolean().optional(),
})

export const RestoreSecretInput = z.object({ SecretId })

export const TagResourceInput = z.object({ SecretId, Tags })

export const UntagResourceInput = z.object({ SecretId, TagKeys: z.array(z.string().min(1).max(128)) })

export const GetRandomPasswordInput = z.object({
  PasswordLength: z.int().min(1).max(4096).optional(),
  ExcludeCharacters: z.string().max(4096).optional(),
  ExcludeNumbers: z.boolean().optional(),
  ExcludePunctuation: z.boolean().optional(),
  ExcludeUppercase: z.boolean().optional(),
  ExcludeLowercase: z.boolean().optional(),
  IncludeSpace: z.boolean().optional(),
  RequireEachIncludedType: z.boolean().optional(),
})
