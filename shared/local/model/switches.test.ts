import { describe, expect, test } from 'vitest'
import { createClock, createLocalSecretsManager, type LocalEvent, portTo } from '../index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp() {
  const model = createLocalSecretsManager({ clock: createClock(Date.UTC(2026, 0, 1)) })
  model.registerFunction(FUNCTION, 'manual')
  const { ARN } = model.call('CreateSecret', {
    Name: 'db',
    SecretString: 'one',
    ClientRequestToken: token(0),
  })
  const put = (n: number) =>
    model.call('PutSecretValue', { SecretId: 'db', SecretString: `value ${n}`, ClientRequestToken: token(n) })
  const read = () => model.call('GetSecretValue', { SecretId: 'db' }).SecretString
  return { model, ARN, put, read }
}

describe('delayed visibility', () => {
  test('lasts for so many reads of the secret', () => {
    const { model, put, read } = setUp()
    model.delayVisibility({ reads: 2 })
    put(1)
    expect([read(), read(), read()]).toEqual(['one', 'one', 'value 1'])
  })

  test('lasts for so long by the clock', () => {
    const { model, put, read } = setUp()
    model.delayVisibility({ ms: 500 })
    put(1)
    model.clock.advance(499)
    expect(read()).toBe('one')
    model.clock.advance(1)
    expect(read()).toBe('value 1')
  })

  test('hides labels and versions alike, and ends on request', () => {
    const { model, put } = setUp()
    model.delayVisibility({ reads: 100 })
    put(1)
    const seen = () => [
      Object.keys(model.call('DescribeSecret', { SecretId: 'db' }).VersionIdsToStages ?? {}),
      model.call('ListSecretVersionIds', { SecretId: 'db' }).Versions.length,
    ]
    expect(seen()).toEqual([[token(0)], 1])
    expect(() => model.call('GetSecretValue', { SecretId: 'db', VersionId: token(1) })).toThrow("can't find")
    model.catchUp()
    expect(seen()).toEqual([[token(1), token(0)], 2])
  })

  test('shows writes in their order', () => {
    const { model, put, read } = setUp()
    model.delayVisibility({ reads: 1 })
    put(1)
    put(2)
    expect([read(), read()]).toEqual(['one', 'value 2'])
    model.delayVisibility({ ms: 10 })
    put(3)
    model.clock.advance(5)
    put(4)
    model.clock.advance(5)
    expect(read()).toBe('value 3')
  })

  test('never deceives a write', () => {
    const { model, put } = setUp()
    model.delayVisibility({ reads: 100 })
    put(1)
    const move = (from: number) =>
      model.call('UpdateSecretVersionStage', {
        SecretId: 'db',
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: token(0),
        RemoveFromVersionId: token(from),
      })
    expect(() => move(0)).toThrow('RemoveFromVersionId')
    expect(() => move(1)).not.toThrow()
  })
})

describe('an injected fault', () => {
  test('strikes before: nothing is carried out', () => {
    const { model, put, read } = setUp()
    model.inject({ operation: 'PutSecretValue', when: 'before', error: { name: 'ThrottlingException' } })
    expect(() => put(1)).toThrow(expect.objectContaining({ name: 'ThrottlingException', statusCode: 400 }))
    expect(read()).toBe('one')
    put(1)
    expect(read()).toBe('value 1')
  })

  test('strikes after: it is carried out, and the answer lost', () => {
    const { model, put, read } = setUp()
    model.inject({ operation: 'PutSecretValue', when: 'after', times: 2 })
    for (const _ of [1, 2]) expect(() => put(1)).toThrow(expect.objectContaining({ code: 'ECONNRESET' }))
    expect(put(1).VersionId).toBe(token(1))
    expect(read()).toBe('value 1')
  })

  test('strikes its own operation only, until it is cleared', () => {
    const { model, read, put } = setUp()
    model.inject({
      operation: 'GetSecretValue',
      when: 'before',
      times: 1_000,
      error: { name: 'X', statusCode: 500 },
    })
    put(1)
    expect(read).toThrow(expect.objectContaining({ name: 'X', $fault: 'server' }))
    model.clearFaults()
    expect(read()).toBe('value 1')
  })
})

describe('the log', () => {
  test('has every call with its outcome, counts them, and shows no value', async () => {
    const { model, ARN } = setUp()
    model.log.clear()
    const port = portTo(model)
    await port.putSecretValue({
      SecretId: ARN,
      ClientRequestToken: token(1),
      SecretString: 'hunter2',
      VersionStages: ['AWSPENDING'],
      RotationToken: 'b6b3c1a0-1111-4222-8333-444455556666',
    })
    await port.describeSecret({ SecretId: ARN })
    await expect(port.getSecretValue({ SecretId: ARN, VersionId: token(5) })).rejects.toThrow("can't find")
    expect((await port.getSecretValue({ SecretId: ARN, VersionStage: 'AWSPENDING' })).SecretString).toBe(
      'hunter2',
    )
    await port.updateSecretVersionStage({ SecretId: ARN, VersionStage: 'mine', MoveToVersionId: token(1) })
    expect(model.log.calls.map(({ number, operation, result }) => [number, operation, result])).toEqual([
      [1, 'PutSecretValue', 'ok'],
      [2, 'DescribeSecret', 'ok'],
      [3, 'GetSecretValue', 'ResourceNotFoundException'],
      [4, 'GetSecretValue', 'ok'],
      [5, 'UpdateSecretVersionStage', 'ok'],
    ])
    expect(model.log.count()).toBe(5)
    expect(model.log.count('GetSecretValue')).toBe(2)
    expect(model.log.calls[0]?.input).toMatchObject({
      SecretString: '[redacted]',
      RotationToken: '[redacted]',
    })
    expect(JSON.stringify(model.log.calls)).not.toMatch(/hunter2|b6b3c1a0/)
  })

  test('names what an injected fault did', () => {
    const { model, put } = setUp()
    model.inject({ operation: 'PutSecretValue', when: 'after' })
    expect(() => put(1)).toThrow()
    expect(model.log.calls.at(-1)).toMatchObject({ operation: 'PutSecretValue', result: 'ConnectionLost' })
  })
})

describe('events', () => {
  test('have the shape that EventBridge delivers', () => {
    const { model, ARN, put } = setUp()
    const heard: LocalEvent[] = []
    const stop = model.onEvent((event) => heard.push(event))
    model.call('RotateSecret', { SecretId: 'db', ClientRequestToken: token(1), RotationLambdaARN: FUNCTION })
    model.endRotation('db', 'Failed', `Error when executing lambda ${FUNCTION} during setSecret step`)
    const common = {
      version: '0',
      source: 'aws.secretsmanager',
      account: '111122223333',
      region: 'eu-west-1',
    }
    expect(heard[1]).toEqual({
      ...common,
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'detail-type': 'AWS Service Event via CloudTrail',
      time: '2026-01-01T00:00:00Z',
      resources: [],
      detail: {
        eventVersion: '1.08',
        userIdentity: { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' },
        eventTime: '2026-01-01T00:00:00Z',
        eventSource: 'secretsmanager.amazonaws.com',
        eventName: 'RotationFailed',
        awsRegion: 'eu-west-1',
        sourceIPAddress: 'secretsmanager.amazonaws.com',
        userAgent: 'secretsmanager.amazonaws.com',
        errorMessage: `Error when executing lambda ${FUNCTION} during setSecret step`,
        requestParameters: null,
        responseElements: null,
        additionalEventData: { SecretId: ARN },
        requestID: `Rotation-${ARN}-${token(1)}`,
        eventID: expect.any(String),
        eventType: 'AwsServiceEvent',
        recipientAccountId: '111122223333',
        managementEvent: true,
        readOnly: false,
        eventCategory: 'Management',
      },
    })
    stop()
    put(2)
    expect(heard).toHaveLength(2)
    expect(model.events.at(-1)).toMatchObject({
      ...common,
      'detail-type': 'Secret Label Updated',
      resources: [ARN],
      detail: { name: 'db', labelUpdated: 'AWSCURRENT', versionId: token(2) },
    })
  })

  test('tell of every label but AWSPENDING and AWSPREVIOUS, and of nothing else', () => {
    const { model } = setUp()
    const before = model.events.length
    model.call('PutSecretValue', {
      SecretId: 'db',
      SecretString: 'two',
      ClientRequestToken: token(1),
      VersionStages: ['AWSPENDING', 'AWSCURRENT', 'MINE'],
    })
    model.call('TagResource', { SecretId: 'db', Tags: [{ Key: 'a', Value: 'b' }] })
    model.call('UpdateSecret', { SecretId: 'db', Description: 'other', ClientRequestToken: token(2) })
    const labels = model.events
      .slice(before)
      .map(({ detail }) => ('labelUpdated' in detail ? detail.labelUpdated : ''))
    expect(labels).toEqual(['MINE', 'AWSCURRENT'])
  })
})

test('a clock that is not set runs', () => {
  const clock = createClock()
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
  clock.advance(10_000)
  expect(clock.now() - Date.now()).toBeGreaterThan(9_000)
  clock.set(5)
  clock.advance(3)
  expect(clock.now()).toBe(8)
})
