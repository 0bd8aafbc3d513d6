import * as z from 'zod'
import { KmsKeyId, SecretId } from './fields.ts'

const Region = z
  .string()
  .min(1)
  .max(128)
  .regex(/^([a-z]+-)+\d+$/)

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicaRegionType.html */
export const ReplicaRegions = z.array(z.object({ Region: Region.optional(), KmsKeyId })).min(1)

export const ReplicateSecretToRegionsInput = z.object({
  SecretId,
  AddReplicaRegions: ReplicaRegions,
  ForceOverwriteReplicaSecret: z.boolean().optional(),
})

export const RemoveRegionsFromReplicationInput = z.object({
  SecretId,
  RemoveReplicaRegions: z.array(Region).min(1),
})

export const StopReplicationToReplicaInput = z.object({ SecretId })
