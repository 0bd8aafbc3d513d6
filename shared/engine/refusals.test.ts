import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { FUNCTION_ARN, Stage } from '../../test/simulation/stage.ts'
import { STEPS, type Step } from './known.ts'

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

describe('what an operator does between two steps', () => {
  test('rotation turned off after createSecret: nothing is changed, also by a container that knew it on', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.step('createSecret', token)
    stage.model.call('CancelRotateSecret', { SecretId: stage.secretArn })
    const error = await failure(stage.step('setSecret', token))
    expect(error.code).toBe('ROTATION_DISABLED')
    expect(error.message).toContain(`--remove-from-version-id ${token}`)
    expect(stage.target.live()).toEqual(['A:p0'])
    expect(stage.labels()[token]).toEqual(['AWSPENDING'])
  })

  test('rotation turned off after setSecret: what is in force is still made current', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret'])
    stage.model.call('CancelRotateSecret', { SecretId: stage.secretArn })
    stage.restart()
    await stage.steps(token, ['testSecret', 'finishSecret'])
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test.each([true, false])(
    'AWSCURRENT moved by label to another account is not moved back (warm: %s)',
    async (isWarm) => {
      const stage = new Stage()
      const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
      stage.model.call('PutSecretValue', {
        ClientRequestToken: other,
        SecretId: stage.secretArn,
        SecretString: JSON.stringify({ engine: 'simulated', username: 'B', password: 'elsewhere' }),
        VersionStages: ['PREPARED'],
      })
      const token = stage.begin()
      await stage.steps(token, ['createSecret', 'setSecret'])
      const [current = ''] =
        Object.entries(stage.labels()).find(([, labels]) => labels.includes('AWSCURRENT')) ?? []
      stage.model.call('UpdateSecretVersionStage', {
        SecretId: stage.secretArn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: other,
        RemoveFromVersionId: current,
      })
      if (!isWarm) stage.restart()
      expect((await failure(stage.step('finishSecret', token))).code).toBe('ACCOUNT_MISMATCH')
      expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'B' })
    },
  )

  test('a right to move labels that is missing is told as such', async () => {
    const stage = new Stage()
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret'])
    stage.model.inject({
      operation: 'UpdateSecretVersionStage',
      when: 'before',
      error: {
        name: 'AccessDeniedException',
        message: 'not authorized to perform secretsmanager:UpdateSecretVersionStage',
      },
    })
    const error = await failure(stage.step('finishSecret', token))
    expect(error).toMatchObject({ code: 'AWS_ACCESS_DENIED', actor: 'operator' })
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
