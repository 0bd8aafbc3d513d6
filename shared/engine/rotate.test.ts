import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { FUNCTION_ARN, Stage } from '../../test/simulation/stage.ts'
import { QuarterturnError } from '../errors/index.ts'
import { CANDIDATE_LABEL, STEPS, type Step } from './known.ts'

const failure = async (work: Promise<unknown>): Promise<QuarterturnError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof QuarterturnError) return error
  throw new Error(`expected a QuarterturnError, got ${inspect(error)}`)
}

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
      finishSecret: ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'],
    })
  })

  test('cold: 3 writes, 13 in all', async () => {
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
      finishSecret: ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'],
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

describe('a secret that is not to be rotated', () => {
  const refusal = async (
    prepare: (stage: Stage) => void,
    step: Step = 'createSecret',
    stage = new Stage(),
  ) => {
    const token = stage.begin()
    if (step !== 'createSecret') await stage.step('createSecret', token)
    stage.restart()
    prepare(stage)
    const before = [JSON.stringify(stage.labels()), stage.target.live()]
    const error = await failure(stage.step(step, token))
    expect([JSON.stringify(stage.labels()), stage.target.live()]).toEqual(before)
    return error
  }

  test.each(STEPS)('marked for deletion: %s', async (step) => {
    const error = await refusal(({ model, secretArn }) => model.markDeleted(secretArn), step).catch(
      () => undefined,
    )
    // DescribeSecret still answers for a deleted secret, so the labels could be compared.
    expect(error?.code).toBe('SECRET_DELETED')
    expect(error?.message).toContain('aws secretsmanager restore-secret --secret-id arn:')
  })

  test('owned by another service', async () => {
    const error = await refusal(({ model, secretArn }) => model.setOwner(secretArn, { OwningService: 'rds' }))
    expect(error.code).toBe('SECRET_OWNED_BY_SERVICE')
  })

  test('registered with another function', async () => {
    const other = `${FUNCTION_ARN}-other`
    const error = await refusal((stage) => {
      stage.model.registerFunction(other, 'manual')
      stage.model.call('CancelRotateSecret', { SecretId: stage.secretArn })
      stage.model.clearFaults()
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ROTATION_DISABLED' })
    const stage = new Stage()
    const token = stage.begin()
    const refused = await failure(stage.step('createSecret', token, { functionArn: other }))
    expect(refused.code).toBe('SECRET_NOT_OURS')
  })

  test.each(['createSecret', 'setSecret', 'finishSecret'] as const)(
    'with rotation turned off: %s',
    async (step) => {
      const error = await refusal(
        ({ model, secretArn }) => void model.call('CancelRotateSecret', { SecretId: secretArn }),
        step,
      )
      expect(error.code).toBe('ROTATION_DISABLED')
    },
  )

  test('in another account or Region than the function', async () => {
    const stage = new Stage()
    const elsewhere = stage.secretArn.replace('eu-west-1', 'us-east-1')
    const error = await failure(stage.step('createSecret', stage.begin(), { event: { SecretId: elsewhere } }))
    expect(error.code).toBe('REGION_MISMATCH')
    expect(stage.model.log.count('GetSecretValue')).toBe(0)
  })

  test('that does not exist', async () => {
    const stage = new Stage()
    const missing = stage.secretArn.replace('app', 'apq')
    const error = await failure(stage.step('createSecret', stage.begin(), { event: { SecretId: missing } }))
    expect(error.code).toBe('SECRET_NOT_FOUND')
  })

  test('with a tag of ours that is misspelt or has an unknown value', async () => {
    for (const [Key, Value, told] of [
      ['quarterturn:strateggy', 'single-user', 'strateggy'],
      ['quarterturn:strategy', 'fastest', 'quarterturn:strategy'],
      ['quarterturn:provider', '../../etc/passwd', 'quarterturn:provider'],
    ] as const) {
      const error = await refusal(
        ({ model, secretArn }) =>
          void model.call('TagResource', { SecretId: secretArn, Tags: [{ Key, Value }] }),
      )
      expect(error.code).toBe('TAG_INVALID')
      expect(error.message).toContain(told)
    }
  })

  test('with a strategy that its provider does not offer', async () => {
    const error = await refusal(
      ({ model, secretArn }) =>
        void model.call('TagResource', {
          SecretId: secretArn,
          Tags: [{ Key: 'quarterturn:strategy', Value: 'alternating-users' }],
        }),
    )
    expect(error.code).toBe('STRATEGY_UNSUPPORTED')
    expect(error.message).toContain('single-user')
  })
})

describe('a token', () => {
  test('that is no version of the secret', async () => {
    const stage = new Stage()
    stage.begin()
    const error = await failure(stage.step('setSecret', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'))
    expect(error.code).toBe('TOKEN_NOT_PENDING')
  })

  test.each(STEPS)('that lost AWSPENDING, also to a container that knew it: %s', async (step) => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.step('createSecret', token)
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token,
    })
    const error = await failure(stage.step(step, token))
    expect(error.code).toBe('TOKEN_NOT_PENDING')
    expect(stage.target.live()).toEqual(['A:p0'])
  })

  test('whose value is not there yet', async () => {
    const stage = new Stage()
    const error = await failure(stage.step('setSecret', stage.begin()))
    expect(error).toMatchObject({ code: 'PENDING_MISSING', retryable: true })
  })

  test('whose value becomes visible late is waited for', async () => {
    const stage = new Stage({ settings: { pendingReadDelaysMs: [1, 1, 1] } })
    const token = stage.begin()
    await stage.step('createSecret', token)
    stage.model.inject({
      operation: 'GetSecretValue',
      when: 'before',
      times: 2,
      error: { name: 'ResourceNotFoundException' },
    })
    await stage.step('setSecret', token)
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
  })
})

describe('the content of a secret', () => {
  const contentError = async (value: string) => {
    const stage = new Stage({ value })
    return await failure(stage.step('createSecret', stage.begin()))
  }

  test.each([
    ['no JSON', 'hunter2-plain-text', 'SECRET_NOT_JSON', 'AWSCURRENT'],
    ['a JSON array', '["hunter2-array"]', 'SECRET_NOT_JSON', 'not an object'],
    ['no password', '{"username":"A"}', 'SECRET_INVALID', '`password`'],
    ['a password that is a number', '{"username":"A","password":12345678}', 'SECRET_INVALID', '`password`'],
  ])('%s is named and never shown', async (_name, value, code, told) => {
    const error = await contentError(value)
    expect(error.code).toBe(code)
    expect(error.message).toContain(told)
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2|12345678/)
  })

  test('binary is refused', async () => {
    const stage = new Stage()
    stage.model.call('PutSecretValue', {
      ClientRequestToken: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      SecretId: stage.secretArn,
      SecretBinary: new Uint8Array([1, 2, 3]),
    })
    expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('SECRET_BINARY')
  })

  test('a pending value for another user is never set', async () => {
    const stage = new Stage()
    const token = stage.begin()
    stage.model.call('PutSecretValue', {
      ClientRequestToken: token,
      SecretId: stage.secretArn,
      SecretString: JSON.stringify({ engine: 'simulated', username: 'B', password: 'mine' }),
      VersionStages: ['AWSPENDING'],
    })
    const error = await failure(stage.step('setSecret', token))
    expect(error.code).toBe('ACCOUNT_MISMATCH')
    expect(error.message).toContain(`--remove-from-version-id ${token}`)
    expect(stage.target.live()).toEqual(['A:p0'])
  })

  test('a password changed by somebody else is told apart from an outage', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.step('createSecret', token)
    stage.target.account('A').primary = 'set by a second secret'
    const error = await failure(stage.step('setSecret', token))
    expect(error).toMatchObject({
      code: 'CURRENT_REFUSED',
      retryable: false,
      actor: 'operator',
      step: 'setSecret',
    })
    expect(error.message).toContain('second secret')
    expect(stage.target.live()).toEqual(['A:set by a second secret'])
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
