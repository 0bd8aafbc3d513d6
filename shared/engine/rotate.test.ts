import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { CANDIDATE_LABEL, STEPS, type Step } from './known.ts'

describe('a rotation', () => {
  test('stores, sets, tests and finishes; other fields of the secret are kept', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toEqual({
      engine: 'simulated',
      username: 'A',
      password: 'chosen-password-1',
      note: 'kept',
    })
    expect(stage.value('AWSPREVIOUS')).toMatchObject({ password: 'p0' })
    expect(stage.labels()[token]).toEqual(expect.arrayContaining(['AWSCURRENT', CANDIDATE_LABEL]))
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
    expect(stage.target.failedSignIns).toBe(0)
    expect(stage.reports.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done'])
  })

  test('leaves a record without secret material', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.evidence).toHaveLength(1)
    expect(stage.evidence[0]).toMatchObject({
      schema: 'quarterturn.evidence/1',
      secretArn: stage.secretArn,
      versionId: token,
      provider: 'simulated-single',
      strategy: 'single-user',
      class: 'B',
      newCredential: { verdict: 'accepted', as: 'A' },
      rights: 'one account',
      oldCredential: 'not tried',
      orphans: [],
    })
    expect(stage.evidence[0]?.gapMs).toBeGreaterThanOrEqual(0)
    expect(JSON.stringify([stage.evidence, stage.reports])).not.toContain('chosen-password')
  })

  test('the same token again changes nothing, and its record is completed again', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token)
    const labels = stage.labels()
    stage.restart()
    await stage.steps(token)
    expect(stage.labels()).toEqual(labels)
    expect(stage.reports.slice(4).map(({ outcome }) => outcome)).toEqual(Array(4).fill('already'))
    expect(stage.evidence[1]).toMatchObject({
      versionId: token,
      newCredential: { verdict: 'accepted', as: 'A' },
    })
    expect(stage.evidence[1]).not.toHaveProperty('gapMs')
  })

  test('each step twice ends like each step once, without a failing sign-in', async () => {
    const stage = new Stage()
    const token = stage.begin()
    for (const step of STEPS) {
      await stage.step(step, token)
      stage.restart()
      await stage.step(step, token)
    }
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
    // After setSecret current is refused, so its repeat needs to see that once.
    expect(stage.target.failedSignIns).toBe(1)
  })

  test('passes the RotationToken on to the put, and the log of the model shows the order of writes', async () => {
    const stage = new Stage()
    await stage.steps(stage.begin())
    const writes = stage.model.log.calls.filter(({ operation }) =>
      ['PutSecretValue', 'UpdateSecretVersionStage'].includes(operation),
    )
    expect(
      writes.map(({ operation, input }) => [operation, input['VersionStages'] ?? input['VersionStage']]),
    ).toEqual([
      ['PutSecretValue', ['AWSPENDING']],
      ['UpdateSecretVersionStage', CANDIDATE_LABEL],
      ['UpdateSecretVersionStage', 'AWSCURRENT'],
    ])
    expect(writes[0]?.input).toHaveProperty('RotationToken', '[redacted]')
  })
})

describe('calls to Secrets Manager for a single user', () => {
  /** Of the second rotation, which finds AWSPREVIOUS and our label where they are for ever after. */
  const callsOf = async (isCold: boolean): Promise<Record<Step, string[]>> => {
    const stage = new Stage()
    await stage.steps(stage.begin())
    const token = stage.begin()
    const calls = { createSecret: [], setSecret: [], testSecret: [], finishSecret: [] } as Record<
      Step,
      string[]
    >
    for (const step of STEPS) {
      if (isCold) stage.restart()
      stage.model.log.clear()
      await stage.step(step, token)
      calls[step] = stage.model.log.calls.map(({ operation }) => operation)
    }
    return calls
  }

  test('warm: 3 writes, 11 in all', async () => {
    const calls = await callsOf(false)
    expect(calls).toEqual({
      createSecret: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'],
      setSecret: ['GetSecretValue', 'GetSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage'],
      testSecret: ['GetSecretValue'],
      finishSecret: ['GetSecretValue', 'GetSecretValue', 'UpdateSecretVersionStage'],
    })
  })

  test('cold: 3 writes, 14 in all', async () => {
    const calls = await callsOf(true)
    expect(calls).toEqual({
      createSecret: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'],
      setSecret: [
        'DescribeSecret',
        'GetSecretValue',
        'GetSecretValue',
        'DescribeSecret',
        'UpdateSecretVersionStage',
      ],
      testSecret: ['DescribeSecret', 'GetSecretValue'],
      finishSecret: ['DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'UpdateSecretVersionStage'],
    })
  })
})

describe('the test rotation', () => {
  test('sees that a rotation is possible and changes nothing', async () => {
    const stage = new Stage()
    const token = stage.begin({ testOnly: true })
    const before = stage.labels()
    await stage.step('testSecret', token)
    expect(stage.reports[0]).toMatchObject({ outcome: 'preflight' })
    expect(stage.labels()).toEqual(before)
    expect(stage.evidence).toEqual([])
  })

  test('tells when the current credential does not sign in', async () => {
    const stage = new Stage()
    const token = stage.begin({ testOnly: true })
    stage.target.account('A').primary = 'changed by hand'
    expect((await failure(stage.step('testSecret', token))).code).toBe('CURRENT_REFUSED')
  })

  test('is not what a pending value is that was never set', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect((await failure(stage.step('testSecret', token))).code).toBe('NOT_SET')
    expect((await failure(stage.step('finishSecret', token))).code).toBe('NOT_SET')
  })
})

describe('a lost reply', () => {
  test('of the label move is looked up', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    stage.model.inject({ operation: 'UpdateSecretVersionStage', when: 'after' })
    await stage.step('finishSecret', token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
    expect(stage.evidence).toHaveLength(1)
  })

  test('of the put is answered by the value that is there', async () => {
    const stage = new Stage()
    const token = stage.begin()
    stage.model.inject({ operation: 'PutSecretValue', when: 'after' })
    await failure(stage.step('createSecret', token))
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'chosen-password-1' })
  })
})

describe('an error', () => {
  test('has its place, and nothing of what was read, however it is printed', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.step('createSecret', token)
    stage.target.account('A').primary = 'other'
    const error = await failure(stage.step('setSecret', token))
    expect(error.step).toBe('setSecret')
    expect(error.message).not.toContain('{')
    const printed = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack
    for (const secret of ['chosen-password', 'p0"', 'rotation-token-0123'])
      expect(printed).not.toContain(secret)
  })

  test('of AWS is one of ours', async () => {
    const stage = new Stage()
    const token = stage.begin()
    stage.model.inject({
      operation: 'DescribeSecret',
      when: 'before',
      error: { name: 'ThrottlingException' },
    })
    expect(await failure(stage.step('createSecret', token))).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      retryable: true,
    })
  })

  test('at the deadline is DEADLINE, and is reported', async () => {
    const stage = new Stage()
    const error = await failure(stage.step('createSecret', stage.begin(), { timeLeftMs: 10 }))
    expect(error.code).toBe('DEADLINE')
    expect(stage.reports).toMatchObject([{ outcome: 'failed', errorCode: 'DEADLINE' }])
  })
})
