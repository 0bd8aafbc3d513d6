import { equal, match, ok } from '../case.ts'
import {
  type AccountCase,
  allowing,
  assume,
  freshRoleName,
  freshSecret,
  functionRole,
  iamGuide,
  refuses,
  stsRecorded,
  stsReference,
  text,
  trusting,
} from './account-case.ts'

const DENIED =
  /^User: arn:aws:[a-z:]+:\d{12}:\S+ is not authorized to perform: sts:AssumeRole on resource: \S+$/

/** AssumeRole and GetCallerIdentity: who may become what, for how long. */
export const STS_CASES: readonly AccountCase[] = [
  {
    name: 'GetCallerIdentity names the user, and for a session the assumed role',
    fact: stsRecorded(),
    run: async (world) => {
      const { hub } = world
      const user = await world.sts(hub.credentials).getCallerIdentity({})
      equal(user.Account, hub.id)
      equal(user.Arn, `arn:aws:iam::${hub.id}:user/admin`)
      const name = freshRoleName()
      const { arn: RoleArn } = hub.role(name, { trust: trusting(hub.id) })
      const session = await world.sts(await assume(world, hub.credentials, { RoleArn })).getCallerIdentity({})
      equal(session.Arn, `arn:aws:sts::${hub.id}:assumed-role/${name}/case`)
      match(session.UserId ?? '', /^AROA[A-Z0-9]+:case$/)
    },
  },
  {
    name: 'AssumeRole answers a session of an hour, with a token, under the role and the session name',
    fact: stsReference('AssumeRole'),
    run: async (world) => {
      const { hub, workload, aws } = world
      const name = freshRoleName()
      const { arn: RoleArn } = workload.role(name, { trust: trusting(hub.id) })
      const answer = await world.sts(hub.credentials).assumeRole({ RoleArn, RoleSessionName: 'a=b,c.d@e-f' })
      equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${workload.id}:assumed-role/${name}/a=b,c.d@e-f`)
      match(answer.Credentials?.AccessKeyId ?? '', /^ASIA[A-Z0-9]{16}$/)
      ok(answer.Credentials?.SessionToken)
      equal(answer.PackedPolicySize, undefined)
      const lasts = (answer.Credentials?.Expiration?.getTime() ?? 0) - aws.clock.now()
      ok(lasts > 3_595_000 && lasts <= 3_600_000, `${lasts}`)
    },
  },
  {
    name: 'a role of another account needs both: its trust, and a policy of the caller',
    fact: iamGuide('reference_policies_evaluation-logic-cross-account'),
    run: async (world) => {
      const may = functionRole(world)
      const mayNot = functionRole(world, [])
      const trusted = world.workload.role(freshRoleName(), { trust: trusting([may.arn, mayNot.arn]) })
      const other = world.workload.role(freshRoleName(), { trust: trusting(world.workload.id) })
      await assume(world, may.credentials, { RoleArn: trusted.arn })
      await refuses(assume(world, mayNot.credentials, { RoleArn: trusted.arn }), 'AccessDenied', DENIED)
      await refuses(assume(world, may.credentials, { RoleArn: other.arn }), 'AccessDenied', DENIED)
    },
  },
  {
    name: 'aws:ResourceAccount of AssumeRole is the account of the role',
    fact: iamGuide('reference_policies_condition-keys'),
    run: async (world) => {
      const { arn: RoleArn } = world.workload.role(freshRoleName(), { trust: trusting(world.hub.id) })
      const within = (account: string) =>
        functionRole(world, [
          {
            Statement: {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Resource: '*',
              Condition: { StringEquals: { 'aws:ResourceAccount': account } },
            },
          },
        ])
      await assume(world, within(world.workload.id).credentials, { RoleArn })
      await refuses(assume(world, within(world.hub.id).credentials, { RoleArn }), 'AccessDenied', DENIED)
    },
  },
  {
    name: 'within an account a trust that names the caller is enough, one that names the account is not',
    fact: iamGuide('reference_policies_elements_principal'),
    run: async (world) => {
      const caller = functionRole(world, [])
      const named = world.hub.role(freshRoleName(), { trust: trusting(caller.arn) })
      const delegated = world.hub.role(freshRoleName(), {
        trust: trusting(`arn:aws:iam::${world.hub.id}:root`),
      })
      await assume(world, caller.credentials, { RoleArn: named.arn })
      await refuses(assume(world, caller.credentials, { RoleArn: delegated.arn }), 'AccessDenied', DENIED)
    },
  },
  {
    name: 'an external id that the trust asks for must be there, and right',
    fact: iamGuide('confused-deputy'),
    run: async (world) => {
      const { hub, workload } = world
      const condition = { StringEquals: { 'sts:ExternalId': 'right-one' } }
      const { arn: RoleArn } = workload.role(freshRoleName(), { trust: trusting(hub.id, condition) })
      await assume(world, hub.credentials, { RoleArn, ExternalId: 'right-one' })
      await refuses(
        assume(world, hub.credentials, { RoleArn, ExternalId: 'wrong-one' }),
        'AccessDenied',
        DENIED,
      )
      await refuses(assume(world, hub.credentials, { RoleArn }), 'AccessDenied', DENIED)
    },
  },
  {
    name: 'a role that is not there is refused like one that does not trust',
    fact: stsReference('AssumeRole'),
    run: async (world) => {
      const absent = [
        `arn:aws:iam::${world.workload.id}:role/absent`,
        'arn:aws:iam::999988887777:role/absent',
      ]
      for (const RoleArn of absent)
        await refuses(assume(world, world.hub.credentials, { RoleArn }), 'AccessDenied', DENIED)
    },
  },
  {
    name: 'DurationSeconds is from 900 to what the role allows',
    fact: stsReference('AssumeRole'),
    run: async (world) => {
      const { hub } = world
      const trust = trusting(hub.id)
      const { arn: RoleArn } = hub.role(freshRoleName(), { trust, maxSessionSeconds: 7_200 })
      const forSeconds = (DurationSeconds: number) =>
        assume(world, hub.credentials, { RoleArn, DurationSeconds })
      await forSeconds(900)
      await forSeconds(7_200)
      await refuses(forSeconds(899), 'ValidationError', /durationSeconds.*greater than or equal to 900$/)
      await refuses(forSeconds(43_201), 'ValidationError', /durationSeconds.*less than or equal to 43200$/)
      await refuses(
        forSeconds(7_201),
        'ValidationError',
        /^The requested DurationSeconds exceeds the MaxSessionDuration set for this role\.$/,
      )
    },
  },
  {
    name: 'a session that assumes a role gets at most an hour, whatever the role allows',
    fact: iamGuide('id_roles'),
    run: async (world) => {
      const caller = functionRole(world)
      const trust = trusting(caller.arn)
      const { arn: RoleArn } = world.workload.role(freshRoleName(), { trust, maxSessionSeconds: 43_200 })
      const forSeconds = (DurationSeconds: number) =>
        assume(world, caller.credentials, { RoleArn, DurationSeconds })
      await forSeconds(3_600)
      await refuses(
        forSeconds(3_601),
        'ValidationError',
        /^The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining\.$/,
      )
    },
  },
  {
    name: 'a session name has 2 to 64 of the characters allowed',
    fact: stsRecorded(),
    run: async (world) => {
      const { hub } = world
      const { arn: RoleArn } = hub.role(freshRoleName(), { trust: trusting(hub.id) })
      const sts = world.sts(hub.credentials)
      for (const RoleSessionName of ['Session1:2', 's'.repeat(65), 's', 'a b'])
        await refuses(
          sts.assumeRole({ RoleArn, RoleSessionName }),
          'ValidationError',
          /^1 validation error detected: .*'roleSessionName' failed to satisfy constraint/,
        )
    },
  },
  {
    name: 'what is no ARN of a role is invalid',
    fact: stsRecorded(),
    run: async (world) => {
      for (const RoleArn of ['nothing-valid-in-here', 'arn:a:a::aaaaaaaaaa:aaaa'])
        await refuses(
          assume(world, world.hub.credentials, { RoleArn }),
          'ValidationError',
          new RegExp(`^${RoleArn} is invalid$`),
        )
    },
  },
  {
    name: 'session tags need sts:TagSession, and their keys differ by more than case',
    fact: stsRecorded(),
    run: async (world) => {
      const { hub } = world
      const plain = hub.role(freshRoleName(), { trust: trusting(hub.id) })
      const Principal = { AWS: hub.id }
      const Action = ['sts:AssumeRole', 'sts:TagSession']
      const tagging = hub.role(freshRoleName(), {
        trust: { Statement: { Effect: 'Allow', Principal, Action } },
      })
      const withTags = (RoleArn: string, ...keys: string[]) =>
        world.sts(hub.credentials).assumeRole({
          RoleArn,
          RoleSessionName: 'case',
          Tags: keys.map((Key) => ({ Key, Value: 'v' })),
        })
      await withTags(tagging.arn, 'team')
      await refuses(
        withTags(plain.arn, 'team'),
        'AccessDenied',
        /not authorized to perform: sts:TagSession on resource/,
      )
      await refuses(
        withTags(tagging.arn, 'team', 'Team'),
        'InvalidParameterValue',
        /^Duplicate tag keys found\. Please note that Tag keys are case insensitive\.$/,
      )
    },
  },
  {
    name: 'a session policy and ten ARNs have 2,048 characters together',
    fact: iamGuide('reference_iam-quotas'),
    run: async (world) => {
      const { hub } = world
      const { arn: RoleArn } = hub.role(freshRoleName(), { trust: trusting(hub.id) })
      const policy = (length: number) => {
        const empty = text(allowing('s3:GetObject', ''))
        return text(allowing('s3:GetObject', 'x'.repeat(length - empty.length)))
      }
      const arn = hub.managedPolicy(freshRoleName(), allowing('s3:GetObject'))
      const withPolicy = (Policy: string, count = 0) =>
        assume(world, hub.credentials, {
          RoleArn,
          Policy,
          PolicyArns: Array.from({ length: count }, () => ({ arn })),
        })
      await withPolicy(policy(2_048))
      await refuses(withPolicy(policy(2_049)), 'ValidationError', /'policy'.*less than or equal to 2048$/)
      await refuses(
        withPolicy(policy(2_000), 1),
        'PackedPolicyTooLargeException',
        /^Packed policy consumes \d+%/,
      )
      await refuses(withPolicy(policy(200), 11), 'ValidationError', /'policyArns'/)
      await refuses(withPolicy('{"Statement":'), 'MalformedPolicyDocumentException')
    },
  },
  {
    name: 'a session ends when it expires',
    fact: iamGuide('id_credentials_temp_use-resources'),
    run: async (world) => {
      const { hub, aws } = world
      const { arn: RoleArn } = hub.role(freshRoleName(), {
        trust: trusting(hub.id),
        policies: [allowing('*')],
      })
      const session = await assume(world, hub.credentials, { RoleArn, DurationSeconds: 900 })
      const SecretId = await freshSecret(world, hub)
      aws.clock.advance(898_000)
      await world.secretsManager(session).getSecretValue({ SecretId })
      aws.clock.advance(2_000)
      const says = /^The security token included in the request is expired$/
      await refuses(world.secretsManager(session).getSecretValue({ SecretId }), 'ExpiredTokenException', says)
      await refuses(world.scheduler(session).listSchedules({}), 'ExpiredTokenException', says)
      await refuses(world.sts(session).getCallerIdentity({}), 'ExpiredToken', says)
    },
  },
]
