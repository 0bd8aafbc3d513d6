import type { z } from 'zod'
import * as inputs from '../inputs/index.ts'
import type { Service, ServiceCaller } from '../secrets/service.ts'
import { batchGetSecretValue } from './batch-get-secret-value.ts'
import { createSecret } from './create-secret.ts'
import { deleteSecret, restoreSecret } from './delete-secret.ts'
import { describeSecret } from './describe.ts'
import { getSecretValue } from './get-secret-value.ts'
import { updateSecretVersionStage } from './labels.ts'
import { listSecretVersionIds } from './list-secret-version-ids.ts'
import { listSecrets } from './list-secrets.ts'
import { putSecretValue, updateSecret } from './put-secret-value.ts'
import { getRandomPassword } from './random-password.ts'
import {
  removeRegionsFromReplication,
  replicateSecretToRegions,
  stopReplicationToReplica,
} from './replicate.ts'
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './resource-policy.ts'
import { cancelRotateSecret, rotateSecret } from './rotation.ts'
import { tagResource, untagResource } from './tags.ts'

interface Operation<Input, Output> {
  /** Checks the input, then acts. An operation that throws has changed nothing. */
  readonly run: (service: Service, input: unknown, caller?: ServiceCaller) => Output
  /** Only a type: what `run` expects. */
  readonly input?: Input
}

const operation = <S extends z.ZodType, Output>(
  schema: S,
  act: (service: Service, input: z.output<S>, caller: ServiceCaller | undefined) => Output,
): Operation<z.input<S>, Output> => ({
  run: (service, input, caller) => act(service, inputs.parseInput(schema, input), caller),
})

export const OPERATIONS = {
  CreateSecret: operation(inputs.CreateSecretInput, createSecret),
  DescribeSecret: operation(inputs.DescribeSecretInput, describeSecret),
  GetSecretValue: operation(inputs.GetSecretValueInput, getSecretValue),
  PutSecretValue: operation(inputs.PutSecretValueInput, putSecretValue),
  UpdateSecret: operation(inputs.UpdateSecretInput, updateSecret),
  UpdateSecretVersionStage: operation(inputs.UpdateSecretVersionStageInput, updateSecretVersionStage),
  ListSecretVersionIds: operation(inputs.ListSecretVersionIdsInput, listSecretVersionIds),
  RotateSecret: operation(inputs.RotateSecretInput, rotateSecret),
  CancelRotateSecret: operation(inputs.CancelRotateSecretInput, cancelRotateSecret),
  TagResource: operation(inputs.TagResourceInput, tagResource),
  UntagResource: operation(inputs.UntagResourceInput, untagResource),
  GetRandomPassword: operation(inputs.GetRandomPasswordInput, getRandomPassword),
  ListSecrets: operation(inputs.ListSecretsInput, listSecrets),
  BatchGetSecretValue: operation(inputs.BatchGetSecretValueInput, batchGetSecretValue),
  DeleteSecret: operation(inputs.DeleteSecretInput, deleteSecret),
  RestoreSecret: operation(inputs.RestoreSecretInput, restoreSecret),
  ReplicateSecretToRegions: operation(inputs.ReplicateSecretToRegionsInput, replicateSecretToRegions),
  RemoveRegionsFromReplication: operation(
    inputs.RemoveRegionsFromReplicationInput,
    removeRegionsFromReplication,
  ),
  StopReplicationToReplica: operation(inputs.StopReplicationToReplicaInput, stopReplicationToReplica),
  PutResourcePolicy: operation(inputs.PutResourcePolicyInput, putResourcePolicy),
  GetResourcePolicy: operation(inputs.GetResourcePolicyInput, getResourcePolicy),
  DeleteResourcePolicy: operation(inputs.DeleteResourcePolicyInput, deleteResourcePolicy),
  ValidateResourcePolicy: operation(inputs.ValidateResourcePolicyInput, validateResourcePolicy),
}

export type OperationName = keyof typeof OPERATIONS
export type InputOf<O extends OperationName> =
  (typeof OPERATIONS)[O] extends Operation<infer Input, unknown> ? Input : never
export type OutputOf<O extends OperationName> = ReturnType<(typeof OPERATIONS)[O]['run']>

export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly OperationName[]

export const isOperationName = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name)
