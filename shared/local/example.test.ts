import {
  CreateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, expect, test } from 'vitest'
import { startLocal } from './index.ts'
import { rotation, storedIn, VALUE } from './test-local.ts'

const handler = rotation(() => local)

// Three lines that docs/local.md shows.
const local = await startLocal({ functions: { 'rotate-db': handler } })
const client = new SecretsManagerClient(local.clientOptions)
afterAll(() => local.close())

test('the three lines of the documentation serve a Secrets Manager that rotates', async () => {
  await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
  const RotationLambdaARN = local.functionArn('rotate-db')
  await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN }))
  await local.settled()
  expect(await storedIn(client, 'db')).toBe('rotated')
})
