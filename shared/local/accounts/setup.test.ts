import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import { type Local, type LocalSetup, startLocal } from '../index.ts'
import { open, start } from '../test-local.ts'

const trusting = (AWS: string, externalId?: string) => ({
  Statement: {
    Effect: 'Allow' as const,
    Principal: { AWS },
    Action: 'sts:AssumeRole',
    ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  },
})
const allowing = (Action: string) => ({ Statement: { Effect: 'Allow' as const, Action, Resource: '*' } })

const SETUP: LocalSetup = {
  functionRole: 'hub',
  accounts: {
    111122223333: {
      roles: { hub: { trust: trusting('111122223333'), policies: [allowing('sts:AssumeRole')] } },
    },
    444455556666: {
      roles: {
        target: {
          trust: trusting('arn:aws:iam::111122223333:role/hub', 'agreed'),
          policies: [allowing('secretsmanager:*')],
        },
      },
      managedPolicies: { reads: allowing('secretsmanager:GetSecretValue') },
    },
  },
}
const TARGET = { RoleArn: 'arn:aws:iam::444455556666:role/target', RoleSessionName: 'test' }

function stsFor(local: Local, env: Readonly<Record<string, string>>): STSClient {
  const client = new STSClient({
    endpoint: local.url,
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      ...(env['AWS_SESSION_TOKEN'] === undefined ? {} : { sessionToken: env['AWS_SESSION_TOKEN'] }),
    },
  })
  open.push({ close: () => client.destroy() })
  return client
}

describe('a setup', () => {
  test('gives functions a role that another account trusts by name and external id, and nobody else', async () => {
    const { local } = await start({ setup: SETUP })
    const asFunction = stsFor(local, local.functionEnvironment('rotate-db'))
    expect((await asFunction.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/hub/rotate-db',
    )
    const { Credentials } = await asFunction.send(new AssumeRoleCommand({ ...TARGET, ExternalId: 'agreed' }))
    expect(Credentials?.SessionToken).toEqual(expect.any(String))
    for (const [client, ExternalId] of [
      [asFunction, 'guessed'],
      [stsFor(local, local.environment), 'agreed'],
    ] as const)
      await expect(client.send(new AssumeRoleCommand({ ...TARGET, ExternalId }))).rejects.toThrow(
        'is not authorized to perform: sts:AssumeRole',
      )
  })

  test('makes its accounts, so that a function may be called for their secrets', async () => {
    const { local } = await start({ setup: SETUP, functions: { f: () => null } })
    const credentials = { accessKeyId: '444455556666', secretAccessKey: '444455556666' }
    const client = new SecretsManagerClient({ ...local.clientOptions, credentials })
    open.push({ close: () => client.destroy() })
    const there = local.aws.account('444455556666').secretsManager()
    there.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: 'x'.repeat(32) })
    there.call('RotateSecret', {
      SecretId: 'db',
      RotationLambdaARN: local.functionArn('f'),
      ClientRequestToken: 'y'.repeat(32),
    })
    await local.settled()
    expect(there.events.map(({ detail }) => 'eventName' in detail && detail.eventName)).toContain(
      'RotationFailed',
    )
  })

  test('that names no role leaves functions every right', async () => {
    const { local } = await start()
    expect(local.functionEnvironment('f')).toEqual(local.environment)
  })

  const role = (given: object) => ({ accounts: { 111122223333: { roles: { hub: given } } } })
  test.each<[unknown, string]>([
    [{ functionRole: 'none' }, 'functionRole: none is no role of the first account; add it to accounts.'],
    [{ accounts: { 1: {} } }, 'accounts.1: is no account; give its 12 digits'],
    [role({}), 'accounts.111122223333.roles.hub.trust: Invalid input: expected object, received undefined'],
    [
      role({ trust: { Statement: [{ Effect: 'Allow', Action: 'x', Condition: { DateLess: {} } }] } }),
      'roles.hub.trust.Statement.0.Condition.DateLess: the condition operator DateLess is not modelled',
    ],
    [
      role({ trust: { Statement: { Effect: 'Allow' } } }),
      'trust.Statement: a statement has either Action or',
    ],
    [role({ trust: trusting('1'), maxSessionSeconds: 60 }), 'roles.hub.maxSessionSeconds: Too small'],
    [{ accounts: { 111122223333: { roles: { 'a b': {} } } } }, 'roles.a b: is no name; give up to 64'],
  ])('that cannot be used is refused by its place: %j', async (setup, message) => {
    await expect(startLocal({ setup: setup as LocalSetup })).rejects.toThrow(
      expect.objectContaining({ name: 'SetupError', message: expect.stringContaining(message) }),
    )
  })
})
