import type { z } from 'zod'
import { invalidRequest, notOnReplica, tokenMissing } from '../errors.ts'
import type { PutSecretValueInput, UpdateSecretInput } from '../inputs/index.ts'
import { changeKey } from '../replicas/replication.ts'
import { isStranger } from '../rotation/rotation-token.ts'
import { labelsOn, type StoredSecret } from '../secrets/secret.ts'
import { fail, type Service, type ServiceCaller } from '../secrets/service.ts'
import { valueIn, type WrittenSecret, writeVersion, written } from './write-version.ts'

export interface PutSecretValueOutput extends WrittenSecret {
  /** All labels of the version, sorted. */
  readonly VersionStages: readonly string[]
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export function putSecretValue(
  service: Service,
  input: z.output<typeof PutSecretValueInput>,
  caller?: ServiceCaller,
): PutSecretValueOutput {
  const value =
    valueIn(input) ?? fail(invalidRequest('You must provide either SecretString or SecretBinary.'))
  const token = input.ClientRequestToken ?? fail(tokenMissing('PutSecretValue'))
  const secret = service.findOwn(input.SecretId)
  writeVersion(service, secret, {
    token,
    value,
    stages: input.VersionStages ?? ['AWSCURRENT'],
    isFromStranger: isStranger(service, secret, {
      versionId: token,
      rotationToken: input.RotationToken,
      caller,
    }),
  })
  return { ...written(secret, token), VersionStages: labelsOn(secret, token) }
}

/** A value makes a new AWSCURRENT. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
export function updateSecret(
  service: Service,
  input: z.output<typeof UpdateSecretInput>,
  caller?: ServiceCaller,
): WrittenSecret {
  const value = valueIn(input)
  const token = input.ClientRequestToken
  if (value !== undefined && token === undefined) throw tokenMissing('UpdateSecret')
  const replica = service.findLive(input.SecretId)
  if (replica.primaryRegion !== undefined) return updateReplica(service, replica, input)
  const secret = service.findOwn(input.SecretId)
  if (value !== undefined && token !== undefined)
    writeVersion(service, secret, {
      token,
      value,
      stages: ['AWSCURRENT'],
      isFromStranger: isStranger(service, secret, { versionId: token, rotationToken: undefined, caller }),
    })
  service.touch(secret)
  secret.description = input.Description ?? secret.description
  secret.kmsKeyId = input.KmsKeyId ?? secret.kmsKeyId
  secret.type = input.Type ?? secret.type
  return written(secret, value === undefined ? undefined : token)
}

/** "A replica secret can't be updated independently from its primary secret, except for its encryption key." */
function updateReplica(
  service: Service,
  replica: StoredSecret,
  { KmsKeyId, ...input }: z.output<typeof UpdateSecretInput>,
): WrittenSecret {
  const { SecretString, SecretBinary, Description, Type } = input
  const others = [SecretString, SecretBinary, Description, Type]
  if (KmsKeyId === undefined || others.some((member) => member !== undefined)) throw notOnReplica()
  changeKey(service, replica, KmsKeyId)
  replica.changedAtMs = service.clock.now()
  return written(replica)
}
