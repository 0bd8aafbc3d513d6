import type { Random } from '../../shared/local/model/random.ts'
import { hostileValue, MEMBERS, oneOf, PLACE } from './pools.ts'
import { NAMES } from './world.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:manual'
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    },
  ],
})

type Body = Record<string, unknown>
type Draw = (random: Random) => unknown

const maybe =
  (draw: Draw): Draw =>
  (random) =>
    random.chance(0.5) ? draw(random) : undefined
const among =
  (...values: readonly [unknown, ...unknown[]]): Draw =>
  (random) =>
    oneOf(random, values)
const token: Draw = (random) =>
  random.chance(0.7) ? random.uuid() : `token-${String(random.below(4)).padStart(30, '0')}`
const secret: Draw = (random) => oneOf(random, NAMES)
const value: Draw = (random) => `value ${random.below(5)}`
const label = among('AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS', 'blue', 'green')
const version: Draw = (random) => `token-${String(random.below(6)).padStart(30, '0')}`
const regions: Draw = () => [{ Region: 'us-east-1' }]

/** For each operation members that it would take, so that what is wrong with a request is seldom wrong at the door. */
export const BODIES: Readonly<Record<string, Readonly<Record<string, Draw>>>> = {
  BatchGetSecretValue: {
    SecretIdList: maybe((random) => [secret(random), secret(random)]),
    Filters: maybe(() => [{ Key: 'name', Values: ['db'] }]),
    MaxResults: maybe(among(1, 20)),
  },
  CancelRotateSecret: { SecretId: secret },
  CreateSecret: {
    Name: (random) => `new-${random.below(20)}`,
    ClientRequestToken: token,
    SecretString: maybe(value),
    Description: maybe(value),
    Tags: maybe(() => [{ Key: 'team', Value: 'blue' }]),
    AddReplicaRegions: (random) => (random.chance(0.1) ? regions(random) : undefined),
  },
  DeleteResourcePolicy: { SecretId: secret },
  DeleteSecret: {
    SecretId: secret,
    RecoveryWindowInDays: maybe(among(7, 30)),
    ForceDeleteWithoutRecovery: maybe(among(false)),
  },
  DescribeSecret: { SecretId: secret },
  GetRandomPassword: { PasswordLength: maybe(among(1, 32, 4096)), ExcludeCharacters: maybe(among('abc')) },
  GetResourcePolicy: { SecretId: secret },
  GetSecretValue: { SecretId: secret, VersionId: maybe(version), VersionStage: maybe(label) },
  ListSecretVersionIds: {
    SecretId: secret,
    MaxResults: maybe(among(1, 100)),
    IncludeDeprecated: maybe(among(true)),
  },
  ListSecrets: {
    MaxResults: maybe(among(1, 100)),
    Filters: maybe(() => [{ Key: 'tag-key', Values: ['team'] }]),
  },
  PutResourcePolicy: {
    SecretId: secret,
    ResourcePolicy: () => POLICY,
    BlockPublicPolicy: maybe(among(true)),
  },
  PutSecretValue: {
    SecretId: secret,
    ClientRequestToken: token,
    SecretString: value,
    VersionStages: maybe((random) => [label(random)]),
    RotationToken: maybe((random) => random.uuid()),
  },
  RemoveRegionsFromReplication: { SecretId: secret, RemoveReplicaRegions: () => ['us-east-1'] },
  ReplicateSecretToRegions: {
    SecretId: secret,
    AddReplicaRegions: regions,
    ForceOverwriteReplicaSecret: maybe(among(true)),
  },
  RestoreSecret: { SecretId: secret },
  RotateSecret: {
    SecretId: secret,
    ClientRequestToken: token,
    RotationLambdaARN: maybe(() => FUNCTION),
    RotationRules: maybe(
      among({ AutomaticallyAfterDays: 30 }, { ScheduleExpression: 'rate(4 hours)', Duration: '1h' }),
    ),
    RotateImmediately: maybe(among(true, false)),
  },
  StopReplicationToReplica: { SecretId: secret },
  TagResource: { SecretId: secret, Tags: () => [{ Key: 'team', Value: 'blue' }] },
  UntagResource: { SecretId: secret, TagKeys: () => ['team'] },
  UpdateSecret: {
    SecretId: secret,
    ClientRequestToken: token,
    SecretString: maybe(value),
    Description: maybe(value),
  },
  UpdateSecretVersionStage: {
    SecretId: secret,
    VersionStage: label,
    MoveToVersionId: maybe(version),
    RemoveFromVersionId: maybe(version),
  },
  ValidateResourcePolicy: { SecretId: maybe(secret), ResourcePolicy: () => POLICY },
}

export const OPERATIONS = Object.keys(BODIES) as [string, ...string[]]

/** A body that the operation may take. */
export function properBody(operation: string, random: Random): Body {
  const drawn = Object.entries(BODIES[operation] ?? {}).map(([name, draw]) => [name, draw(random)] as const)
  return Object.fromEntries(drawn.filter(([, member]) => member !== undefined))
}

/** Makes one thing of it wrong. */
export function spoil(body: Body, random: Random): Body {
  const names = Object.keys(body)
  const name = names[random.below(Math.max(1, names.length))] ?? 'SecretId'
  switch (random.below(6)) {
    case 0: {
      const { [name]: _, ...rest } = body
      return rest
    }
    case 1:
      return with_(body, oneOf(random, MEMBERS), hostileValue(random))
    case 2:
      return with_(body, name, [body[name]])
    case 3:
      return with_(body, 'SecretId', `${PLACE}${random.alphanumeric(3)}-${random.alphanumeric(6)}`)
    case 4:
      return with_(
        body,
        'SecretBinary',
        oneOf(random, ['*', 'AAA', 'AAAA', '====', 'A'.repeat(90_000), 7, {}]),
      )
    default:
      return with_(body, name, inside(body[name], hostileValue(random), random))
  }
}

/** Also a member called `__proto__`, which an object literal would take for something else. */
function with_(body: Body, name: string, member: unknown): Body {
  return Object.fromEntries([...Object.entries(body).filter(([key]) => key !== name), [name, member]])
}

/** In place of the member, or of something within it. */
function inside(member: unknown, hostile: unknown, random: Random): unknown {
  if (Array.isArray(member) && random.chance(0.7)) return member.map((item) => inside(item, hostile, random))
  if (typeof member === 'object' && member !== null && random.chance(0.7)) {
    const keys = Object.keys(member)
    return with_({ ...member }, keys[random.below(keys.length)] ?? 'x', hostile)
  }
  return hostile
}
