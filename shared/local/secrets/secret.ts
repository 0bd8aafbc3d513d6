import type { RotationRules } from '../rotation/schedule.ts'

/** What a version holds: exactly one of the two. */
export interface SecretValue {
  readonly SecretString?: string
  readonly SecretBinary?: Uint8Array
}

export interface StoredVersion {
  readonly id: string
  readonly createdAtMs: number
  /** Given once, never changed. Without it the version is only an id that RotateSecret allocated. */
  value: SecretValue | undefined
  /** RotateSecret allocated the id. */
  readonly isFromRotation: boolean
  /** The day, at midnight UTC. */
  accessedAtMs: number | undefined
  /** Written for a rotation by somebody of whom nothing shows that it is the rotation function. */
  readonly isFromStranger?: boolean
}

/** A rotation under way. It is over when the secret's `rotation` is no longer this object. */
export interface Rotation {
  readonly kind: 'rotation' | 'test'
  readonly secretArn: string
  readonly functionArn: string
  readonly versionId: string
  readonly startedAtMs: number
  /** Nothing is called: a test drives the steps itself. */
  readonly isManual: boolean
  /** Chosen by seed: AWSPENDING leaves the version in the call that makes it AWSCURRENT. */
  readonly dropsPending: boolean
  /** Chosen by seed, for the test that comes with switching rotation on: RotationEnabled is not shown yet. */
  readonly hidesEnabled: boolean
  /** The tokens in the events of the sequence that runs now. One of an earlier sequence shows nothing any more. */
  tokens?: readonly string[]
}

/** One replica of a secret, as its primary knows it. */
export interface Replication {
  readonly region: string
  /** The key at the replica. `undefined` is `aws/secretsmanager` there. */
  kmsKeyId: string | undefined
  status: 'InProgress' | 'InSync' | 'Failed'
  message: string | undefined
  /** A secret that has the name in that Region is replaced. */
  overwrites: boolean
  /** When the next copy arrives. `undefined` when none is under way. */
  dueAtMs: number | undefined
}

/** A deletion that was asked for. */
export interface Deletion {
  /** What DescribeSecret shows. */
  readonly shownAtMs: number
  /** Until then RestoreSecret takes it back. */
  readonly restorableUntilMs: number
  /** When the secret vanishes. */
  readonly goneAtMs: number
}

export interface StoredSecret {
  readonly arn: string
  readonly name: string
  readonly createdAtMs: number
  changedAtMs: number
  accessedAtMs: number | undefined
  deletion: Deletion | undefined
  description: string | undefined
  kmsKeyId: string | undefined
  owningService: string | undefined
  type: string | undefined
  /** `undefined` until rotation was configured for the first time. */
  rotationEnabled: boolean | undefined
  rotationLambdaArn: string | undefined
  rotationRules: RotationRules | undefined
  rotatedAtMs: number | undefined
  /** When the schedule last began to count: a rotation, a new value by hand, or a new schedule. */
  scheduledFromMs: number | undefined
  rotation: Rotation | undefined
  /** The JSON as it was put. */
  policy: string | undefined
  /** Of a replica: where its primary is. */
  primaryRegion: string | undefined
  /** By Region. */
  readonly replicas: Map<string, Replication>
  readonly tags: Map<string, string>
  readonly versions: Map<string, StoredVersion>
  /** Label to version id: by its shape a label is on one version at most. */
  readonly labels: Map<string, string>
}

/** What a secret has none of unless it was given. */
export const NOTHING_GIVEN = {
  accessedAtMs: undefined,
  deletion: undefined,
  description: undefined,
  kmsKeyId: undefined,
  owningService: undefined,
  type: undefined,
  rotationEnabled: undefined,
  rotationLambdaArn: undefined,
  rotationRules: undefined,
  rotatedAtMs: undefined,
  scheduledFromMs: undefined,
  rotation: undefined,
  policy: undefined,
  primaryRegion: undefined,
} satisfies Partial<StoredSecret>

/** The labels of one version, sorted as AWS answers them. */
export function labelsOn(secret: StoredSecret, versionId: string): string[] {
  const found: string[] = []
  for (const [label, id] of secret.labels) if (id === versionId) found.push(label)
  return found.length > 1 ? found.sort() : found
}

/** Takes the label off a version; a label that is elsewhere stays where it is. */
export function detachLabel(secret: StoredSecret, label: string, versionId: string): void {
  if (secret.labels.get(label) === versionId) secret.labels.delete(label)
}

/** Whether AWSPENDING says that a rotation is under way: it is on a version that is not AWSCURRENT. */
export function isPendingElsewhere(secret: StoredSecret): boolean {
  const pending = secret.labels.get('AWSPENDING')
  return pending !== undefined && pending !== secret.labels.get('AWSCURRENT')
}

export function isSameValue(one: SecretValue, other: SecretValue): boolean {
  if (one.SecretString !== other.SecretString) return false
  const [left, right] = [one.SecretBinary, other.SecretBinary]
  return left === undefined || right === undefined ? left === right : Buffer.compare(left, right) === 0
}

/** A copy that later writes do not reach. Values are never changed in place, so they are shared. */
export function snapshotOf(secret: StoredSecret): StoredSecret {
  return {
    ...secret,
    tags: new Map(secret.tags),
    labels: new Map(secret.labels),
    versions: new Map([...secret.versions].map(([id, version]) => [id, { ...version }])),
  }
}
