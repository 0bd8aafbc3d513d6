import { expect, test } from 'vitest'
import { createLocalSecretsManager, type OperationName } from '../index.ts'

const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp() {
  const model = createLocalSecretsManager()
  const { ARN } = model.call('CreateSecret', {
    Name: 'db',
    SecretString: 'one',
    ClientRequestToken: token(0),
  })
  return { model, ARN }
}

/** The error that the call throws. */
function errorOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

const SECRET = 'hunter2-hunter2'
test.each<[why: string, operation: OperationName, input: unknown, says: string]>([
  ['no object', 'DescribeSecret', 'db', 'SerializationException'],
  ['a number for a name', 'DescribeSecret', { SecretId: 7 }, 'SerializationException: secretId'],
  [
    'a list for a value',
    'PutSecretValue',
    { SecretId: 'db', SecretString: [SECRET] },
    'SerializationException',
  ],
  [
    'nothing at all',
    'DescribeSecret',
    {},
    "ValidationException: 1 validation error detected: Value at 'secretId'",
  ],
  ['an empty name', 'DescribeSecret', { SecretId: '' }, 'ValidationException'],
  [
    'a name with a space',
    'CreateSecret',
    { Name: 'a b' },
    'ValidationException: Invalid name. Must be a valid name',
  ],
  [
    'a short token',
    'PutSecretValue',
    { SecretId: 'db', SecretString: SECRET, ClientRequestToken: 'short' },
    "ValidationException: 1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32",
  ],
  [
    'no token',
    'PutSecretValue',
    { SecretId: 'db', SecretString: SECRET },
    'InvalidRequestException: You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  ],
  [
    'no token for a rotation',
    'RotateSecret',
    { SecretId: 'db' },
    'InvalidParameterException: You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  ],
  [
    'no value',
    'PutSecretValue',
    { SecretId: 'db', ClientRequestToken: token(1) },
    'InvalidRequestException: You must',
  ],
  [
    'two values',
    'PutSecretValue',
    { SecretId: 'db', ClientRequestToken: token(1), SecretString: SECRET, SecretBinary: new Uint8Array(1) },
    'InvalidParameterException',
  ],
  [
    'no label',
    'PutSecretValue',
    { SecretId: 'db', ClientRequestToken: token(1), SecretString: SECRET, VersionStages: [] },
    "Value at 'versionStages'",
  ],
  [
    'a long label',
    'PutSecretValue',
    {
      SecretId: 'db',
      ClientRequestToken: token(1),
      SecretString: SECRET,
      VersionStages: ['a', 'x'.repeat(257)],
    },
    "Value at 'versionStages.2.member'",
  ],
  [
    'a rotation token of the wrong kind',
    'PutSecretValue',
    {
      SecretId: 'db',
      ClientRequestToken: token(1),
      SecretString: SECRET,
      RotationToken: `${SECRET} ${token(1)}`,
    },
    "Value at 'rotationToken'",
  ],
  [
    'no version to move',
    'UpdateSecretVersionStage',
    { SecretId: 'db', VersionStage: 'x' },
    'InvalidParameterException',
  ],
  [
    'a version that is not there',
    'UpdateSecretVersionStage',
    { SecretId: 'db', VersionStage: 'x', MoveToVersionId: token(7) },
    'ResourceNotFoundException',
  ],
  [
    'a reserved tag',
    'TagResource',
    { SecretId: 'db', Tags: [{ Key: 'aws:x', Value: '' }] },
    'InvalidParameterException',
  ],
  [
    'half a day',
    'RotateSecret',
    { SecretId: 'db', RotationRules: { AutomaticallyAfterDays: 0.5 } },
    'Exception',
  ],
  ['no rotation to cancel', 'CancelRotateSecret', { SecretId: 'db' }, 'InvalidRequestException'],
  [
    'a token of nobody',
    'ListSecretVersionIds',
    { SecretId: 'db', NextToken: 'x' },
    'InvalidNextTokenException',
  ],
  [
    'a password too short for its kinds',
    'GetRandomPassword',
    { PasswordLength: 3 },
    'InvalidParameterException',
  ],
  [
    'another account',
    'DescribeSecret',
    { SecretId: 'arn:aws:secretsmanager:eu-west-1:999988887777:secret:db' },
    'Resource',
  ],
  [
    'a replica',
    'CreateSecret',
    { Name: 'x', ClientRequestToken: token(1), AddReplicaRegions: [{}] },
    'InvalidParameter',
  ],
  ['days as text', 'DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: '7' }, 'SerializationException'],
  ['no days', 'DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 0 }, 'InvalidParameterException'],
  ['an unknown order', 'ListSecrets', { SortOrder: 'up' }, 'ValidationException: 1 validation error'],
  [
    'a filter with odd characters',
    'ListSecrets',
    { Filters: [{ Key: 'name', Values: ['é'] }] },
    "Value at 'filters.1.member.values.1.member' failed to satisfy constraint: Member must satisfy its regular expression pattern",
  ],
  ['an empty batch', 'BatchGetSecretValue', { SecretIdList: [] }, "Value at 'secretIdList'"],
  ['no Region', 'ReplicateSecretToRegions', { SecretId: 'db', AddReplicaRegions: [] }, 'ValidationException'],
  [
    'no name of a Region',
    'ReplicateSecretToRegions',
    { SecretId: 'db', AddReplicaRegions: [{ Region: 'Frankfurt' }] },
    "Value at 'addReplicaRegions.1.member.region'",
  ],
  [
    'a Region without a replica',
    'RemoveRegionsFromReplication',
    { SecretId: 'db', RemoveReplicaRegions: ['eu-north-1'] },
    'InvalidParameterException',
  ],
  ['no policy', 'PutResourcePolicy', { SecretId: 'db' }, "Value at 'resourcePolicy'"],
  [
    'a policy for an absent secret',
    'ValidateResourcePolicy',
    { SecretId: 'none', ResourcePolicy: '{}' },
    'ResourceNotFoundException',
  ],
])('input is checked before anything happens: %s', (_why, operation, input, says) => {
  const { model, ARN } = setUp()
  const before = JSON.stringify([model.call('DescribeSecret', { SecretId: ARN }), model.events])
  const said = String(errorOf(() => model.handle(operation, input)))
  expect(said).toContain(says)
  expect(said).not.toContain(SECRET)
  expect(JSON.stringify([model.call('DescribeSecret', { SecretId: ARN }), model.events])).toBe(before)
})

test('an error has what an error of the SDK has', () => {
  expect(errorOf(() => setUp().model.call('GetSecretValue', { SecretId: 'none' }))).toMatchObject({
    name: 'ResourceNotFoundException',
    statusCode: 400,
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  })
})
