import { describe, expect, test } from 'vitest'
import {
  CALM,
  createClock,
  createLocalSecretsManager,
  type LocalAwsError,
  type OperationName,
} from './index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const DAY_MS = 86_400_000
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp() {
  const clock = createClock(Date.UTC(2026, 0, 1, 12))
  const model = createLocalSecretsManager({ clock, unpublished: CALM })
  model.registerFunction(FUNCTION, 'manual')
  const { ARN } = model.call('CreateSecret', {
    Name: 'db',
    SecretString: 'one',
    ClientRequestToken: token(0),
  })
  const put = (n: number, ...VersionStages: string[]) =>
    model.call('PutSecretValue', {
      SecretId: 'db',
      SecretString: `value ${n}`,
      ClientRequestToken: token(n),
      ...(VersionStages.length === 0 ? {} : { VersionStages }),
    })
  const stages = () => model.call('DescribeSecret', { SecretId: 'db' }).VersionIdsToStages
  const rotate = (n: number) =>
    model.call('RotateSecret', { SecretId: 'db', ClientRequestToken: token(n), RotationLambdaARN: FUNCTION })
  return { model, clock, ARN, put, stages, rotate }
}

/** The error that the call throws, as text. */
function errorOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('the 100 versions of a secret', () => {
  test('are a quota while none is a day old', () => {
    const { clock, put, model } = setUp()
    for (let n = 1; n < 100; n += 1) put(n)
    clock.advance(DAY_MS - 1)
    expect(errorOf(() => put(100))).toMatch('LimitExceededException')
    expect(model.call('GetSecretValue', { SecretId: 'db' }).SecretString).toBe('value 99')
  })

  test('are kept by purging those without a label, the oldest first', () => {
    const { clock, put, model } = setUp()
    put(1, 'mine')
    for (let n = 2; n < 100; n += 1) put(n)
    clock.advance(DAY_MS)
    put(100)
    const read = (n: number) =>
      errorOf(() => model.call('GetSecretValue', { SecretId: 'db', VersionId: token(n) }))
    // Only `one` went: the purge is for room, and the label keeps the next oldest.
    expect(read(0)).toMatch('ResourceNotFoundException')
    expect([read(1), read(2), read(99), read(100)]).toEqual(Array.from({ length: 4 }, () => 'no error'))
    put(101)
    expect(read(1)).toBe('no error')
    expect(read(2)).toMatch('ResourceNotFoundException')
    expect(model.events.filter(({ detail }) => 'eventName' in detail)).toHaveLength(2)
  })
})

describe('a rotation whose steps a test drives', () => {
  test('ends with the label move', () => {
    const { model, put, stages, rotate } = setUp()
    rotate(1)
    put(1, 'AWSPENDING')
    model.call('UpdateSecretVersionStage', {
      SecretId: 'db',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token(1),
      RemoveFromVersionId: token(0),
    })
    expect(stages()).toEqual({ [token(0)]: ['AWSPREVIOUS'], [token(1)]: ['AWSCURRENT'] })
    // It is over: a later value abandons nothing.
    put(2)
    expect(model.events.flatMap(({ detail }) => ('eventName' in detail ? detail.eventName : []))).toEqual([
      'RotationStarted',
      'RotationSucceeded',
    ])
  })

  test('is not abandoned by its own writes, but by those of an earlier token, which takes AWSPENDING', () => {
    const { model, put, stages, rotate } = setUp()
    rotate(1)
    model.call('UpdateSecretVersionStage', {
      SecretId: 'db',
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token(1),
    })
    rotate(2)
    put(2, 'AWSPENDING')
    put(2, 'AWSPENDING')
    expect(stages()?.[token(2)]).toEqual(['AWSPENDING'])
    put(1, 'AWSPENDING')
    expect(stages()).toEqual({ [token(0)]: ['AWSCURRENT'], [token(1)]: ['AWSPENDING'] })
    expect(model.events.at(-1)?.detail).toMatchObject({ eventName: 'RotationAbandoned' })
  })

  test('may carry labels of ours on the version without a value', () => {
    const { model, stages, rotate } = setUp()
    rotate(1)
    model.call('UpdateSecretVersionStage', {
      SecretId: 'db',
      VersionStage: 'MINE',
      MoveToVersionId: token(1),
    })
    expect(stages()?.[token(1)]).toEqual(['AWSPENDING', 'MINE'])
  })
})

describe('a secret that is not ours to change', () => {
  const CHANGES: [OperationName, object][] = [
    ['PutSecretValue', { SecretString: 'two', ClientRequestToken: token(1) }],
    ['UpdateSecret', { SecretString: 'two', ClientRequestToken: token(1) }],
    ['UpdateSecretVersionStage', { VersionStage: 'mine', MoveToVersionId: token(0) }],
    ['RotateSecret', { ClientRequestToken: token(1), RotationLambdaARN: FUNCTION }],
    ['CancelRotateSecret', {}],
  ]

  test.each(CHANGES)('%s is refused for one that another service owns', (operation, input) => {
    const { model } = setUp()
    model.setOwner('db', { OwningService: 'rds', Type: 'RDSCredentials' })
    expect(errorOf(() => model.handle(operation, { SecretId: 'db', ...input }))).toMatch(
      'InvalidRequestException: The secret is managed by another service',
    )
    expect(model.call('DescribeSecret', { SecretId: 'db' })).toMatchObject({
      OwningService: 'rds',
      Type: 'RDSCredentials',
    })
  })

  test.each([...CHANGES, ['GetSecretValue', {}], ['TagResource', { Tags: [] }]] as [OperationName, object][])(
    '%s is refused for one that is marked for deletion',
    (operation, input) => {
      const { model } = setUp()
      model.markDeleted('db')
      expect(errorOf(() => model.handle(operation, { SecretId: 'db', ...input }))).toBe(
        "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
      )
      expect(model.call('DescribeSecret', { SecretId: 'db' }).DeletedDate).toEqual(
        new Date(model.clock.now()),
      )
      model.markDeleted('db', false)
      expect(model.call('GetSecretValue', { SecretId: 'db' }).SecretString).toBe('one')
    },
  )

  test('its name is taken until it is gone', () => {
    const { model } = setUp()
    model.markDeleted('db')
    expect(errorOf(() => model.call('CreateSecret', { Name: 'db', ClientRequestToken: token(5) }))).toBe(
      "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  })
})

describe('input is checked before anything happens', () => {
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
  ])('%s', (_why, operation, input, says) => {
    const { model, ARN } = setUp()
    const before = JSON.stringify([model.call('DescribeSecret', { SecretId: ARN }), model.events])
    const said = errorOf(() => model.handle(operation, input))
    expect(said).toContain(says)
    expect(said).not.toContain(SECRET)
    expect(JSON.stringify([model.call('DescribeSecret', { SecretId: ARN }), model.events])).toBe(before)
  })

  test('an error has what an error of the SDK has', () => {
    const { model } = setUp()
    const catchIt = (): LocalAwsError | undefined => {
      try {
        model.call('GetSecretValue', { SecretId: 'none' })
      } catch (error) {
        return error as LocalAwsError
      }
      return undefined
    }
    expect(catchIt()).toMatchObject({
      name: 'ResourceNotFoundException',
      statusCode: 400,
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    })
  })
})

test('versions are listed page by page', () => {
  const { model, put } = setUp()
  for (let n = 1; n <= 4; n += 1) put(n, `label-${n}`)
  const first = model.call('ListSecretVersionIds', { SecretId: 'db', MaxResults: 3 })
  const second = model.call('ListSecretVersionIds', {
    SecretId: 'db',
    MaxResults: 3,
    NextToken: first.NextToken,
  })
  expect([...first.Versions, ...second.Versions].map(({ VersionId }) => VersionId)).toEqual(
    [0, 1, 2, 3, 4].map(token),
  )
  expect(second.NextToken).toBeUndefined()
})

test('bytes that a caller changes stay as they were stored', () => {
  const { model } = setUp()
  const SecretBinary = Uint8Array.of(1, 2, 3)
  model.call('PutSecretValue', { SecretId: 'db', SecretBinary, ClientRequestToken: token(1) })
  SecretBinary[0] = 9
  const read = () => model.call('GetSecretValue', { SecretId: 'db' }).SecretBinary ?? new Uint8Array()
  read()[1] = 9
  expect([...read()]).toEqual([1, 2, 3])
})

test('the core carries out far more than 50,000 calls a second', () => {
  const { model, rotate, put } = setUp()
  rotate(1)
  put(1, 'AWSPENDING')
  const asked = { SecretId: 'db', VersionId: token(1), VersionStage: 'AWSPENDING' }
  const perSecond = (): number => {
    const start = performance.now()
    for (let n = 0; n < 5_000; n += 1) {
      model.call('DescribeSecret', { SecretId: 'db' })
      model.call('GetSecretValue', asked)
    }
    return 10_000_000 / (performance.now() - start)
  }
  // The best of several, and a bar well below what was measured: other tests share the machine.
  expect(Math.max(...Array.from({ length: 5 }, perSecond))).toBeGreaterThan(25_000)
})
