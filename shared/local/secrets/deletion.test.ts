import { describe, expect, test } from 'vitest'
import { CALM, createClock, createLocalSecretsManager, type LocalSecretsManager } from '../index.ts'

const DAY_MS = 86_400_000
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp(unpublished: object = {}) {
  const clock = createClock(Date.UTC(2026, 0, 1, 12))
  const model = createLocalSecretsManager({ clock, unpublished: { ...CALM, ...unpublished } })
  const create = () =>
    model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
  create()
  return { model, clock, create }
}

const eventNames = (model: LocalSecretsManager): string[] =>
  model.events.flatMap(({ detail }) => ('eventName' in detail ? detail.eventName : []))

const isThere = (model: LocalSecretsManager): boolean => {
  try {
    model.call('DescribeSecret', { SecretId: 'db' })
    return true
  } catch {
    return false
  }
}

describe('a deleted secret', () => {
  test('is there while the window is open by the clock of the model, and gone when it is over', () => {
    const { model, clock, create } = setUp()
    model.call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7 })
    clock.advance(7 * DAY_MS - 1)
    expect(isThere(model)).toBe(true)
    clock.advance(1)
    expect(isThere(model)).toBe(false)
    expect(eventNames(model)).toEqual(['StartSecretVersionDelete', 'EndSecretVersionDelete'])
    expect(create().ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-/)
  })

  test('can be restored until the window ends, not after it while it lingers', () => {
    const { model, clock } = setUp({ deletionLagMs: 60_000 })
    const SecretId = 'db'
    model.call('DeleteSecret', { SecretId, RecoveryWindowInDays: 7 })
    clock.advance(7 * DAY_MS - 1)
    model.call('RestoreSecret', { SecretId })
    expect(model.call('GetSecretValue', { SecretId }).SecretString).toBe('one')
    expect(eventNames(model)).toEqual(['StartSecretVersionDelete', 'CancelSecretVersionDelete'])
    clock.advance(30 * DAY_MS)
    expect(isThere(model)).toBe(true)
    model.call('DeleteSecret', { SecretId, RecoveryWindowInDays: 7 })
    clock.advance(7 * DAY_MS)
    expect(isThere(model)).toBe(true)
    expect(() => model.call('RestoreSecret', { SecretId })).toThrow('marked for deletion')
    clock.advance(60_000)
    expect(isThere(model)).toBe(false)
  })

  test('by force lingers as long as the seed says, and is never restored', () => {
    const { model, clock, create } = setUp({ deletionLagMs: 500 })
    model.call('DeleteSecret', { SecretId: 'db', ForceDeleteWithoutRecovery: true })
    expect(() => model.call('RestoreSecret', { SecretId: 'db' })).toThrow('marked for deletion')
    expect(create).toThrow('already scheduled for deletion')
    clock.advance(500)
    create()
    expect(model.call('GetSecretValue', { SecretId: 'db' }).SecretString).toBe('one')
  })

  test('shows the date of the request or of its end', () => {
    const shown = (deletedDate: 'request' | 'window end') => {
      const { model } = setUp({ deletedDate })
      const { DeletionDate } = model.call('DeleteSecret', { SecretId: 'db' })
      const { DeletedDate } = model.call('DescribeSecret', { SecretId: 'db' })
      return DeletionDate.getTime() - (DeletedDate?.getTime() ?? 0)
    }
    expect([shown('request'), shown('window end')]).toEqual([30 * DAY_MS, 0])
  })

  test('starts no rotation, and one under way ends with it', async () => {
    const { model, clock } = setUp()
    const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
    model.registerFunction(lambda, 'manual')
    model.call('RotateSecret', {
      SecretId: 'db',
      ClientRequestToken: token(1),
      RotationLambdaARN: lambda,
      RotationRules: { AutomaticallyAfterDays: 1 },
    })
    model.call('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7 })
    clock.advance(3 * DAY_MS)
    expect(model.runDue()).toEqual([])
    clock.advance(4 * DAY_MS)
    expect(model.runDue()).toEqual([])
    expect(isThere(model)).toBe(false)
    await model.settled()
  })
})
