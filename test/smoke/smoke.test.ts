import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Hands, smokeTest } from '../../scripts/smoke/run.ts'
import { type Note, SCENES } from '../../scripts/smoke/scenes.ts'
import { CALM, createLocalAws, serveLocal } from '../../shared/local/index.ts'
import { makeRole, resourcesOf } from '../sam/deployed.ts'
import { type Resource, readTemplate } from '../templates/template.ts'

const HUB = '111122223333'
const MEMBER = '444455556666'
const ARN = `arn:aws:lambda:eu-west-1:${HUB}:function:quarterturn-smoke-probe`
const EXTERNAL_ID = 'external-id'

afterEach(() => void vi.unstubAllEnvs())

interface Probe {
  handler(event: unknown, context: { readonly invokedFunctionArn: string }): Promise<void>
}

/** The code as it is in the template, since that is what is deployed. */
function probe(): Probe {
  const { Properties } = readTemplate('templates/smoke-probe.yaml').Resources['Probe'] as Resource
  const Code = Properties['Code'] as { ZipFile: string }
  const exported = {} as Probe
  new Function('require', 'exports', 'process', Code.ZipFile)(
    createRequire(import.meta.url),
    exported,
    process,
  )
  return exported
}

/** The two accounts on the local model, under the roles of the two templates. */
async function local(retries: number): Promise<{ hands: Hands; close: () => Promise<void> }> {
  const aws = createLocalAws({ accountId: HUB, unpublished: { ...CALM, retries } })
  const server = await serveLocal(aws)
  const hubStack = {
    template: 'templates/smoke-probe.yaml',
    account: HUB,
    parameters: { MemberAccount: MEMBER, ExternalId: EXTERNAL_ID },
  }
  const role = makeRole(aws, HUB, 'quarterturn-smoke-probe', resourcesOf(hubStack)['Role'])
  const target = {
    RoleName: 'quarterturn-target-smoke-probe',
    ExecutionRoleArn: role.arn,
    FunctionArn: ARN,
    ExternalId: EXTERNAL_ID,
    SecretNamePrefix: 'smoke/',
  }
  const memberStack = { template: 'templates/target-role.yaml', account: MEMBER, parameters: target }
  makeRole(aws, MEMBER, target.RoleName, resourcesOf(memberStack)['TargetRole'])
  const { accessKeyId, secretAccessKey, sessionToken = '' } = role.credentialsFor(ARN)
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    TARGET_ROLE: target.RoleName,
    EXTERNAL_ID,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)

  const notes: Note[] = []
  const printed = vi
    .spyOn(console, 'log')
    .mockImplementation((line: string) => void notes.push({ ...JSON.parse(line), at: Date.now() }))
  const { handler } = probe()
  const alias = `${ARN}:live`
  aws.registerFunction(alias, (event) => handler(event, { invokedFunctionArn: alias }), {
    role: role.arn,
    invokableFrom: [MEMBER],
  })
  const model = aws.account(MEMBER).secretsManager()
  const rotate = async (SecretId: string, more: object): Promise<void> => {
    model.call('RotateSecret', { SecretId, ClientRequestToken: randomUUID(), ...more })
    await aws.settled()
  }
  return {
    hands: {
      createSecret: async (scene) =>
        model.call('CreateSecret', {
          Name: `smoke/${scene}`,
          ClientRequestToken: randomUUID(),
          SecretString: '{}',
          Tags: [{ Key: 'smoke', Value: scene }],
        }).ARN,
      register: (id) =>
        rotate(id, {
          RotationLambdaARN: alias,
          RotateImmediately: false,
          RotationRules: { AutomaticallyAfterDays: 30 },
        }),
      rotate: (id) => rotate(id, {}),
      labels: async (SecretId) => model.call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {},
      notes: async (id) => notes.filter(({ secret }) => secret === id),
      deleteSecret: async (SecretId) =>
        void model.call('DeleteSecret', { SecretId, RecoveryWindowInDays: 7 }),
      sleep: () => Promise.resolve(),
      now: () => Date.now(),
    },
    close: async () => {
      printed.mockRestore()
      await server.close()
    },
  }
}

const NO_PATIENCE = { pollMs: 0, shortMs: 0, longMs: 0 }

describe('the smoke test on the local model', () => {
  test('finds what the design counts on, where a failed step is repeated', async () => {
    const { hands, close } = await local(1)
    const told: string[] = []
    try {
      const { held, failed } = await smokeTest(hands, `${ARN}:live`, NO_PATIENCE, (line) => told.push(line))
      expect(told.filter((line) => line.startsWith('FAILED'))).toEqual([])
      expect({ held, failed }).toEqual({
        held: told.filter((line) => /^(ok|noted) /.test(line)).length,
        failed: 0,
      })
      for (const { name } of SCENES) expect(told).toContain(`\n${name}`)
    } finally {
      await close()
    }
  })

  test('says so where a failed step is not repeated', async () => {
    const { hands, close } = await local(0)
    const told: string[] = []
    try {
      const { failed } = await smokeTest(hands, `${ARN}:live`, NO_PATIENCE, (line) => told.push(line))
      expect(failed).toBe(1)
      expect(told.filter((line) => line.startsWith('FAILED'))).toEqual([
        'FAILED  Is a rotation whose step fails begun anew with the same version? no (expected: yes)',
      ])
    } finally {
      await close()
    }
  })

  test('the probe shows no token', async () => {
    const { hands, close } = await local(0)
    try {
      const id = await hands.createSecret('plain')
      await hands.register(id)
      await hands.rotate(id)
      const notes = await hands.notes(id)
      expect(notes.length).toBe(5)
      for (const { rotationToken } of notes) expect(rotationToken).toMatch(/^[0-9a-f]{10}$/)
    } finally {
      await close()
    }
  })
})
