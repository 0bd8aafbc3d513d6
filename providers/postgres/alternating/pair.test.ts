import { expect, test } from 'vitest'
import { alternateOf, ownerOf, pairOf } from '../../../shared/database/pair.ts'
import { marksIn, withMark } from './mark.ts'
import { nextUser } from './pair.ts'

test('the two users of a pair lead to each other, by the suffix of AWS’s template', () => {
  expect([alternateOf('app'), alternateOf('app_clone')]).toEqual(['app_clone', 'app'])
  expect([ownerOf('app'), ownerOf('app_clone'), ownerOf('_clone')]).toEqual(['app', 'app', '_clone'])
  expect(pairOf('app_clone')).toEqual({ owner: 'app', clone: 'app_clone' })
})

test('a name that PostgreSQL would cut is refused, by bytes', () => {
  expect(nextUser('a'.repeat(57))).toHaveLength(63)
  expect(nextUser(`${'a'.repeat(57)}_clone`)).toBe('a'.repeat(57))
  const refused = expect.objectContaining({ code: 'ACCOUNT_REFUSED' })
  for (const name of ['a'.repeat(58), 'ä'.repeat(29), 'a'.repeat(63)])
    expect(() => nextUser(name)).toThrow(refused)
})

test('a name with the suffix twice is refused', () => {
  expect(() => nextUser('app_clone_clone')).toThrow(expect.objectContaining({ code: 'ACCOUNT_REFUSED' }))
})

test('a mark is added to what somebody wrote into the comment', () => {
  const mark = 'ab'.repeat(16)
  expect(marksIn(withMark('the shop, ask Ada', mark))).toEqual([mark])
  expect(withMark('the shop ', mark)).toBe(`the shop quarterturn:${mark}`)
  expect(withMark(null, mark)).toBe(`quarterturn:${mark}`)
  expect([marksIn(null), marksIn('quarterturn:abc')]).toEqual([[], []])
})
