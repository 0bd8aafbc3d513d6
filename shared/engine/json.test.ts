import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

const again = (text: string): string => JSON.stringify(parseJson(text))

test.each([
  ['an integer beyond 2^53', '{"account":12345678901234567890}'],
  ['a decimal of many digits', '{"ratio":0.12345678901234567890123}'],
  ['a number beyond the largest double', '{"big":1e400}'],
  ['a nested one', '{"a":[{"b":-98765432109876543210}]}'],
  ['ordinary numbers', '{"port":5432,"ratio":0.25,"zero":0}'],
  ['a key that is special in JavaScript', '{"__proto__":{"x":1},"constructor":"y"}'],
])('keeps %s', (_name, text) => {
  expect(again(text)).toBe(text)
})

test('keeps every other value as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(again(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('refuses what is not JSON', () => {
  expect(() => parseJson('{')).toThrow(SyntaxError)
})
