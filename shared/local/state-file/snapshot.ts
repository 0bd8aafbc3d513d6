import * as z from 'zod'
import { LocalAwsError } from '../errors.ts'
import {
  Description,
  KmsKeyId,
  SecretBinary,
  SecretName,
  SecretString,
  Stage,
  VersionId,
} from '../inputs/fields.ts'
import { RotationRulesInput } from '../inputs/rotation.ts'
import { checkRules } from '../rotation/schedule.ts'
import { parsePolicy } from '../secrets/resource-policy.ts'
import {
  NOTHING_GIVEN,
  type Replication,
  type SecretValue,
  type Rotation as StoredRotation,
  type StoredSecret,
  type StoredVersion,
} from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

/** Passes what the check of the API does not throw for. Its messages hold no value of a secret. */
export const passing =
  <T>(check: (given: T) => unknown) =>
  (given: T, context: z.RefinementCtx): void => {
    try {
      check(given)
    } catch (error) {
      context.addIssue(error instanceof LocalAwsError ? error.message : 'It cannot be used.')
    }
  }

/** Until the end of the year 9999, after which dates have another form. */
export const Time = z.number().min(0).max(253_402_300_799_999)
export const Region = z.string().regex(/^[a-z0-9-]{1,32}$/, 'It is no Region.')

const Base64 = z
  .base64()
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
  .pipe(SecretBinary.unwrap())
const Value = z.union([
  z.strictObject({ SecretString: SecretString.unwrap() }),
  z.strictObject({ SecretBinary: Base64 }),
])
const Version = z.object({
  id: VersionId,
  createdAtMs: Time,
  value: Value.optional(),
  isFromRotation: z.boolean(),
  accessedAtMs: Time.optional(),
  isFromStranger: z.boolean().exactOptional(),
})
const Rotation = z.object({
  kind: z.enum(['rotation', 'test']),
  secretArn: z.string(),
  functionArn: z.string(),
  versionId: VersionId,
  startedAtMs: Time,
  isManual: z.boolean(),
  dropsPending: z.boolean(),
  hidesEnabled: z.boolean(),
  tokens: z.array(z.string()).readonly().exactOptional(),
})
const Deletion = z.object({ shownAtMs: Time, restorableUntilMs: Time, goneAtMs: Time })
const Replica = z.object({
  region: Region,
  kmsKeyId: KmsKeyId,
  status: z.enum(['InProgress', 'InSync', 'Failed']),
  message: z.string().optional(),
  overwrites: z.boolean(),
  dueAtMs: Time.optional(),
})
const Tag = z.tuple([z.string().min(1).max(128), z.string().max(256)])
const Secret = z
  .object({
    arn: z.string(),
    name: SecretName,
    createdAtMs: Time,
    changedAtMs: Time,
    accessedAtMs: Time.optional(),
    deletion: Deletion.optional(),
    description: Description,
    kmsKeyId: KmsKeyId,
    owningService: z.string().optional(),
    type: z.string().optional(),
    rotationEnabled: z.boolean().optional(),
    rotationLambdaArn: z.string().optional(),
    rotationRules: RotationRulesInput.superRefine(passing(checkRules)).optional(),
    rotatedAtMs: Time.optional(),
    scheduledFromMs: Time.optional(),
    rotation: Rotation.optional(),
    policy: z.string().superRefine(passing(parsePolicy)).optional(),
    primaryRegion: Region.optional(),
    replicas: z.array(Replica),
    tags: z.array(Tag),
    versions: z.array(Version),
    labels: z.array(z.tuple([Stage, VersionId])),
  })
  .superRefine(({ arn, name, rotation, versions, labels }, context) => {
    const wrong = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    if (!/^[A-Za-z0-9]{6}$/.test(arn.slice(arn.indexOf(`:secret:${name}-`) + 9 + name.length)))
      wrong(['arn'], 'It is no ARN of this name.')
    if (rotation !== undefined && rotation.secretArn !== arn)
      wrong(['rotation', 'secretArn'], 'It is another secret.')
    const ids = versions.map(({ id }) => id)
    for (const at of twiceIn(ids)) wrong(['versions', at, 'id'], 'It is given twice.')
    for (const [at, [, id]] of labels.entries())
      if (!ids.includes(id)) wrong(['labels', at], 'The secret has no such version.')
  })

/** Where something stands that stood before. */
export function twiceIn(names: readonly string[]): number[] {
  const seen = new Set<string>()
  return names.flatMap((name, at) => (seen.size === seen.add(name).size ? [at] : []))
}

export const Snapshot = z
  .object({
    random: z.int(),
    listsDescending: z.boolean().optional(),
    secrets: z.array(Secret),
  })
  .superRefine(({ secrets }, context) => {
    for (const at of twiceIn(secrets.map(({ name }) => name)))
      context.addIssue({ code: 'custom', path: ['secrets', at, 'name'], message: 'It is given twice.' })
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
    ...NOTHING_GIVEN,
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
