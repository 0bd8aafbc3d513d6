import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, CASES, type CaseClient, type CaseWorld } from './cases/index.ts'
import { createLocalSecretsManager, type InputOf, type OperationName, serveLocal } from './index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:idle'

type Senders = { readonly [O in OperationName]: (input: InputOf<O>) => Promise<Answer> }

/** The cases' client on the real SDK. */
function clientOf(sdk: SecretsManager): CaseClient {
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

const sdkFor = (endpoint: string): SecretsManager =>
  new SecretsManager({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

function runAll(worldOf: () => CaseWorld): void {
  for (const { name, needs, run } of CASES)
    test(name, async ({ skip }) => {
      const world = worldOf()
      if (needs === 'function' && world.functionArn === undefined) skip('no rotation function is given')
      await run(world)
    })
}

describe.each([1, 2])('the model with seed %i, over HTTP through the SDK:', (seed) => {
  const model = createLocalSecretsManager({ seed })
  model.registerFunction(FUNCTION, 'manual')
  let world: CaseWorld | undefined
  let stop = async () => {}
  beforeAll(async () => {
    const server = await serveLocal(model)
    const sdk = sdkFor(server.url)
    world = { client: clientOf(sdk), functionArn: FUNCTION }
    stop = async () => {
      sdk.destroy()
      await server.close()
    }
  })
  afterAll(() => stop())
  runAll(() => {
    if (world === undefined) throw new Error('the server is not up')
    return world
  })
})

// Another emulator, or AWS itself: QUARTERTURN_CASES_FUNCTION_ARN names a function there that takes minutes to answer.
const endpoint = process.env['QUARTERTURN_CASES_ENDPOINT']
if (endpoint !== undefined)
  describe(`another endpoint, ${endpoint}:`, () => {
    const functionArn = process.env['QUARTERTURN_CASES_FUNCTION_ARN']
    const client = clientOf(sdkFor(endpoint))
    runAll(() => (functionArn === undefined ? { client } : { client, functionArn }))
  })

describe('the list', () => {
  test('names each case once, and a source for it', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
    for (const { fact } of CASES) {
      expect(fact.section).toMatch(/^\d\.\d$/)
      expect(fact.page).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|github\.com)\//)
    }
  })
})
