import { expect, test } from 'vitest'
import { CALM, createClock, createLocalSecretsManager } from '../index.ts'

const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

function setUp(unpublished: object = {}) {
  const clock = createClock(0)
  const model = createLocalSecretsManager({ clock, unpublished: { ...CALM, ...unpublished } })
  for (const [place, Name] of ['a', 'b', 'x', 'c', 'd'].entries()) {
    clock.advance(1_000)
    model.call('CreateSecret', { Name, SecretString: Name, ClientRequestToken: token(place) })
  }
  const list = (input: object) => {
    const { SecretList, NextToken } = model.call('ListSecrets', input)
    return { names: SecretList.map(({ Name }) => Name).join(''), NextToken }
  }
  return { model, clock, list }
}

const NOT_X = [{ Key: 'name' as const, Values: ['!x'] }]

test('a page may be short, or empty, and the next one still follows', () => {
  const { list } = setUp({ pages: 'short' })
  const first = list({ Filters: NOT_X, MaxResults: 2 })
  expect(first.names).toBe('ab')
  const second = list({ Filters: NOT_X, MaxResults: 1, NextToken: first.NextToken })
  expect(second.names).toBe('')
  const third = list({ Filters: NOT_X, NextToken: second.NextToken })
  expect(third).toEqual({ names: 'cd', NextToken: undefined })
})

test('pages are full where that is fixed', () => {
  const { list } = setUp()
  const { names, NextToken } = list({ Filters: NOT_X, MaxResults: 3 })
  expect(names).toBe('abc')
  expect(list({ Filters: NOT_X, NextToken })).toEqual({ names: 'd', NextToken: undefined })
})

test('secrets that come or go between two pages neither hide nor repeat another', () => {
  const { model, clock, list } = setUp()
  const { NextToken } = list({ MaxResults: 2 })
  model.call('DeleteSecret', { SecretId: 'b' })
  clock.advance(1_000)
  model.call('CreateSecret', { Name: 'e', ClientRequestToken: token(9) })
  expect(list({ NextToken }).names).toBe('xcde')
})

test('a token is good for the list that gave it and for no other', () => {
  const { model, list } = setUp()
  const { NextToken = '' } = list({ MaxResults: 2 })
  expect(NextToken).not.toContain('arn')
  const wrong = [
    () => list({ NextToken, Filters: NOT_X }),
    () => list({ NextToken, SortOrder: 'desc' }),
    () => list({ NextToken: `${NextToken.slice(0, -2)}AA` }),
    () => list({ NextToken: `${NextToken}=` }),
    () => model.call('BatchGetSecretValue', { NextToken, Filters: NOT_X }),
    () => model.call('ListSecretVersionIds', { NextToken, SecretId: 'a' }),
  ]
  for (const call of wrong) expect(call).toThrow('The NextToken value is invalid.')
})

test.each([1, 2, 3, 4])('a list without an order has one for good, seed %i', (seed) => {
  const model = createLocalSecretsManager({ seed, clock: createClock(0) })
  for (const [place, Name] of ['a', 'b', 'c', 'd'].entries()) {
    model.clock.advance(1_000)
    model.call('CreateSecret', { Name, ClientRequestToken: token(place) })
  }
  const names: string[] = []
  let page: { NextToken?: string } = {}
  do {
    const { SecretList, ...rest } = model.call('ListSecrets', { MaxResults: 1, ...page })
    names.push(...SecretList.map(({ Name }) => Name))
    page = rest
  } while (page.NextToken !== undefined)
  expect(['abcd', 'dcba']).toContain(names.join(''))
})
