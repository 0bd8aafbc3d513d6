import { describe, expect, test } from 'vitest'
import { countFailures } from './gap.ts'

const gap = { changedAt: 1_000.4, movedAt: 1_040.2 }
const failed = (startedAt: number, endedAt: number, failure = '28P01') => ({
  worker: 0,
  user: 'app',
  startedAt,
  endedAt,
  failure,
})

describe('a failure is inside of the gap', () => {
  test.each([
    ['when all of it is', failed(1_010, 1_020)],
    ['when the secret was read before, and refused after the change', failed(990, 1_001)],
    ['when the secret was read just before the label moved', failed(1_040, 1_050)],
    ['when it ended in the millisecond of the change', failed(990, 1_000)],
  ])('%s', (_, query) => {
    expect(countFailures([query], gap)).toEqual({ queries: 1, inside: 1, outside: [] })
  })
})

describe('a failure is outside of the gap', () => {
  test.each([
    ['when it ended before the change', failed(980, 999)],
    ['when the secret was read after the label had moved', failed(1_041, 1_050)],
    ['when something else failed than the password', failed(1_010, 1_020, 'ECONNREFUSED')],
  ])('%s', (_, query) => {
    expect(countFailures([query], gap)).toEqual({ queries: 1, inside: 0, outside: [query] })
  })
})

test('what did not fail is counted as a query', () => {
  expect(countFailures([{ worker: 0, user: 'app', startedAt: 1_010, endedAt: 1_020 }], gap)).toEqual({
    queries: 1,
    inside: 0,
    outside: [],
  })
})
