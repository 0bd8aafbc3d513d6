import {
  CreateSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach } from 'vitest'
import { CALM, type Local, type RotationFunctionEvent, type StartLocalOptions, startLocal } from './index.ts'

export const VALUE = 'pass-word-of-the-test'

/** What ends with the test. */
export const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

export async function start(
  options: StartLocalOptions = {},
): Promise<{ local: Local; client: SecretsManagerClient }> {
  const local = await startLocal({ unpublished: CALM, ...options })
  const client = new SecretsManagerClient(local.clientOptions)
  open.push(local, { close: () => client.destroy() })
  return { local, client }
}

export async function createAndRotate(
  local: Local,
  client: SecretsManagerClient,
  name: string,
): Promise<void> {
  const SecretString = JSON.stringify({ engine: 'postgres', username: 'app', password: VALUE })
  await client.send(new CreateSecretCommand({ Name: 'db', SecretString }))
  await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN: local.functionArn(name) }))
}

export const storedIn = async (client: SecretsManagerClient, SecretId: string): Promise<string | undefined> =>
  (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString

/** Does what every rotation function does, with the model at hand. */
export const rotation = (local: () => Local) => async (event: RotationFunctionEvent) => {
  const { Step, SecretId, ClientRequestToken } = event
  const { model } = local()
  if (Step === 'createSecret')
    model.call('PutSecretValue', {
      SecretId,
      ClientRequestToken,
      SecretString: 'rotated',
      VersionStages: ['AWSPENDING'],
    })
  if (Step !== 'finishSecret') return
  const stages = Object.entries(model.call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {})
  const [from = ''] = stages.find(([, labels]) => labels.includes('AWSCURRENT')) ?? []
  model.call('UpdateSecretVersionStage', {
    SecretId,
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: ClientRequestToken,
    RemoveFromVersionId: from,
  })
}
