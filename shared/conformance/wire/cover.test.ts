import { describe, expect, test } from 'vitest'
import { Coverage } from './cover.ts'
import { type Point, pointName, pointOf } from './point.ts'
import { turns } from './turns.ts'

const point = (n: number, name = 'message'): Point => ({ n, scope: 'step', place: n, from: 'client', name })
const messages = { name: 'example', counts: 'messages' } as const

/** Plays rounds of a run whose points are these, until none is due. Answers which were looked for. */
function cover(coverage: Coverage, points: readonly Point[]): string[] {
  const looked: string[] = []
  coverage.add(points)
  for (let due = coverage.round(); due.length > 0; due = coverage.round())
    for (const at of due) {
      looked.push(pointName(at))
      const index = points.findIndex(({ n }) => n === at.n)
      coverage.add(points.slice(0, index + 1), points[index])
    }
  return looked
}

describe('coverage', () => {
  test('is whole when every point was met once', () => {
    const coverage = new Coverage(messages)
    const points = [1, 2, 3].map((n) => point(n))
    expect(cover(coverage, points)).toEqual(points.map(pointName))
    expect(coverage.missed).toEqual([])
    expect(coverage.line('cut')).toBe('3 points seen, 3 cut (example messages)')
  })

  test('looks for a point that only a later run shows', () => {
    const coverage = new Coverage(messages)
    const rare = point(2, 'rare')
    coverage.add([point(1), point(2)])
    expect(coverage.round()).toEqual([point(1), point(2)])
    coverage.add([point(1)], point(1))
    coverage.add([point(1), rare], point(2))
    expect(coverage.round()).toEqual([rare])
    coverage.add([point(1), rare], rare)
    expect(coverage.round()).toEqual([])
    expect(coverage.missed).toEqual([])
  })

  test('lists a point that does not come again, after a few tries', () => {
    const coverage = new Coverage(messages, 2)
    coverage.add([point(1, 'once')])
    coverage.share(0, 1)
    expect([coverage.round(), coverage.round(), coverage.round()]).toEqual([
      [point(1, 'once')],
      [point(1, 'once')],
      [],
    ])
    expect(coverage.line('cut')).toBe(
      '1 points seen, 0 cut (example messages); not met again: step 1: client: once',
    )
  })

  test('tells a point that only a disturbed run showed from one that every run should show', () => {
    const coverage = new Coverage(messages, 1)
    coverage.add([point(1)])
    coverage.share(0, 1)
    coverage.round()
    coverage.add([point(1), point(2, 'too late')], point(1))
    coverage.round()
    expect(coverage.line('cut')).toBe(
      '2 points seen, 1 cut (example messages); shown only by a disturbed run, once: step 2: client: too late',
    )
  })

  test('shared out, every point of the first run is in one share, and what comes later in each', () => {
    const points = [1, 2, 3, 4, 5].map((n) => point(n))
    const shares = [0, 1, 2].map((from) => {
      const coverage = new Coverage(messages)
      coverage.add(points)
      coverage.share(from, 3)
      coverage.add([...points, point(9, 'late')])
      return coverage.round().map(({ n }) => n)
    })
    expect(shares).toEqual([
      [1, 4, 9],
      [2, 5, 9],
      [3, 9],
    ])
  })

  test('says when only turns were counted', () => {
    const coverage = new Coverage(turns)
    cover(coverage, [point(1)])
    expect(coverage.line('held back')).toBe(
      '1 points seen, 1 held back (turns, since the kit does not know the protocol: what lies within a burst was not tried)',
    )
  })
})

test('a point is found again by its name', () => {
  const at: Point = {
    n: 7,
    scope: 'setSecret 04 probe current',
    place: 12,
    from: 'server',
    name: 'ErrorResponse 28P01: 3: client: x',
  }
  expect(pointOf(pointName(at))).toEqual({ ...at, n: 0 })
  expect(pointOf('undisturbed')).toBeUndefined()
})
