import { expect, test } from 'vitest'
import { CutError, coverageLine, coverEveryPoint, type Story } from './cover.ts'
import type { Point } from './point.ts'
import { turns } from './turns.ts'

const point = (n: number, name = 'message'): Point => ({ n, scope: 'step', place: n, from: 'client', name })
const messages = { name: 'example', counts: 'messages' } as const

/** A story of these points, which is cut where it should be. */
const storyOf =
  (points: readonly Point[], cuts: number[] = []): Story =>
  async (at) => {
    if (at === undefined) return { points, cut: undefined }
    cuts.push(at.n)
    const index = points.findIndex(({ n }) => n === at.n)
    return { points: points.slice(0, index + 1), cut: points[index] }
  }

test.each([1, 3])('every point is cut once (%s at once)', async (atOnce) => {
  const cuts: number[] = []
  const points = [1, 2, 3, 4, 5].map((n) => point(n))
  const coverage = await coverEveryPoint({ framing: messages, story: storyOf(points, cuts), atOnce })
  expect(cuts.sort()).toEqual([1, 2, 3, 4, 5])
  expect(coverage).toMatchObject({ seen: points, missed: [], runs: 6 })
  expect(coverageLine(coverage)).toBe('5 points seen, 5 cut (example messages)')
})

test('a point that only a later run shows is cut too', async () => {
  const rare = point(2, 'rare')
  const story: Story = async (at) => {
    // The cut before the first message comes too late this time, and something else is there.
    if (at?.n === 1) return { points: [point(1), rare], cut: point(1) }
    return await storyOf([point(1), at?.name === 'rare' ? rare : point(2)])(at)
  }
  const coverage = await coverEveryPoint({ framing: messages, story })
  expect(coverage.cut).toEqual([point(1), point(2), rare])
  expect(coverage.missed).toEqual([])
})

test('a point that does not come again is listed, after a few tries', async () => {
  let tries = 0
  const story: Story = async (at) => {
    if (at !== undefined) tries += 1
    return at === undefined
      ? { points: [point(1, 'once')], cut: undefined }
      : { points: [point(1, 'other')], cut: point(1, 'other') }
  }
  const coverage = await coverEveryPoint({ framing: messages, story, triesPerPoint: 2 })
  expect(tries).toBe(2)
  expect(coverageLine(coverage)).toBe(
    '2 points seen, 1 cut (example messages); not met again: step 1: client: once',
  )
})

test('a broken promise ends it and names the point; runs under way are waited for', async () => {
  let underWay = 0
  const story: Story = async (at) => {
    if (at === undefined) return await storyOf([1, 2, 3, 4, 5, 6].map((n) => point(n)))(at)
    underWay += 1
    await new Promise((resolve) => setTimeout(resolve, 5))
    underWay -= 1
    if (at.n === 2) throw new Error('nothing stored signs in')
    return { points: [], cut: at }
  }
  const failure = await coverEveryPoint({ framing: messages, story, atOnce: 2 }).catch(
    (error: unknown) => error,
  )
  expect(underWay).toBe(0)
  expect(failure).toBeInstanceOf(CutError)
  expect(failure).toMatchObject({
    point: { n: 2 },
    message: 'cut before step 2: client: message: nothing stored signs in',
  })
})

test('the report says when only turns were counted', async () => {
  const progress: number[] = []
  const coverage = await coverEveryPoint({
    framing: turns,
    story: storyOf([point(1)]),
    progress: ({ cut }) => progress.push(cut),
  })
  expect(coverageLine(coverage)).toContain('1 points seen, 1 cut (turns, since the kit does not know')
  expect(progress).toEqual([0, 1])
})
