import type { z } from 'zod'
import { invalidRequest, limitExceeded, resourceExists, tokenMissing } from '../errors.ts'
import type { CreateSecretInput } from '../inputs/index.ts'
import { type ReplicationStatus, replicateTo, statusOf } from '../replicas/replication.ts'
import { isSameValue, NOTHING_GIVEN, type SecretValue, type StoredSecret } from '../secrets/secret.ts'
import { fail, type Service } from '../secrets/service.ts'
import { checkRegions } from './replicate.ts'
import { addTags, checkTags } from './tags.ts'
import { valueIn, type WrittenSecret, writeVersion, written } from './write-version.ts'

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const SECRETS_PER_REGION = 500_000

export interface CreateSecretOutput extends WrittenSecret {
  /** Of a secret that was created with replicas. */
  readonly ReplicationStatus?: readonly ReplicationStatus[]
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export function createSecret(
  service: Service,
  input: z.output<typeof CreateSecretInput>,
): CreateSecretOutput {
  const value = valueIn(input)
  const token = input.ClientRequestToken ?? fail(tokenMissing('CreateSecret'))
  const regions = input.AddReplicaRegions ?? []
  checkRegions(service, regions)
  const existing = service.secrets.get(input.Name)
  if (existing !== undefined) return repeatedCreate(existing, token, value)
  if (service.secrets.size >= SECRETS_PER_REGION)
    throw limitExceeded(`A Region can have at most ${SECRETS_PER_REGION} secrets.`)
  checkTags({ tags: new Map() }, input.Tags ?? [])
  const secret = newSecret(service, input)
  addTags(secret, input.Tags ?? [])
  service.keep(secret)
  if (value !== undefined) writeVersion(service, secret, { token, value, stages: ['AWSCURRENT'] })
  const { ForceOverwriteReplicaSecret: overwrites = false } = input
  for (const { Region = '', KmsKeyId: kmsKeyId } of regions)
    replicateTo(service, secret, { region: Region, kmsKeyId, overwrites })
  return {
    ...written(secret, value === undefined ? undefined : token),
    ...(regions.length === 0 ? {} : { ReplicationStatus: statusOf(service, secret) }),
  }
}

function newSecret(service: Service, input: z.output<typeof CreateSecretInput>): StoredSecret {
  const { accountId, region, random, clock } = service
  return {
    arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${input.Name}-${random.alphanumeric(6)}`,
    name: input.Name,
    createdAtMs: clock.now(),
    changedAtMs: clock.now(),
    ...NOTHING_GIVEN,
    description: input.Description,
    kmsKeyId: input.KmsKeyId,
    type: input.Type,
    replicas: new Map(),
    tags: new Map(),
    versions: new Map(),
    labels: new Map(),
  }
}

function repeatedCreate(
  existing: StoredSecret,
  token: string,
  value: SecretValue | undefined,
): WrittenSecret {
  if (existing.deletion !== undefined)
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  const stored = existing.versions.get(token)?.value
  if (stored !== undefined && value !== undefined && isSameValue(stored, value))
    return written(existing, token)
  throw resourceExists(`The operation failed because the secret ${existing.name} already exists.`)
}
