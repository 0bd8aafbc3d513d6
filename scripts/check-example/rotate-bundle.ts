/**
 * Copied beside the example that `scripts/check-example.ts` installed: the bundled function rotates a secret of the
 * local Secrets Manager, which it reaches by the real SDK over HTTP, as it would reach AWS.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { CALM, createLocalSecretsManager, serveLocal } from 'quarterturn/local'
import { startTarget } from '../test/server.ts'

const OLD = 'the-old-password'
const target = await startTarget()
target.addUser('reader', OLD)
const model = createLocalSecretsManager({ unpublished: CALM })
const server = await serveLocal(model)

Object.assign(process.env, {
  AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
  AWS_REGION: model.region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  EXAMPLE_ALLOW_CLEAR_TEXT_LOOPBACK: 'true',
  // What the deployment lists is looked at by the engine, and connected to by the provider through it.
  QUARTERTURN_HOSTS: `${model.accountId}=127.0.0.1`,
  QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'true',
})
const logged: string[] = []
const print = process.stdout.write.bind(process.stdout)
process.stdout.write = (chunk) => logged.push(String(chunk)) > 0
process.stderr.write = process.stdout.write

const bundle = new URL('../dist/rotate-example/index.mjs', import.meta.url)
const { handler } = await import(bundle.href)

const functionArn = `arn:aws:lambda:${model.region}:${model.accountId}:function:rotate-example`
model.registerFunction(functionArn, (event) => {
  const end = Date.now() + 30_000
  return handler(event, {
    invokedFunctionArn: functionArn,
    functionName: 'rotate-example',
    functionVersion: '$LATEST',
    memoryLimitInMB: '256',
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => end - Date.now(),
  })
})
const secret = { engine: 'example', url: target.url, username: 'reader', password: OLD }
const { ARN: SecretId } = model.call('CreateSecret', {
  Name: 'example',
  ClientRequestToken: randomUUID(),
  SecretString: JSON.stringify(secret),
})
model.call('RotateSecret', { SecretId, ClientRequestToken: randomUUID(), RotationLambdaARN: functionArn })
await model.settled()

const current = JSON.parse(model.call('GetSecretValue', { SecretId }).SecretString ?? '{}')
await Promise.all([server.close(), target.close()])
assert.notEqual(current.password, OLD)
assert.equal(target.users.get('reader')?.password, current.password)
assert.equal(target.failedSignIns, 0)
assert.match(logged.join(''), /Rotation evidence/)
for (const secretText of [OLD, current.password]) assert.ok(!logged.join('').includes(secretText))
print('the bundled function rotated the secret; the new password is in force, and is in no line of its log\n')
