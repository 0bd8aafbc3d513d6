import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { madeAt, newValue } from './chosen-value.ts'
import { slotOf } from './slots.ts'

const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const SECOND = 1_000

describe('a value that we choose', () => {
  test.each([0, 1, 1_000_000_000_000, Date.UTC(2400, 0, 1)])('tells when it was made: %d', (now) => {
    const value = newValue(bytes, now)
    expect(value).toMatch(/^\w{61}$/)
    expect(madeAt(value)).toBe(Math.floor(now / SECOND) * SECOND)
  })

  test('keeps its length whatever chance gives', () => {
    for (const byte of [0, 255])
      expect(newValue((length) => new Uint8Array(length).fill(byte), 0)).toHaveLength(61)
  })

  test.each(['', 'qt_0000001', `${newValue(bytes, 0)}x`, 'madebyhand0123456789canary'])(
    'is not seen in %j',
    (value) => expect(madeAt(value)).toBeUndefined(),
  )
})

test('no other slot than the right one is ever named, in whatever order two secrets came to be', () => {
  const time = fc.integer({ min: 0, max: 40 }).map((seconds) => seconds * SECOND)
  // A value is chosen, and added some time later, or once more, much later; by hand it has no time of its own.
  const live = fc.record({ chosenAt: time, after: time, isByHand: fc.boolean() })
  let named = 0
  fc.assert(
    fc.property(live, live, fc.boolean(), (one, other, isReversed) => {
      const [a, b] = [one, other].map(({ chosenAt, after, isByHand }, at) => ({
        id: `slot-${at}`,
        createdAt: chosenAt + after,
        value: isByHand ? `by-hand-${at}` : newValue(bytes, chosenAt),
      }))
      if (a === undefined || b === undefined) return
      const slots = isReversed ? [b, a] : [a, b]
      const found = slotOf(a.value, b.value, slots)
      if (found !== undefined) named += 1
      expect([undefined, a]).toContain(found)
    }),
    { numRuns: 2_000 },
  )
  expect(named).toBeGreaterThan(100)
})

test('a slot without a time is never told from another', () => {
  const [old, young] = [newValue(bytes, 0), newValue(bytes, 100 * SECOND)]
  const slots = [
    { id: 'a', createdAt: undefined },
    { id: 'b', createdAt: 101 * SECOND },
  ]
  expect(slotOf(old, young, slots)).toBeUndefined()
})
