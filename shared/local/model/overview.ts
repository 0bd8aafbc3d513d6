import { nextWindow } from '../rotation/schedule.ts'
import { labelsOn, type StoredSecret } from '../secrets/secret.ts'

/** A secret for people to look at: everything but what it holds. */
export interface SecretOverview {
  readonly name: string
  readonly arn: string
  /** Marked for deletion: until then it can be restored. */
  readonly goneFrom?: string
  readonly rotation?: {
    readonly enabled: boolean
    readonly functionArn: string
    /** `rotation` or `test`, while one is under way. */
    readonly running?: string
    readonly lastAt?: string
    readonly nextAt?: string
  }
  readonly tags: Readonly<Record<string, string>>
  /** Oldest first. */
  readonly versions: readonly VersionOverview[]
}

export interface VersionOverview {
  readonly id: string
  readonly labels: readonly string[]
  readonly createdAt: string
  /** `string` or `binary`; nothing is stored under an id that RotateSecret only allocated. */
  readonly holds: 'string' | 'binary' | 'nothing yet'
}

const iso = (ms: number): string => new Date(ms).toISOString()

export function overviewOf(secret: StoredSecret): SecretOverview {
  const { rotationLambdaArn, rotationEnabled, rotation, rotationRules, rotatedAtMs, scheduledFromMs } = secret
  const isScheduled =
    rotationEnabled === true &&
    (rotationRules?.AutomaticallyAfterDays ?? rotationRules?.ScheduleExpression) !== undefined
  return {
    name: secret.name,
    arn: secret.arn,
    ...(secret.deletion === undefined ? {} : { goneFrom: iso(secret.deletion.restorableUntilMs) }),
    ...(rotationLambdaArn === undefined
      ? {}
      : {
          rotation: {
            enabled: rotationEnabled === true,
            functionArn: rotationLambdaArn,
            ...(rotation === undefined ? {} : { running: rotation.kind }),
            ...(rotatedAtMs === undefined ? {} : { lastAt: iso(rotatedAtMs) }),
            ...(isScheduled
              ? { nextAt: iso(nextWindow(rotationRules ?? {}, scheduledFromMs ?? 0).closesAtMs) }
              : {}),
          },
        }),
    tags: Object.fromEntries(secret.tags),
    versions: [...secret.versions.values()].map((version) => ({
      id: version.id,
      labels: labelsOn(secret, version.id),
      createdAt: iso(version.createdAtMs),
      holds:
        version.value === undefined
          ? 'nothing yet'
          : version.value.SecretString === undefined
            ? 'binary'
            : 'string',
    })),
  }
}
