import { STSClient } from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import { type Clients, createReach, sessionNameOf } from './reach.ts'
import { adminPolicy, secretPolicy, targetPolicy } from './session-policy.ts'
import { Sessions } from './sessions.ts'
import { createSts } from './sts.ts'
import type { StsPort } from './sts-port.ts'

const SECRET = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:team/app-AbCdEf'
const ADMIN = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:team/admin-AbCdEf'
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const TOKEN = 'a1b2c3d4-5678-90ab-cdef-111111111111'

type Asked = Parameters<StsPort['assumeRole']>[0]

/** Every call as the session it was made with, and the Region. */
function setUp() {
  const asked: Asked[] = []
  const calls: string[] = []
  const portsOf = (region: string, who: string): Clients => {
    const call = (name: string) => async () => {
      calls.push(`${name} in ${region} by ${who}`)
      return {}
    }
    return {
      secretsManager: {
        describeSecret: call('DescribeSecret'),
        getSecretValue: call('GetSecretValue'),
        putSecretValue: call('PutSecretValue'),
        updateSecretVersionStage: call('UpdateSecretVersionStage'),
      },
      rds: {
        describeDBInstances: call('DescribeDBInstances'),
        describeDBClusters: call('DescribeDBClusters'),
      },
      credentials: async () => ({ accessKeyId: who, secretAccessKey: 'secret', sessionToken: 'token' }),
    }
  }
  const reach = createReach({
    role: { name: 'team/quarterturn-target', externalId: 'external' },
    connect: (region, credentials) => portsOf(region, credentials?.accessKeyId ?? 'the function'),
    sessions: (make) =>
      new Sessions(
        {
          assumeRole: async (input) => {
            asked.push(input)
            return {
              Credentials: {
                AccessKeyId: `session ${asked.length}`,
                SecretAccessKey: 'secret',
                SessionToken: 'token',
                Expiration: new Date(900_000),
              },
            }
          },
        },
        () => 0,
        make,
      ),
  })
  return { asked, calls, reach }
}

describe('the way to a secret of another account', () => {
  test('is one session for its four calls, one for its admin secret and one for RDS, when they are needed', async () => {
    const { asked, calls, reach } = setUp()
    const { secretsManager, rds } = reach({ secretArn: SECRET, token: TOKEN, functionArn: FUNCTION })
    expect(asked).toEqual([])
    await secretsManager.describeSecret({ SecretId: SECRET })
    await secretsManager.getSecretValue({ SecretId: SECRET })
    await secretsManager.getSecretValue({ SecretId: ADMIN })
    await rds.describeDBInstances({ DBInstanceIdentifier: 'db' })
    await secretsManager.updateSecretVersionStage({ SecretId: SECRET, VersionStage: 'AWSCURRENT' })
    expect(calls).toEqual([
      'DescribeSecret in eu-west-1 by session 1',
      'GetSecretValue in eu-west-1 by session 1',
      'GetSecretValue in eu-west-1 by session 2',
      'DescribeDBInstances in eu-west-1 by session 3',
      'UpdateSecretVersionStage in eu-west-1 by session 1',
    ])
    const resources = asked.map(({ Policy }) =>
      JSON.parse(Policy).Statement.map(({ Action, Resource }: { Action: string[]; Resource: string }) => [
        Action.join(' '),
        Resource,
      ]),
    )
    expect(resources).toEqual([
      [
        [
          'secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage',
          SECRET,
        ],
        ['kms:Decrypt kms:GenerateDataKey', 'arn:aws:kms:eu-west-1:*:key/*'],
      ],
      [
        ['secretsmanager:DescribeSecret secretsmanager:GetSecretValue', ADMIN],
        ['kms:Decrypt', 'arn:aws:kms:eu-west-1:*:key/*'],
      ],
      [['rds:DescribeDBClusters rds:DescribeDBInstances', '*']],
    ])
    for (const { RoleArn, ExternalId, RoleSessionName } of asked) {
      expect(RoleArn).toBe('arn:aws:iam::444455556666:role/team/quarterturn-target')
      expect(ExternalId).toBe('external')
      expect(RoleSessionName).toBe(`${TOKEN}.team-app-AbCdEf`)
    }
  })

  test('is a session of its own for what a provider has to do at the target, allowed that and no more', async () => {
    const { asked, reach } = setUp()
    const { credentials } = reach({ secretArn: SECRET, token: TOKEN, functionArn: FUNCTION })
    const resources = ['arn:aws:rds:eu-west-1:444455556666:db:app']
    const looks = { actions: ['rds:DescribeDBInstances'], resources }
    const conditions = { StringEquals: { 'aws:ResourceTag/quarterturn:secret': SECRET } }
    const given = [
      await credentials([looks]),
      await credentials([{ ...looks, actions: ['rds:ModifyDBInstance'], conditions }]),
      await credentials([looks]),
    ]
    expect(given.map(({ accessKeyId }) => accessKeyId)).toEqual(['session 1', 'session 2', 'session 1'])
    expect(asked.map(({ Policy }) => JSON.parse(Policy).Statement)).toEqual([
      [{ Effect: 'Allow', Action: looks.actions, Resource: resources }],
      [{ Effect: 'Allow', Action: ['rds:ModifyDBInstance'], Resource: resources, Condition: conditions }],
    ])
  })

  test('is never that of another secret or another rotation', async () => {
    const { asked, reach } = setUp()
    const other = SECRET.replace('app', 'other')
    for (const [secretArn, token] of [
      [SECRET, TOKEN],
      [other, TOKEN],
      [SECRET, TOKEN.replace('a1', 'b2')],
      [SECRET, TOKEN],
    ] as const)
      await reach({ secretArn, token, functionArn: FUNCTION }).secretsManager.describeSecret({
        SecretId: secretArn,
      })
    expect(asked).toHaveLength(3)
  })

  test('is of the partition and Region of the secret', async () => {
    const { asked, calls, reach } = setUp()
    const secretArn = SECRET.replace('aws:', 'aws-us-gov:').replace('eu-west-1', 'us-gov-west-1')
    const functionArn = FUNCTION.replace('aws', 'aws-us-gov').replace('eu-west-1', 'us-gov-east-1')
    await reach({ secretArn, token: TOKEN, functionArn }).secretsManager.describeSecret({
      SecretId: secretArn,
    })
    expect(asked[0]?.RoleArn).toBe('arn:aws-us-gov:iam::444455556666:role/team/quarterturn-target')
    expect(calls).toEqual(['DescribeSecret in us-gov-west-1 by session 1'])
  })
})

test("a secret of the function's own account in another Region is reached by its own role", async () => {
  const { asked, calls, reach } = setUp()
  const secretArn = SECRET.replace('444455556666', '111122223333').replace('eu-west-1', 'us-east-1')
  await reach({ secretArn, token: TOKEN, functionArn: FUNCTION }).secretsManager.describeSecret({
    SecretId: secretArn,
  })
  const { credentials } = reach({ secretArn, token: TOKEN, functionArn: FUNCTION })
  expect((await credentials([])).accessKeyId).toBe('the function')
  expect(asked).toEqual([])
  expect(calls).toEqual(['DescribeSecret in us-east-1 by the function'])
})

describe('the policy of a session', () => {
  test("binds the key to the secret, and to Secrets Manager of the secret's Region", () => {
    const china = SECRET.replace('aws:', 'aws-cn:').replace('eu-west-1', 'cn-north-1')
    const conditionOf = (policy: string) => JSON.parse(policy).Statement[1].Condition
    expect(conditionOf(secretPolicy(SECRET))).toEqual({
      StringEquals: {
        'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': SECRET,
      },
    })
    expect(conditionOf(adminPolicy(china)).StringEquals['kms:ViaService']).toEqual([
      'secretsmanager.cn-north-1.amazonaws.com',
      'secretsmanager.cn-north-1.amazonaws.com.cn',
    ])
  })

  test('is within the 2,048 characters for the longest name that there can be', () => {
    const longest = SECRET.replace('team/app', 'a'.repeat(512))
    expect(secretPolicy(longest).length).toBeLessThan(2_048)
  })

  test.each(['*', '?', '$'])('is not made for an ARN with %s', (wildcard) => {
    expect(() => secretPolicy(SECRET.replace('app', wildcard))).toThrow('a wildcard')
    expect(() => adminPolicy(SECRET.replace('app', wildcard))).toThrow('a wildcard')
    const resources = [SECRET, `arn:aws:rds:eu-west-1:444455556666:db:${wildcard}`]
    expect(() => targetPolicy([{ actions: ['rds:ModifyDBInstance'], resources }])).toThrow('a wildcard')
  })
})

test('the name of a session is one that STS takes, whatever secret and token are called', () => {
  const longest = SECRET.replace('team/app', 'a!b/c'.repeat(100))
  for (const token of [TOKEN, 'nightly:2026.11.23=app@eu-west-1_1', 'x'.repeat(64)])
    expect(sessionNameOf(longest, token)).toMatch(/^[\w+=,.@-]{2,64}$/)
})

test.each([
  ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
])('STS is asked in the Region of the function: %s', async (region, host) => {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' }
  const client = new STSClient({ region, credentials })
  const hosts: string[] = []
  client.middlewareStack.add(
    () => async (args) => {
      hosts.push((args.request as { hostname: string }).hostname)
      throw new Error('not sent')
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await expect(
    createSts(client).assumeRole({
      RoleArn: 'arn:aws:iam::444455556666:role/quarterturn-target',
      RoleSessionName: 'rotation',
      ExternalId: 'external',
      DurationSeconds: 900,
      Policy: '{}',
    }),
  ).rejects.toThrow('not sent')
  expect(hosts).toEqual([host])
})
