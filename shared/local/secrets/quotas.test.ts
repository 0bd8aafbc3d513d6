import { describe, expect, test } from 'vitest'
import { CALM, createClock, createLocalSecretsManager, OPERATION_NAMES } from '../index.ts'
import { REQUEST_RATES } from './quotas.ts'

const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp() {
  const clock = createClock(0)
  const model = createLocalSecretsManager({ clock, unpublished: CALM })
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
  const tag = () => model.call('TagResource', { SecretId: 'db', Tags: [{ Key: 'a', Value: '' }] })
  const untag = () => model.call('UntagResource', { SecretId: 'db', TagKeys: ['a'] })
  return { clock, model, tag, untag }
}

const nameOf = (act: () => unknown): string => {
  try {
    act()
    return 'ok'
  } catch (error) {
    return error instanceof Error ? error.name : ''
  }
}

describe('request rates', () => {
  test('are not enforced until that is asked for', () => {
    const { model, tag } = setUp()
    for (let n = 0; n < 200; n += 1) tag()
    model.enforceRates()
    for (let n = 0; n < 50; n += 1) tag()
    expect(nameOf(tag)).toBe('ThrottlingException')
    model.enforceRates(false)
    expect(nameOf(tag)).toBe('ok')
  })

  test('are shared by the operations that AWS counts together, and by no others', () => {
    const { model, tag, untag } = setUp()
    model.enforceRates()
    for (let n = 0; n < 25; n += 1) {
      tag()
      untag()
    }
    expect([nameOf(tag), nameOf(untag)]).toEqual(['ThrottlingException', 'ThrottlingException'])
    expect(nameOf(() => model.call('GetSecretValue', { SecretId: 'db' }))).toBe('ok')
  })

  test('refill by the clock of the model', () => {
    const { clock, model, tag } = setUp()
    model.enforceRates()
    for (let n = 0; n < 50; n += 1) tag()
    clock.advance(40)
    expect([nameOf(tag), nameOf(tag), nameOf(tag)]).toEqual(['ok', 'ok', 'ThrottlingException'])
    clock.advance(60_000)
    const results = Array.from({ length: 51 }, () => nameOf(tag))
    expect(results.filter((result) => result === 'ok')).toHaveLength(50)
  })

  test('refuse without carrying out, and the log shows it', () => {
    const { model } = setUp()
    model.enforceRates()
    const put = (n: number) =>
      model.call('PutSecretValue', { SecretId: 'db', SecretString: `${n}`, ClientRequestToken: token(n) })
    for (let n = 1; n <= 50; n += 1) put(n)
    expect(nameOf(() => put(51))).toBe('ThrottlingException')
    expect(model.call('GetSecretValue', { SecretId: 'db' }).SecretString).toBe('50')
    expect(model.log.calls.at(-2)).toMatchObject({
      operation: 'PutSecretValue',
      result: 'ThrottlingException',
    })
  })

  test('are listed for every operation, once', () => {
    const listed = REQUEST_RATES.flatMap(({ operations }) => operations)
    expect([...listed].sort()).toEqual([...OPERATION_NAMES].sort())
  })
})
