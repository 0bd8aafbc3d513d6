import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { InputOf, OperationName } from '../operations/index.ts'
import type { Answer, CaseClient } from './case.ts'

type Senders = { readonly [O in OperationName]: (input: InputOf<O>) => Promise<Answer> }

/** The cases' client on the real SDK. */
export function clientOf(sdk: SecretsManager): CaseClient {
  const senders: Senders = {
    CreateSecret: (input) => sdk.createSecret(input),
    DescribeSecret: (input) => sdk.describeSecret(input),
    GetSecretValue: (input) => sdk.getSecretValue(input),
    PutSecretValue: (input) => sdk.putSecretValue(input),
    UpdateSecret: (input) => sdk.updateSecret(input),
    UpdateSecretVersionStage: (input) => sdk.updateSecretVersionStage(input),
    ListSecretVersionIds: (input) => sdk.listSecretVersionIds(input),
    RotateSecret: (input) => sdk.rotateSecret(input),
    CancelRotateSecret: (input) => sdk.cancelRotateSecret(input),
    TagResource: (input) => sdk.tagResource(input),
    UntagResource: (input) => sdk.untagResource(input),
    GetRandomPassword: (input) => sdk.getRandomPassword(input),
    ListSecrets: (input) => sdk.listSecrets(input),
    BatchGetSecretValue: (input) => sdk.batchGetSecretValue(input),
    DeleteSecret: (input) => sdk.deleteSecret(input),
    RestoreSecret: (input) => sdk.restoreSecret(input),
    ReplicateSecretToRegions: (input) => sdk.replicateSecretToRegions(input),
    RemoveRegionsFromReplication: (input) => sdk.removeRegionsFromReplication(input),
    StopReplicationToReplica: (input) => sdk.stopReplicationToReplica(input),
    PutResourcePolicy: (input) => sdk.putResourcePolicy(input),
    GetResourcePolicy: (input) => sdk.getResourcePolicy(input),
    DeleteResourcePolicy: (input) => sdk.deleteResourcePolicy(input),
    ValidateResourcePolicy: (input) => sdk.validateResourcePolicy(input),
  }
  return { call: (operation, input) => senders[operation](input) }
}

/** A client of an endpoint that looks at no signature. It tries once. */
export const sdkFor = (endpoint: string, region = 'eu-west-1'): SecretsManager =>
  new SecretsManager({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
