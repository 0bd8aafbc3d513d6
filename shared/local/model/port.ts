import type { SecretsManagerPort } from '../../aws/secrets-manager.ts'
import type { LocalSecretsManager } from './model.ts'

/** The engine's slice of Secrets Manager straight on a model, without HTTP and without the SDK. */
export const portTo = (model: LocalSecretsManager): SecretsManagerPort => ({
  describeSecret: async (input) => model.call('DescribeSecret', input),
  getSecretValue: async (input) => model.call('GetSecretValue', input),
  putSecretValue: async ({ VersionStages, ...input }) =>
    model.call('PutSecretValue', { ...input, VersionStages: [...VersionStages] }),
  updateSecretVersionStage: async (input) => model.call('UpdateSecretVersionStage', input),
})
