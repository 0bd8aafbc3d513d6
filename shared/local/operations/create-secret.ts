import type { z } from 'zod'
import { invalidParameter, invalidRequest, resourceExists, tokenMissing } from '../errors.ts'
import type { CreateSecretInput } from '../inputs.ts'
import { isSameValue, type SecretValue, type StoredSecret } from '../secret.ts'
import { fail, type Service } from '../service.ts'
import { addTags } from './tags.ts'
import { valueIn, type WrittenSecret, writeVersion, written } from './write-version.ts'

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export function createSecret(service: Service, input: z.output<typeof CreateSecretInput>): WrittenSecret {
  const value = valueIn(input)
  const token = input.ClientRequestToken ?? fail(tokenMissing('CreateSecret'))
  if ((input.AddReplicaRegions?.length ?? 0) > 0) throw invalidParameter('Replica regions are not modelled.')
  const existing = service.secrets.get(input.Name)
  if (existing !== undefined) return repeatedCreate(existing, token, value)
  const secret = newSecret(service, input)
  addTags(secret, input.Tags ?? [])
  service.secrets.set(secret.name, secret)
  if (value !== undefined) writeVersion(service, secret, { token, value, stages: ['AWSCURRENT'] })
  return written(secret, value === undefined ? undefined : token)
}

function newSecret(service: Service, input: z.output<typeof CreateSecretInput>): StoredSecret {
  const { accountId, region, random, clock } = service
  return {
    arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${input.Name}-${random.alphanumeric(6)}`,
    name: input.Name,
    createdAtMs: clock.now(),
    changedAtMs: clock.now(),
    accessedAtMs: undefined,
    deletedAtMs: undefined,
    description: input.Description,
    kmsKeyId: input.KmsKeyId,
    owningService: undefined,
    type: input.Type,
    rotationEnabled: undefined,
    rotationLambdaArn: undefined,
    rotationRules: undefined,
    rotatedAtMs: undefined,
    scheduledFromMs: undefined,
    rotation: undefined,
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
  if (existing.deletedAtMs !== undefined)
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  const stored = existing.versions.get(token)?.value
  if (stored !== undefined && value !== undefined && isSameValue(stored, value))
    return written(existing, token)
  throw resourceExists(`The operation failed because the secret ${existing.name} already exists.`)
}
