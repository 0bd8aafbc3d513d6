import { daysOf, nextWindow, type RotationRules } from '../schedule.ts'
import type { StoredSecret } from '../secret.ts'
import type { Service } from '../service.ts'

export interface DescribeSecretOutput {
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
  /** Versions without labels are not shown; absent when no version has one. */
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>>
  readonly OwningService?: string
  readonly Type?: string
  readonly CreatedDate: Date
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export function describeSecret(service: Service, { SecretId }: { SecretId: string }): DescribeSecretOutput {
  const secret = service.asSeen(service.find(SecretId))
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
    ...(secret.deletedAtMs === undefined ? {} : { DeletedDate: new Date(secret.deletedAtMs) }),
    ...(secret.tags.size === 0 ? {} : { Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })) }),
    ...(secret.labels.size === 0 ? {} : { VersionIdsToStages: stagesOf(secret) }),
    ...(secret.owningService === undefined ? {} : { OwningService: secret.owningService }),
    ...(secret.type === undefined ? {} : { Type: secret.type }),
    CreatedDate: new Date(secret.createdAtMs),
  }
}

function stagesOf(secret: StoredSecret): Record<string, string[]> {
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
