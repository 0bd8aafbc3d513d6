import { describe, expect, test } from 'vitest'
import { QuarterturnError } from '../errors/index.ts'
import { accountOf, parseEvent, requireRotationToken, requireServed } from './event.ts'

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/app-AbC123'
const event = {
  Step: 'createSecret',
  SecretId: ARN,
  ClientRequestToken: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  RotationToken: '11111111-2222-3333-4444-555555555555',
}

const problemOf = (bad: unknown): string => {
  try {
    parseEvent(bad)
  } catch (error) {
    if (error instanceof QuarterturnError && error.code === 'EVENT_INVALID') return error.problem
    throw error
  }
  return 'accepted'
}

describe('the event', () => {
  test('is taken as Secrets Manager sends it, with or without a RotationToken, with keys that AWS may add', () => {
    const { RotationToken, ...without } = event
    expect(parseEvent(event)).toEqual(event)
    expect(parseEvent(without)).toEqual(without)
    expect(parseEvent({ ...event, NewField: 1 })).toEqual(event)
    const chosen = { ...event, ClientRequestToken: 'nightly_2026.11.23:app@eu-west-1+2' }
    expect(parseEvent(chosen)).toEqual(chosen)
    expect(RotationToken).toBeDefined()
  })

  test('of our own schedule names the version whose credential is to go', () => {
    const Retirement = { VersionId: event.ClientRequestToken, Attempt: 2 }
    const { RotationToken: _, ...retire } = { ...event, Step: 'retireSecret', Retirement }
    expect(parseEvent(retire)).toEqual(retire)
    expect(problemOf({ ...retire, Retirement: undefined })).toBe('`Retirement` is missing')
    expect(problemOf({ ...retire, Retirement: { ...Retirement, Attempt: 25 } })).toContain(
      '`Retirement.Attempt`',
    )
    expect(problemOf({ ...retire, Retirement: { ...Retirement, VersionId: '*' } })).toContain(
      'must be a version id',
    )
  })

  test.each([
    ['nothing', undefined, 'the event must be an object'],
    ['a string', 'createSecret', 'the event must be an object'],
    ['an unknown step', { ...event, Step: 'deleteSecret' }, '`Step`'],
    ['the spelling of the older guide', { ...event, Step: 'create_secret' }, '`Step`'],
    ['a name instead of an ARN', { ...event, SecretId: 'team/app' }, '`SecretId`'],
    ['a wildcard', { ...event, SecretId: ARN.replace('app', '*') }, '`SecretId`'],
    ['a question mark', { ...event, SecretId: ARN.replace('app', 'a?p') }, '`SecretId`'],
    ['an ARN without the suffix', { ...event, SecretId: ARN.slice(0, -7) }, '`SecretId`'],
    ['an ARN with a line after it', { ...event, SecretId: `${ARN}\n` }, '`SecretId`'],
    ['another service', { ...event, SecretId: ARN.replace('secretsmanager', 'ssm') }, '`SecretId`'],
    [
      'an account of letters',
      { ...event, SecretId: ARN.replace('111122223333', 'abcdefghijkl') },
      '`SecretId`',
    ],
    ['no token', { ...event, ClientRequestToken: undefined }, '`ClientRequestToken`'],
    ['a short token', { ...event, ClientRequestToken: 'abc' }, '`ClientRequestToken`'],
    [
      'a token for a shell',
      { ...event, ClientRequestToken: `${'a'.repeat(32)}$(id)` },
      '`ClientRequestToken`',
    ],
    ['a malformed RotationToken', { ...event, RotationToken: 'short' }, '`RotationToken`'],
    ['an object for a string', { ...event, SecretId: { $ne: '' } }, '`SecretId`'],
  ])('%s is refused, naming the field and never its content', (_name, bad, field) => {
    const problem = problemOf(bad)
    expect(problem).toContain(field)
    expect(problem).not.toContain('deleteSecret')
    expect(problem).not.toContain('short')
  })

  test('every field that is wrong is named at once', () => {
    const problem = problemOf({})
    for (const field of ['Step', 'SecretId', 'ClientRequestToken']) expect(problem).toContain(field)
  })
})

describe('the place of the secret', () => {
  test('must be the partition, Region and account of the function', () => {
    const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate:live'
    expect(() => requireServed(ARN, lambda)).not.toThrow()
    for (const other of [
      lambda.replace('eu-west-1', 'us-east-1'),
      lambda.replace('1111', '9999'),
      lambda.replace('aws', 'aws-cn'),
    ])
      expect(() => requireServed(ARN, other)).toThrow('REGION_MISMATCH')
  })

  test('may be another account and Region that the deployment lists, never another partition', () => {
    const hub = 'arn:aws:lambda:eu-west-1:999999999999:function:rotate'
    const accounts = [accountOf(ARN)]
    expect(() => requireServed(ARN, hub, { accounts })).not.toThrow()
    expect(() => requireServed(ARN, hub, { accounts: ['000000000000'] })).toThrow('REGION_MISMATCH')
    const far = hub.replace('eu-west-1', 'us-east-1')
    expect(() => requireServed(ARN, far, { accounts })).toThrow('REGION_MISMATCH')
    expect(() => requireServed(ARN, far, { accounts, regions: ['eu-west-1'] })).not.toThrow()
    const china = far.replace('aws', 'aws-cn')
    expect(() => requireServed(ARN, china, { accounts, regions: ['eu-west-1'] })).toThrow('REGION_MISMATCH')
  })

  test('decides whether a value may be stored without a RotationToken', () => {
    const own = `arn:aws:lambda:eu-west-1:${accountOf(ARN)}:function:rotate`
    const hub = own.replace(accountOf(ARN), '999999999999')
    const { RotationToken: _, ...bare } = parseEvent(event)
    expect(() => requireRotationToken(bare, own)).not.toThrow()
    expect(() => requireRotationToken(parseEvent(event), hub)).not.toThrow()
    expect(() => requireRotationToken({ ...bare, Step: 'finishSecret' }, hub)).not.toThrow()
    expect(() => requireRotationToken(bare, hub)).toThrow('EVENT_INVALID: `RotationToken` is missing')
  })
})
