import type { LocalAccount, LocalCredentials, PolicyInput } from '../../index.ts'
import { equal, guide, reference } from '../case.ts'
import {
  type AccountCase,
  type AccountWorld,
  allowing,
  assume,
  denying,
  freshRoleName,
  freshSecret,
  functionRole,
  iamGuide,
  refuses,
  text,
  trusting,
} from './account-case.ts'

const DENIALS = iamGuide('troubleshoot_access-denied')
const because = (reason: string) =>
  new RegExp(
    `^User: arn:aws:\\S+ is not authorized to perform: secretsmanager:GetSecretValue on resource: \\S+ ${reason}$`,
  )

/** A session of a role with these policies, narrowed by a session policy where one is given. */
async function session(
  world: AccountWorld,
  account: LocalAccount,
  policies: readonly PolicyInput[],
  Policy?: PolicyInput,
): Promise<LocalCredentials> {
  const { arn: RoleArn } = account.role(freshRoleName(), { trust: trusting(account.id), policies })
  return await assume(world, account.credentials, {
    RoleArn,
    ...(Policy === undefined ? {} : { Policy: text(Policy) }),
  })
}

const read = (world: AccountWorld, credentials: LocalCredentials, SecretId: string) =>
  world.secretsManager(credentials).getSecretValue({ SecretId })

/** What a session may do at Secrets Manager, and how it is told what it may not. */
export const PERMISSION_CASES: readonly AccountCase[] = [
  {
    name: 'a role may do what its policies allow, and nothing else',
    fact: DENIALS,
    run: async (world) => {
      const { hub } = world
      const [one, other] = [await freshSecret(world, hub), await freshSecret(world, hub)]
      const reader = await session(world, hub, [allowing('secretsmanager:Get*', one)])
      equal((await read(world, reader, one)).SecretString, 'one')
      await refuses(
        read(world, reader, other),
        'AccessDeniedException',
        because('because no identity-based policy allows the secretsmanager:GetSecretValue action'),
      )
      await refuses(
        world.secretsManager(reader).putSecretValue({ SecretId: one, SecretString: 'two' }),
        'AccessDeniedException',
        /secretsmanager:PutSecretValue action$/,
      )
    },
  },
  {
    name: 'an explicit deny wins, and is named',
    fact: DENIALS,
    run: async (world) => {
      const { hub } = world
      const SecretId = await freshSecret(world, hub)
      const denied = await session(world, hub, [allowing('*'), denying('secretsmanager:GetSecretValue')])
      await refuses(
        read(world, denied, SecretId),
        'AccessDeniedException',
        because('with an explicit deny in an identity-based policy'),
      )
      const narrowed = await session(world, hub, [allowing('*')], denying('secretsmanager:*'))
      await refuses(
        read(world, narrowed, SecretId),
        'AccessDeniedException',
        because('with an explicit deny in a session policy'),
      )
    },
  },
  {
    name: 'a session policy only takes away',
    fact: iamGuide('access_policies'),
    run: async (world) => {
      const { hub } = world
      const [one, other] = [await freshSecret(world, hub), await freshSecret(world, hub)]
      const all = allowing('secretsmanager:*')
      const narrowed = await session(world, hub, [all], allowing('secretsmanager:GetSecretValue', one))
      equal((await read(world, narrowed, one)).SecretString, 'one')
      const noSession = because('because no session policy allows the secretsmanager:GetSecretValue action')
      await refuses(read(world, narrowed, other), 'AccessDeniedException', noSession)
      const widened = await session(world, hub, [], all)
      await refuses(read(world, widened, one), 'AccessDeniedException', /no identity-based policy/)
    },
  },
  {
    name: 'several session policies allow together',
    fact: iamGuide('access_policies'),
    run: async (world) => {
      const { hub } = world
      const SecretId = await freshSecret(world, hub)
      const { arn: RoleArn } = hub.role(freshRoleName(), {
        trust: trusting(hub.id),
        policies: [allowing('*')],
      })
      const arn = hub.managedPolicy(freshRoleName(), allowing('secretsmanager:DescribeSecret'))
      const both = await assume(world, hub.credentials, {
        RoleArn,
        Policy: text(allowing('secretsmanager:GetSecretValue')),
        PolicyArns: [{ arn }],
      })
      await read(world, both, SecretId)
      await world.secretsManager(both).describeSecret({ SecretId })
      await refuses(
        world.secretsManager(both).listSecretVersionIds({ SecretId }),
        'AccessDeniedException',
        /no session policy/,
      )
    },
  },
  {
    name: 'a role can be limited to the secrets of one rotation function',
    fact: {
      page: 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html',
      kind: 'documented',
    },
    run: async (world) => {
      const { aws, hub } = world
      const functionArn = `arn:aws:lambda:eu-west-1:${hub.id}:function:${freshRoleName()}`
      aws.registerFunction(functionArn, 'manual')
      const SecretId = await freshSecret(world, hub)
      const condition = { ArnEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': functionArn } }
      const limited = await session(world, hub, [allowing('secretsmanager:*', '*', condition)])
      await refuses(read(world, limited, SecretId), 'AccessDeniedException')
      await world.secretsManager(hub.credentials).rotateSecret({ SecretId, RotationLambdaARN: functionArn })
      equal((await read(world, limited, SecretId)).SecretString, 'one')
    },
  },
  {
    name: 'a role can be limited by the tags of a secret and by its account',
    fact: guide('2.2', 'auth-and-access_examples_cross'),
    run: async (world) => {
      const { hub } = world
      const tagged = await freshSecret(world, hub, [{ Key: 'team', Value: 'blue' }])
      const plain = await freshSecret(world, hub)
      const condition = {
        StringEquals: { 'aws:ResourceTag/team': 'blue', 'aws:ResourceAccount': hub.id },
      }
      const limited = await session(world, hub, [allowing('secretsmanager:GetSecretValue', '*', condition)])
      equal((await read(world, limited, tagged)).SecretString, 'one')
      await refuses(read(world, limited, plain), 'AccessDeniedException')
    },
  },
  {
    name: 'a secret of another account needs its own policy, the caller’s, and the full ARN',
    fact: guide('2.3', 'auth-and-access_examples_cross'),
    run: async (world) => {
      const { hub, workload } = world
      const SecretId = await freshSecret(world, workload)
      const reader = functionRole(world, [allowing('secretsmanager:GetSecretValue')])
      await refuses(
        read(world, reader.credentials, SecretId),
        'AccessDeniedException',
        because('because no resource-based policy allows the secretsmanager:GetSecretValue action'),
      )
      const ResourcePolicy = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: hub.id },
          Action: 'secretsmanager:GetSecretValue',
          Resource: '*',
        },
      })
      await world.secretsManager(workload.credentials).putResourcePolicy({ SecretId, ResourcePolicy })
      equal((await read(world, reader.credentials, SecretId)).SecretString, 'one')
      const Name = (SecretId.split(':')[6] ?? '').slice(0, -7)
      await refuses(read(world, reader.credentials, Name), 'ResourceNotFoundException')
      const silent = functionRole(world, [])
      await refuses(
        read(world, silent.credentials, SecretId),
        'AccessDeniedException',
        /no identity-based policy/,
      )
    },
  },
  {
    name: 'whoever starts a rotation needs the right to invoke the function',
    fact: reference('1.1', 'RotateSecret'),
    run: async (world) => {
      const { aws, hub } = world
      const RotationLambdaARN = `arn:aws:lambda:eu-west-1:${hub.id}:function:${freshRoleName()}`
      aws.registerFunction(RotationLambdaARN, 'manual')
      const SecretId = await freshSecret(world, hub)
      const half = await session(world, hub, [allowing('secretsmanager:RotateSecret')])
      await refuses(
        world.secretsManager(half).rotateSecret({ SecretId, RotationLambdaARN }),
        'AccessDeniedException',
        /lambda:InvokeFunction/,
      )
      const whole = await session(world, hub, [
        allowing(['secretsmanager:RotateSecret', 'lambda:InvokeFunction']),
      ])
      await world.secretsManager(whole).rotateSecret({ SecretId, RotationLambdaARN })
    },
  },
  {
    name: 'a function of another account may rotate where its policy lets the account of the secret invoke it',
    fact: guide('2.2', 'rotate-secrets_turn-on-for-other'),
    run: async (world) => {
      const { aws, hub, workload } = world
      const [open, closed] = [freshRoleName(), freshRoleName()].map(
        (name) => `arn:aws:lambda:eu-west-1:${hub.id}:function:${name}`,
      )
      aws.registerFunction(open ?? '', 'manual', { invokableFrom: [workload.id] })
      aws.registerFunction(closed ?? '', 'manual')
      const SecretId = await freshSecret(world, workload)
      const client = world.secretsManager(workload.credentials)
      await refuses(
        client.rotateSecret({ SecretId, RotationLambdaARN: closed }),
        'AccessDeniedException',
        /^Secrets Manager cannot invoke the specified Lambda function\./,
      )
      await client.rotateSecret({ SecretId, RotationLambdaARN: open })
      equal((await client.describeSecret({ SecretId })).RotationLambdaARN, open)
    },
  },
]
