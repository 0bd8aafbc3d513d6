import * as z from 'zod'
import type {
  Replication,
  SecretValue,
  Rotation as StoredRotation,
  StoredSecret,
  StoredVersion,
} from './secret.ts'
import type { Service } from './service.ts'

const Base64 = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const Value = z.union([
  z.strictObject({ SecretString: z.string() }),
  z.strictObject({ SecretBinary: Base64 }),
])
const Version = z.object({
  id: z.string(),
  createdAtMs: z.number(),
  value: Value.optional(),
  isFromRotation: z.boolean(),
  accessedAtMs: z.number().optional(),
  isFromStranger: z.boolean().exactOptional(),
})
const Rotation = z.object({
  kind: z.enum(['rotation', 'test']),
  secretArn: z.string(),
  functionArn: z.string(),
  versionId: z.string(),
  startedAtMs: z.number(),
  isManual: z.boolean(),
  dropsPending: z.boolean(),
  hidesEnabled: z.boolean(),
  tokens: z.array(z.string()).readonly().exactOptional(),
})
const Rules = z.object({
  AutomaticallyAfterDays: z.number().optional(),
  Duration: z.string().optional(),
  ScheduleExpression: z.string().optional(),
})
const Deletion = z.object({ shownAtMs: z.number(), restorableUntilMs: z.number(), goneAtMs: z.number() })
const Replica = z.object({
  region: z.string(),
  kmsKeyId: z.string().optional(),
  status: z.enum(['InProgress', 'InSync', 'Failed']),
  message: z.string().optional(),
  overwrites: z.boolean(),
  dueAtMs: z.number().optional(),
})
const Pairs = z.array(z.tuple([z.string(), z.string()]))
const Secret = z.object({
  arn: z.string(),
  name: z.string(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  accessedAtMs: z.number().optional(),
  deletion: Deletion.optional(),
  description: z.string().optional(),
  kmsKeyId: z.string().optional(),
  owningService: z.string().optional(),
  type: z.string().optional(),
  rotationEnabled: z.boolean().optional(),
  rotationLambdaArn: z.string().optional(),
  rotationRules: Rules.optional(),
  rotatedAtMs: z.number().optional(),
  scheduledFromMs: z.number().optional(),
  rotation: Rotation.optional(),
  policy: z.string().optional(),
  primaryRegion: z.string().optional(),
  replicas: z.array(Replica),
  tags: Pairs,
  versions: z.array(Version),
  labels: Pairs,
})
export const Snapshot = z.object({
  random: z.int(),
  listsDescending: z.boolean().optional(),
  secrets: z.array(Secret),
})

// A member that were not written would be lost with a restart.
Version.shape satisfies Record<keyof StoredVersion, unknown>
Rotation.shape satisfies Record<keyof StoredRotation, unknown>
Secret.shape satisfies Record<keyof StoredSecret, unknown>
Replica.shape satisfies Record<keyof Replication, unknown>

/** The state of one service as JSON can hold it: every secret, and where the random numbers stand. */
export type Snapshot = z.input<typeof Snapshot>

export function takeSnapshot({ secrets, random, listsDescending }: Service): Snapshot {
  return {
    random: random.state,
    listsDescending,
    secrets: [...secrets.values()].map(({ replicas, tags, labels, versions, ...secret }) => ({
      ...secret,
      replicas: [...replicas.values()],
      tags: [...tags],
      labels: [...labels],
      versions: [...versions.values()].map(({ value, ...version }) => ({
        ...version,
        value: value && written(value),
      })),
    })),
  }
}

function written({ SecretString, SecretBinary }: SecretValue): z.input<typeof Value> {
  if (SecretBinary !== undefined) return { SecretBinary: Buffer.from(SecretBinary).toString('base64') }
  return { SecretString: SecretString ?? '' }
}

/** Replaces the state. Throws, with nothing changed, for what {@link takeSnapshot} never answers. */
export function restoreSnapshot(service: Service, snapshot: z.output<typeof Snapshot>): void {
  service.random.state = snapshot.random
  service.listsDescending = snapshot.listsDescending
  for (const secret of [...service.secrets.values()]) service.remove(secret)
  for (const secret of snapshot.secrets) service.keep(storedFrom(secret))
}

function storedFrom({ replicas, tags, labels, versions, ...secret }: z.output<typeof Secret>): StoredSecret {
  return {
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
    ...secret,
    replicas: new Map(replicas.map((replica) => [replica.region, replicationFrom(replica)])),
    tags: new Map(tags),
    labels: new Map(labels),
    versions: new Map(versions.map((version) => [version.id, versionFrom(version)])),
  }
}

const versionFrom = (version: z.output<typeof Version>): StoredVersion => ({
  value: undefined,
  accessedAtMs: undefined,
  ...version,
})

const replicationFrom = (replica: z.output<typeof Replica>): Replication => ({
  kmsKeyId: undefined,
  message: undefined,
  dueAtMs: undefined,
  ...replica,
})
