import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'

type Options = NonNullable<ConstructorParameters<typeof Stage>[0]>

/** A secret that alternates, up to setSecret, which is the first step to need the admin. */
async function upToSet(options: Options = {}): Promise<{ stage: Stage; token: string }> {
  const stage = new Stage({ kind: 'alternating', ...options })
  const token = stage.begin()
  await stage.step('createSecret', token)
  return { stage, token }
}

const setFails = async (options: Options) => {
  const { stage, token } = await upToSet(options)
  const before = stage.target.live()
  const error = await failure(stage.step('setSecret', token))
  expect(stage.target.live()).toEqual(before)
  expect(stage.labels()[token]).toEqual(['AWSPENDING'])
  return { error, stage, token }
}

/** The secrets that anything was asked of. */
const asked = ({ model }: Stage): unknown[] => [
  ...new Set(
    model.log.calls.flatMap(({ input }) => (input['SecretId'] === undefined ? [] : [input['SecretId']])),
  ),
]

const ELSEWHERE = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:admin-AbCdEf'

describe('an admin secret is asked for only when', () => {
  test.each([
    ['another account', { masterarn: ELSEWHERE }],
    ['another Region', { masterarn: ELSEWHERE.replace('eu-west-1:4444', 'us-east-1:1111') }],
    ['a name', { masterarn: 'admin' }],
    ['a pattern', { masterarn: ELSEWHERE.replace('admin', '*') }],
  ])('the secret names one of its own account and Region: %s', async (_what, more) => {
    const { error, stage } = await setFails({ more })
    expect(error.code).toBe('ADMIN_ELSEWHERE')
    expect(asked(stage)).toEqual([stage.secretArn])
  })

  test.each([
    ['no tag', {}],
    ['another name', { 'quarterturn:admin-for': 'application' }],
    ['a beginning without a slash', { 'quarterturn:admin-for': 'ap' }],
    ['everything', { 'quarterturn:admin-for': '/' }],
    ['a tag of another name', { 'admin-for': 'app' }],
  ])('it consents by tag: %s', async (_what, tags) => {
    const { error, stage } = await setFails({ admin: { tags } })
    expect(error.code).toBe('ADMIN_NOT_CONSENTING')
    const reads = stage.model.log.calls.filter(({ input }) => input['SecretId'] === stage.adminArn)
    expect(reads.map(({ operation }) => operation)).not.toContain('GetSecretValue')
  })

  test('it is of the same server', async () => {
    const value = { username: 'admin', password: 'admin-password', host: 'elsewhere' }
    const { error } = await setFails({ admin: { value } })
    expect(error.code).toBe('ADMIN_HOST_MISMATCH')
  })

  test.each([
    ['a missing field', { username: 'admin' }, '`password`'],
    [
      'an account that is rotated here',
      { username: 'B', password: 'p' },
      'an account that this secret rotates',
    ],
  ])('its value can be used: %s', async (_what, value, problem) => {
    const { error } = await setFails({ admin: { value } })
    expect(error.code).toBe('ADMIN_INVALID')
    expect(error.message).toContain(problem)
  })

  test('the current credential was proven: it never makes up for one that is refused', async () => {
    const { stage, token } = await upToSet()
    stage.target.account('A').primary = 'changed by hand'
    stage.model.log.clear()
    expect((await failure(stage.step('setSecret', token))).code).toBe('CURRENT_REFUSED')
    expect(asked(stage)).toEqual([stage.secretArn])
    expect(stage.target.live()).toEqual(['A:changed by hand'])
  })
})

describe('consent', () => {
  test.each(['app', 'other app', 'team/ app'])('may be one name of several: %s', async (names) => {
    const { stage, token } = await upToSet({ admin: { tags: { 'quarterturn:admin-for': names } } })
    await stage.step('setSecret', token)
    expect(stage.target.live()).toContain('B:chosen-password-1')
  })

  test('is asked for once for each rotation in a warm container, the value every time', async () => {
    const stage = new Stage({ kind: 'alternating' })
    await stage.steps(stage.begin())
    const calls = stage.model.log.calls.filter(({ input }) => input['SecretId'] === stage.adminArn)
    expect(calls.map(({ operation }) => operation)).toEqual([
      'DescribeSecret',
      'GetSecretValue',
      'GetSecretValue',
      'GetSecretValue',
    ])
  })
})

describe('an admin secret that is rotating itself', () => {
  test('its pending value is taken when the target has it already', async () => {
    const { stage, token } = await upToSet()
    stage.target.adminPassword = 'next-admin-password'
    stage.putAdmin({ username: 'admin', password: 'next-admin-password' }, ['AWSPENDING'])
    await stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'B' })
    // Each step tries the current value once.
    expect(stage.target.failedSignIns).toBe(3)
  })

  test('is waited for, and the step works when it is repeated', async () => {
    const { stage, token } = await upToSet()
    stage.target.adminPassword = 'next-admin-password'
    const error = await failure(stage.step('setSecret', token))
    expect(error).toMatchObject({ code: 'ADMIN_ROTATING', retryable: true })
    expect(stage.target.failedSignIns).toBe(1)
    stage.putAdmin({ username: 'admin', password: 'next-admin-password' })
    await stage.step('setSecret', token)
    expect(stage.target.live()).toContain('B:chosen-password-1')
  })
})

test('nothing of the admin secret is printed', async () => {
  const { error, stage } = await setFails({
    admin: { value: { username: 'admin', password: 'admin-password', host: 'elsewhere' } },
  })
  const printed = inspect([error, stage.reports, stage.evidence, stage.rules], { depth: 9 })
  expect(printed).not.toContain('admin-password')
})
