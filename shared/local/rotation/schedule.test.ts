import { describe, expect, test } from 'vitest'
import { CALM, createClock, createLocalSecretsManager } from '../index.ts'
import { nextWindow, type RotationRules } from './schedule.ts'

const at = (text: string): number => Date.parse(`${text}:00Z`)
const windowOf = (rules: RotationRules, from: string): [string, string] => {
  const { opensAtMs, closesAtMs } = nextWindow(rules, at(from))
  const textOf = (ms: number) => new Date(ms).toISOString().slice(0, 19)
  return [textOf(opensAtMs), textOf(closesAtMs)]
}

describe('the next window', () => {
  // Examples of https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
  test.each<[rules: RotationRules, from: string, opens: string, closes: string]>([
    [{ AutomaticallyAfterDays: 30 }, '2026-03-01T10:20', '2026-03-31T00:00:00', '2026-03-31T23:59:59'],
    [
      { ScheduleExpression: 'rate(10 days)' },
      '2026-03-01T10:20',
      '2026-03-11T00:00:00',
      '2026-03-11T23:59:59',
    ],
    [
      { ScheduleExpression: 'rate(1 day)', Duration: '2h' },
      '2026-03-01T10:20',
      '2026-03-02T00:00:00',
      '2026-03-02T01:59:59',
    ],
    [
      { ScheduleExpression: 'rate(6 hours)' },
      '2026-03-01T10:20',
      '2026-03-01T16:00:00',
      '2026-03-01T16:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 8 * * ? *)' },
      '2026-03-01T10:20',
      '2026-03-02T08:00:00',
      '2026-03-02T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 8 1 * ? *)' },
      '2026-03-01T10:20',
      '2026-04-01T08:00:00',
      '2026-04-01T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 16 ? * SUN#1 *)', Duration: '8h' },
      '2026-03-01T17:00',
      '2026-04-05T16:00:00',
      '2026-04-05T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 1 ? * 6L *)' },
      '2026-03-01T00:00',
      '2026-03-27T01:00:00',
      '2026-03-27T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 4 L * ? *)' },
      '2028-02-01T00:00',
      '2028-02-29T04:00:00',
      '2028-02-29T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 /8 * * ? *)' },
      '2026-03-01T10:20',
      '2026-03-01T16:00:00',
      '2026-03-01T16:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 0 ? * MON-FRI *)' },
      '2026-03-06T00:00',
      '2026-03-09T00:00:00',
      '2026-03-09T23:59:59',
    ],
    [
      { ScheduleExpression: 'cron(0 2 ? 2/3 1 *)' },
      '2026-03-01T00:00',
      '2026-05-03T02:00:00',
      '2026-05-03T23:59:59',
    ],
  ])('%o counted from %s', (rules, from, opens, closes) => {
    expect(windowOf(rules, from)).toEqual([opens, closes])
  })
})

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

describe('scheduled rotations', () => {
  function setUp() {
    const clock = createClock(at('2026-03-01T10:00'))
    const model = createLocalSecretsManager({ clock, unpublished: CALM })
    model.registerFunction(FUNCTION, 'manual')
    const { ARN } = model.call('CreateSecret', {
      Name: 'db',
      SecretString: 'one',
      ClientRequestToken: token(0),
    })
    model.call('RotateSecret', {
      SecretId: ARN,
      ClientRequestToken: token(1),
      RotationLambdaARN: FUNCTION,
      RotationRules: { AutomaticallyAfterDays: 7 },
      RotateImmediately: false,
    })
    model.endRotation(ARN, 'Succeeded')
    const next = () => model.call('DescribeSecret', { SecretId: ARN }).NextRotationDate?.toISOString()
    return { model, clock, ARN, next }
  }

  test('start when their window is open, and not twice', () => {
    const { model, clock, ARN, next } = setUp()
    expect(next()).toBe('2026-03-08T23:59:59.000Z')
    clock.set(at('2026-03-07T23:59'))
    expect(model.runDue()).toEqual([])
    clock.set(at('2026-03-08T00:00'))
    expect(model.runDue()).toEqual([ARN])
    expect(model.runDue()).toEqual([])
  })

  test('count from a value written by hand', () => {
    const { model, clock, next } = setUp()
    clock.set(at('2026-03-04T12:00'))
    model.call('PutSecretValue', { SecretId: 'db', SecretString: 'two', ClientRequestToken: token(2) })
    expect(next()).toBe('2026-03-11T23:59:59.000Z')
  })

  test('keep a date in the past while a rotation is stuck, and do not start once switched off', () => {
    const { model, clock, next } = setUp()
    clock.set(at('2026-03-08T00:00'))
    model.runDue()
    model.endRotation('db', 'Failed')
    clock.set(at('2026-03-20T00:00'))
    expect(next()).toBe('2026-03-08T23:59:59.000Z')
    expect(model.runDue()).toEqual([])
    model.call('CancelRotateSecret', { SecretId: 'db' })
    expect(next()).toBeUndefined()
    expect(model.runDue()).toEqual([])
  })
})
