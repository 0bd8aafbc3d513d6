import { type ReplicationStatus, statusOf } from '../replicas/replication.ts'
import { daysOf, nextWindow, type RotationRules } from '../rotation/schedule.ts'
import { primaryRegionOf } from '../secrets/filters.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

/** What DescribeSecret and ListSecrets both tell. */
export interface SecretMetadata {
  readonly ARN: string
  readonly Name: string
  readonly Description?: string
  readonly KmsKeyId?: string
  readonly RotationEnabled?: boolean
  readonly RotationLambdaARN?: string
  readonly RotationRules?: RotationRules
  readonly LastRotatedDate?: Date
  readonly LastChangedDate: Date
  readonly LastAccessedDate?: Date
  readonly DeletedDate?: Date
  readonly NextRotationDate?: Date
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[]
  readonly OwningService?: string
  readonly Type?: string
  readonly CreatedDate: Date
  /** Of a replica, and of a secret that has replicas. */
  readonly PrimaryRegion?: string
}

export interface DescribeSecretOutput extends SecretMetadata {
  /** Versions without labels are not shown; absent when no version has one. */
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>>
  /** Of a secret that has replicas. */
  readonly ReplicationStatus?: readonly ReplicationStatus[]
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export function describeSecret(service: Service, { SecretId }: { SecretId: string }): DescribeSecretOutput {
  const found = service.find(SecretId)
  const secret = service.asSeen(found)
  const ReplicationStatus = statusOf(service, found)
  return {
    ...metadataOf(secret, service.region),
    ...(secret.labels.size === 0 ? {} : { VersionIdsToStages: stagesOf(secret) }),
    ...(ReplicationStatus.length === 0 ? {} : { ReplicationStatus }),
  }
}

export function metadataOf(secret: StoredSecret, region: string): SecretMetadata {
  const PrimaryRegion = primaryRegionOf(secret, region)
  const isShown = secret.rotationEnabled !== undefined && secret.rotation?.hidesEnabled !== true
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === undefined ? {} : { KmsKeyId: secret.kmsKeyId }),
    ...(isShown ? { RotationEnabled: secret.rotationEnabled === true } : {}),
    ...(secret.rotationLambdaArn === undefined ? {} : { RotationLambdaARN: secret.rotationLambdaArn }),
    ...scheduleOf(secret),
    ...(secret.rotatedAtMs === undefined ? {} : { LastRotatedDate: new Date(secret.rotatedAtMs) }),
    LastChangedDate: new Date(secret.changedAtMs),
    ...(secret.accessedAtMs === undefined ? {} : { LastAccessedDate: new Date(secret.accessedAtMs) }),
    ...(secret.deletion === undefined ? {} : { DeletedDate: new Date(secret.deletion.shownAtMs) }),
    ...(secret.tags.size === 0 ? {} : { Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })) }),
    ...(secret.owningService === undefined ? {} : { OwningService: secret.owningService }),
    ...(secret.type === undefined ? {} : { Type: secret.type }),
    CreatedDate: new Date(secret.createdAtMs),
    ...(PrimaryRegion === undefined ? {} : { PrimaryRegion }),
  }
}

export function stagesOf(secret: StoredSecret): Record<string, string[]> {
  const stages: Record<string, string[]> = {}
  for (const [label, id] of secret.labels) {
    const labels = stages[id]
    if (labels === undefined) stages[id] = [label]
    else labels.push(label)
  }
  for (const labels of Object.values(stages)) labels.sort()
  return stages
}

function scheduleOf({ rotationRules, rotationEnabled, scheduledFromMs }: StoredSecret) {
  if (rotationRules === undefined) return {}
  const days = daysOf(rotationRules)
  const RotationRules = { ...rotationRules, ...(days === undefined ? {} : { AutomaticallyAfterDays: days }) }
  if (rotationEnabled !== true || days === undefined || scheduledFromMs === undefined)
    return { RotationRules }
  return { RotationRules, NextRotationDate: new Date(nextWindow(rotationRules, scheduledFromMs).closesAtMs) }
}
