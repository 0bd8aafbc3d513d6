import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import type { TargetKind } from '../../test/simulation/target.ts'
import { durationOf, policyOf, retirePolicyOf } from './policy.ts'

const HOUR_MS = 3_600_000

/** A secret that has rotated once, so that another credential is on AWSPREVIOUS. */
async function rotatedOnce(
  kind: TargetKind,
  options: Omit<NonNullable<ConstructorParameters<typeof Stage>[0]>, 'kind'> = {},
): Promise<Stage> {
  const stage = new Stage({ kind, ...options })
  await stage.steps(stage.begin())
  return stage
}

describe('a rotation that comes too soon for consumers of the previous credential', () => {
  test.each(['alternating', 'dual-self'] as const)('%s: is reported and goes on', async (kind) => {
    const stage = await rotatedOnce(kind)
    stage.model.clock.advance(HOUR_MS - 60_000)
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.reports[4]).toMatchObject({ step: 'createSecret', outcome: 'done', overlapCut: true })
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('is refused where the deployment or the secret says so, before anything is stored', async () => {
    for (const options of [
      { settings: { retirement: { overlapCut: 'refuse' } } },
      { tags: { 'quarterturn:overlap-cut': 'refuse' } },
    ] as const) {
      const stage = await rotatedOnce('alternating', options)
      stage.model.clock.advance(HOUR_MS - 60_000)
      const token = stage.begin()
      const error = await failure(stage.step('createSecret', token))
      expect(error).toMatchObject({ code: 'OVERLAP_CUT', retryable: true })
      stage.model.clock.advance(120_000)
      await stage.steps(token)
      expect(stage.labels()[token]).toContain('AWSCURRENT')
    }
  })

  test('is none after the minimum overlap, which a tag can make longer', async () => {
    const plain = await rotatedOnce('alternating')
    plain.model.clock.advance(HOUR_MS)
    await plain.steps(plain.begin())
    expect(plain.reports[4]).not.toHaveProperty('overlapCut')
    const longer = await rotatedOnce('alternating', { tags: { 'quarterturn:minimum-overlap': '3h' } })
    longer.model.clock.advance(2 * HOUR_MS)
    await longer.steps(longer.begin())
    expect(longer.reports[4]).toHaveProperty('overlapCut', true)
  })

  test('is none where nothing else is on AWSPREVIOUS, or one credential is changed in place', async () => {
    for (const stage of [new Stage({ kind: 'alternating' }), await rotatedOnce('single')]) {
      await stage.steps(stage.begin())
      expect(stage.reports.every((report) => report.overlapCut === undefined)).toBe(true)
    }
  })
})

describe('a tag', () => {
  test.each([
    [{ 'minimum-overlap': HOUR_MS / 2 }, {}, "is less than the deployment's"],
    [{ 'overlap-cut': 'report' }, { overlapCut: 'refuse' }, 'would allow what the deployment refuses'],
    [{ 'retire-after': 'immediate' }, {}, 'is not among those that the deployment allows'],
  ] as const)('does not make things less safe: %o', (tags, settings, problem) => {
    expect(() => policyOf(settings, tags)).toThrow(problem)
  })

  test.each([
    ['90m', 5_400_000],
    ['7d', 604_800_000],
    ['1h ', HOUR_MS],
    ['366d', undefined],
    ['1.5h', undefined],
    ['-1h', undefined],
    ['', undefined],
  ])('says a time: %s', (text, ms) => {
    expect(durationOf(text)).toBe(ms)
  })

  test('says when a credential goes', () => {
    expect(['next-rotation', 'immediate', '2h', 'never', '0s'].map(retirePolicyOf)).toEqual([
      'next-rotation',
      'immediate',
      { afterMs: 2 * HOUR_MS },
      undefined,
      undefined,
    ])
  })
})
