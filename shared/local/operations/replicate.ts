import type { z } from 'zod'
import { invalidParameter } from '../errors.ts'
import type { RemoveRegionsFromReplicationInput, ReplicateSecretToRegionsInput } from '../inputs/index.ts'
import {
  promote,
  type ReplicationStatus,
  removeReplica,
  replicateTo,
  statusOf,
} from '../replicas/replication.ts'
import type { Service } from '../secrets/service.ts'

export interface ReplicationOutput {
  /** Of the primary. */
  readonly ARN: string
  /** Of all replicas. */
  readonly ReplicationStatus: readonly ReplicationStatus[]
}

/**
 * Begins a replica in each Region. One that cannot be made is shown as `Failed` later, with the reason.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
 */
export function replicateSecretToRegions(
  service: Service,
  input: z.output<typeof ReplicateSecretToRegionsInput>,
): ReplicationOutput {
  const secret = service.findOwn(input.SecretId)
  checkRegions(service, input.AddReplicaRegions)
  const { ForceOverwriteReplicaSecret: overwrites = false } = input
  for (const { Region = '', KmsKeyId: kmsKeyId } of input.AddReplicaRegions)
    replicateTo(service, secret, { region: Region, kmsKeyId, overwrites })
  return { ARN: secret.arn, ReplicationStatus: statusOf(service, secret) }
}

/**
 * Deletes the replicas in these Regions, at once.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html
 */
export function removeRegionsFromReplication(
  service: Service,
  input: z.output<typeof RemoveRegionsFromReplicationInput>,
): ReplicationOutput {
  const secret = service.findOwn(input.SecretId)
  for (const region of input.RemoveReplicaRegions)
    if (!secret.replicas.has(region)) throw invalidParameter(`The secret has no replica in ${region}.`)
  for (const region of input.RemoveReplicaRegions) removeReplica(service, secret, region)
  return { ARN: secret.arn, ReplicationStatus: statusOf(service, secret) }
}

/**
 * Called in the Region of a replica: makes it a secret of its own.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
 */
export function stopReplicationToReplica(
  service: Service,
  { SecretId }: { SecretId: string },
): { readonly ARN: string } {
  const secret = service.findLive(SecretId)
  if (secret.primaryRegion === undefined) throw invalidParameter('The secret is not a replica.')
  promote(service, secret)
  return { ARN: secret.arn }
}

/** Throws `InvalidParameterException` for the secret's own Region, one named twice, and one in another partition. */
export function checkRegions(
  { region: own }: Service,
  regions: readonly { readonly Region?: string | undefined }[],
): void {
  const names = regions.map(({ Region }) => Region ?? '')
  const isWrong = (name: string) => name === '' || name === own || partitionOf(name) !== partitionOf(own)
  if (names.some(isWrong)) throw invalidParameter('Invalid replica region.')
  if (new Set(names).size < names.length) throw invalidParameter('A replica region is named twice.')
}

const partitionOf = (region: string): string => /^(cn|us-gov|us-iso)-/.exec(region)?.[1] ?? 'aws'
