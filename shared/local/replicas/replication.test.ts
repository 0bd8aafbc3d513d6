import { describe, expect, test } from 'vitest'
import { CALM, createClock, createLocalSecretsManager } from '../index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const DAY_MS = 86_400_000
const SecretId = 'db'
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp(unpublished: object = {}) {
  const clock = createClock(Date.UTC(2026, 0, 1, 12))
  const model = createLocalSecretsManager({
    clock,
    unpublished: { ...CALM, replicationLagMs: 1_000, ...unpublished },
  })
  model.registerFunction(FUNCTION, 'manual')
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
  const there = model.regions.modelOf('eu-central-1')
  if (there === undefined) throw new Error('no such Region')
  const put = (n: number) =>
    model.call('PutSecretValue', { SecretId, SecretString: `value ${n}`, ClientRequestToken: token(n) })
  const read = () => {
    try {
      return there.call('GetSecretValue', { SecretId }).SecretString
    } catch (error) {
      return error instanceof Error ? error.name : ''
    }
  }
  const status = () =>
    model.call('DescribeSecret', { SecretId }).ReplicationStatus?.map(({ Status }) => Status)
  const replicate = (input: object = {}) =>
    model.call('ReplicateSecretToRegions', {
      SecretId,
      AddReplicaRegions: [{ Region: 'eu-central-1' }],
      ...input,
    })
  return { model, there, clock, put, read, status, replicate }
}

describe('a replica', () => {
  test('comes after the lag, by the clock that all Regions of the account share', () => {
    const { clock, read, status, replicate, there, model } = setUp()
    replicate()
    clock.advance(999)
    expect([read(), status()]).toEqual(['ResourceNotFoundException', ['InProgress']])
    clock.advance(1)
    expect([read(), status()]).toEqual(['one', ['InSync']])
    expect(there.clock).toBe(model.clock)
  })

  test('gets each change after the lag, as it was when the copy left', () => {
    const { clock, put, read, status, replicate } = setUp()
    replicate()
    clock.advance(1_000)
    put(1)
    expect(status()).toEqual(['InProgress'])
    clock.advance(1_500)
    // What is written after a copy was due does not travel with it.
    put(2)
    expect(read()).toBe('value 1')
    clock.advance(1_000)
    expect([read(), status()]).toEqual(['value 2', ['InSync']])
  })

  test('is read without the primary being asked, and remembers its own last read', () => {
    const { clock, model, there, put, read, replicate } = setUp()
    replicate()
    clock.advance(1_000)
    expect(read()).toBe('one')
    put(1)
    clock.advance(1_000)
    const accessed = (of: typeof model) => of.call('DescribeSecret', { SecretId }).LastAccessedDate
    expect(accessed(there)).toEqual(new Date(Date.UTC(2026, 0, 1)))
    expect(accessed(model)).toBeUndefined()
    expect(model.call('DescribeSecret', { SecretId }).ReplicationStatus?.[0]).toMatchObject({
      LastAccessedDate: new Date(Date.UTC(2026, 0, 1)),
      StatusMessage: 'Replication succeeded',
    })
  })

  test('shows the rotation of its primary and runs none itself', () => {
    const { clock, model, there, replicate } = setUp()
    replicate()
    model.call('RotateSecret', {
      SecretId,
      ClientRequestToken: token(1),
      RotationLambdaARN: FUNCTION,
      RotationRules: { AutomaticallyAfterDays: 1 },
    })
    clock.advance(1_000)
    const seen = () => there.call('DescribeSecret', { SecretId })
    expect(seen()).toMatchObject({ RotationEnabled: true, RotationLambdaARN: FUNCTION })
    expect(seen().VersionIdsToStages).toEqual({ [token(0)]: ['AWSCURRENT'], [token(1)]: ['AWSPENDING'] })
    clock.advance(9 * DAY_MS)
    expect(there.runDue()).toEqual([])
    // The end of a rotation is a change too.
    model.call('PutSecretValue', {
      SecretId,
      SecretString: 'two',
      ClientRequestToken: token(1),
      VersionStages: ['AWSPENDING'],
    })
    model.call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token(1),
      RemoveFromVersionId: token(0),
    })
    clock.advance(1_000)
    expect(seen().LastRotatedDate).toEqual(model.call('DescribeSecret', { SecretId }).LastRotatedDate)
    expect(there.call('GetSecretValue', { SecretId }).SecretString).toBe('two')
  })

  test('learns that rotation was switched off', () => {
    const { clock, model, there, replicate } = setUp()
    replicate()
    model.call('RotateSecret', { SecretId, ClientRequestToken: token(1), RotationLambdaARN: FUNCTION })
    clock.advance(1_000)
    there.call('DescribeSecret', { SecretId })
    model.call('CancelRotateSecret', { SecretId })
    clock.advance(1_000)
    expect(there.call('DescribeSecret', { SecretId }).RotationEnabled).toBe(false)
  })

  test('that was promoted has rotation to be switched on anew', () => {
    const { clock, model, there, replicate } = setUp()
    replicate()
    model.call('RotateSecret', { SecretId, ClientRequestToken: token(1), RotationLambdaARN: FUNCTION })
    clock.advance(1_000)
    there.call('StopReplicationToReplica', { SecretId })
    const seen = there.call('DescribeSecret', { SecretId })
    expect([seen.RotationEnabled, seen.RotationLambdaARN]).toEqual([undefined, undefined])
    expect(() => there.call('StopReplicationToReplica', { SecretId })).toThrow('not a replica')
  })

  test('is removed while its first copy is still under way, and never comes', () => {
    const { clock, model, read, replicate } = setUp()
    replicate()
    model.call('RemoveRegionsFromReplication', { SecretId, RemoveReplicaRegions: ['eu-central-1'] })
    clock.advance(10_000)
    expect(read()).toBe('ResourceNotFoundException')
  })
})

describe('a replica is not made', () => {
  test('where the account has not enabled the Region', () => {
    const regions = { modelOf: () => undefined }
    const model = createLocalSecretsManager({ regions, unpublished: CALM })
    model.call('CreateSecret', {
      Name: 'db',
      ClientRequestToken: token(0),
      AddReplicaRegions: [{ Region: 'ap-east-1' }],
    })
    expect(model.call('DescribeSecret', { SecretId }).ReplicationStatus).toEqual([
      {
        Region: 'ap-east-1',
        KmsKeyId: 'alias/aws/secretsmanager',
        Status: 'Failed',
        StatusMessage: 'The region is not enabled for this account',
      },
    ])
  })

  test('in the Region of the secret, twice in one call, or in another partition', () => {
    const { replicate, model } = setUp()
    for (const Region of ['eu-west-1', 'cn-north-1', 'us-gov-west-1'])
      expect(() => replicate({ AddReplicaRegions: [{ Region }] })).toThrow('Invalid replica region')
    const Region = 'eu-north-1'
    expect(() => replicate({ AddReplicaRegions: [{ Region }, { Region }] })).toThrow('named twice')
    expect(model.call('DescribeSecret', { SecretId }).ReplicationStatus).toBeUndefined()
  })

  test('over a secret that has replicas of its own, even where overwriting is asked for', () => {
    const { clock, model, there, replicate } = setUp()
    there.call('CreateSecret', {
      Name: 'db',
      SecretString: 'theirs',
      ClientRequestToken: token(5),
      AddReplicaRegions: [{ Region: 'eu-north-1' }],
    })
    replicate({ ForceOverwriteReplicaSecret: true })
    clock.advance(1_000)
    expect(model.call('DescribeSecret', { SecretId }).ReplicationStatus?.[0]).toMatchObject({
      Status: 'Failed',
      StatusMessage: 'Secret with this name already exists in this region',
    })
    expect(there.call('GetSecretValue', { SecretId }).SecretString).toBe('theirs')
  })

  test('over the replica of another secret', () => {
    const { clock, model, there, replicate } = setUp()
    replicate()
    clock.advance(1_000)
    const third = model.regions.modelOf('eu-north-1')
    third?.call('CreateSecret', {
      Name: 'db',
      SecretString: 'theirs',
      ClientRequestToken: token(7),
      AddReplicaRegions: [{ Region: 'eu-central-1' }],
      ForceOverwriteReplicaSecret: true,
    })
    clock.advance(1_000)
    expect(third?.call('DescribeSecret', { SecretId }).ReplicationStatus?.[0]?.Status).toBe('Failed')
    expect(there.call('GetSecretValue', { SecretId }).SecretString).toBe('one')
  })
})

test('secrets of one name in two Regions have different ARNs', () => {
  const { model, there } = setUp()
  there.call('CreateSecret', { Name: 'db', ClientRequestToken: token(5) })
  const endOf = (of: typeof model) => of.call('DescribeSecret', { SecretId }).ARN.slice(-6)
  expect(endOf(there)).not.toBe(endOf(model))
})

test('replication is told by events of the Region of the primary', () => {
  const { clock, model, status, replicate } = setUp()
  replicate()
  clock.advance(1_000)
  status()
  const names = model.events.flatMap(({ detail }) => ('eventName' in detail ? detail.eventName : []))
  expect(names).toEqual(['ReplicationStarted', 'ReplicationSucceeded'])
})
