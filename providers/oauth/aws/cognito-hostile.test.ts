import { describe, expect, test } from 'vitest'
import { KEYS, operationOf, POOL } from '../../../test/servers/oauth/cognito.ts'
import { failure } from '../../../test/simulation/failure.ts'
import { currentOf, HOUR_MS, rotate } from '../test-rotation.ts'
import { SECRET, stageCognito, valuesAt } from './test-cognito.ts'

describe('what a secret says cannot lead to what is not its own', () => {
  /** The error of `setSecret`, of which no operation has changed anything. */
  async function refusal(options: Parameters<typeof stageCognito>[0]) {
    const one = await stageCognito(options)
    one.clock.advance(HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    const error = await failure(one.stage.step('setSecret', token))
    expect(valuesAt(one)).toEqual([SECRET])
    for (const canary of [KEYS.secretAccessKey, KEYS.sessionToken, SECRET])
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(canary)
    return { error, asked: one.asked }
  }

  test('a server that takes any secret, and the user pool of somebody else', async () => {
    const { error } = await refusal({ pool: { domains: { CustomDomain: 'login.example.com' } } })
    expect(error).toMatchObject({ code: 'SECRET_INVALID', problem: expect.stringMatching(/`domainUrl`/) })
  })

  test('a user pool without a domain', async () => {
    const { error } = await refusal({ pool: { domains: {} } })
    expect(error.code).toBe('SECRET_INVALID')
  })

  test('a user pool of another Region: nothing is even asked there', async () => {
    const { error, asked } = await refusal({ fields: { userPoolId: 'us-east-1_AbCdEfGhI' } })
    expect(error).toMatchObject({ code: 'SECRET_INVALID', problem: expect.stringMatching(/another Region/) })
    expect(asked).toEqual([])
  })

  test('a user pool that there is not', async () => {
    const { error } = await refusal({ fields: { userPoolId: `${POOL}x` } })
    expect(error).toMatchObject({ code: 'SECRET_INVALID', problem: expect.stringMatching(/no such client/) })
  })
})

describe('what AWS answers', () => {
  test.each(['DescribeUserPool', 'ListUserPoolClientSecrets'])(
    'names the permission that is missing before anything changes: %s',
    async (operation) => {
      const one = await stageCognito({ pool: { denies: (asked) => asked === operation } })
      one.clock.advance(HOUR_MS)
      const token = one.stage.begin()
      await one.stage.steps(token, ['createSecret'])
      expect(await failure(one.stage.step('setSecret', token))).toMatchObject({
        code: 'PRIVILEGE_MISSING',
        problem: expect.stringContaining(`cognito-idp:${operation}`),
        remedy: expect.stringMatching(/quarterturn:rotates/),
      })
      expect(valuesAt(one)).toEqual([SECRET])
    },
  )

  test.each([
    ['AccessDeniedException', 'PRIVILEGE_MISSING'],
    ['com.amazonaws.cognito#TooManyRequestsException', 'TARGET_UNREACHABLE'],
    ['InternalServerException', 'TARGET_UNREACHABLE'],
    ['ExpiredTokenException', 'AWS_ACCESS_DENIED'],
    ['LimitExceededException', 'TARGET_BUSY'],
    ['ResourceNotFoundException', 'SECRET_INVALID'],
    ['SomethingNewException', 'TARGET_UNREACHABLE'],
    [undefined, 'TARGET_UNREACHABLE'],
  ])('to an addition: %s', async (name, code) => {
    const one = await stageCognito()
    one.clock.advance(HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    one.authority.answers = (_seen, headers) =>
      operationOf(headers).startsWith('Add')
        ? { status: 400, body: { __type: name, message: KEYS.secretAccessKey } }
        : undefined
    const error = await failure(one.stage.step('setSecret', token))
    expect(error.code).toBe(code)
    expect(error.message).not.toContain(KEYS.secretAccessKey)
    one.authority.answers = () => undefined
    await one.stage.steps(token)
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
  })

  test('that it will never take the value leads to another one', async () => {
    const one = await stageCognito()
    one.clock.advance(HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    one.authority.answers = (_seen, headers) =>
      operationOf(headers).startsWith('Add')
        ? { status: 400, body: { __type: 'InvalidParameterException' } }
        : undefined
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('PENDING_UNUSABLE')
    one.authority.answers = () => undefined
    one.stage.model.endRotation(one.stage.secretArn, 'Failed')
    await rotate(one)
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
  })
})
