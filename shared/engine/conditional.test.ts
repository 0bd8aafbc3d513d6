import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { HOUR_MS, replacingStage } from '../../test/simulation/replacing-stage.ts'

const SETTINGS = { allowClassC: true }
const setUp = (mint = {}) => replacingStage('conditional', { inPlace: true, ...mint }, { settings: SETTINGS })

describe('a target that may find that nothing needs to change', () => {
  test('leaves the previous and the current version with one credential, and the next rotation goes on', async () => {
    const { stage, target, clock } = setUp()
    target.answers = 'unchanged'
    const first = stage.begin()
    await stage.steps(first)
    expect(stage.labels()[first]).toContain('AWSCURRENT')
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS'])
      expect(stage.value(label)).toMatchObject({ password: 'p0', note: 'kept' })
    expect(stage.reports[0]?.notes.join()).toMatch(/nothing needs to change/)

    clock.advance(HOUR_MS)
    target.answers = 'minted'
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
  })

  test('is finished once: a step that comes again changes nothing', async () => {
    const { stage, target } = setUp()
    target.answers = 'unchanged'
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'createSecret', 'setSecret', 'testSecret', 'finishSecret'])
    const labels = stage.labels()
    await stage.steps(token)
    expect(stage.labels()).toEqual(labels)
    expect(target.count('mint')).toBe(1)
  })

  test.each([
    [{ inPlace: true }, 'C'],
    [{ inPlace: false, graceMs: HOUR_MS * 24 }, 'A'],
  ])('is of the class that its mint has: %o is %s', async (mint, of) => {
    const { stage } = setUp(mint)
    await stage.steps(stage.begin())
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'conditional', class: of })
  })
})

test('another strategy may not leave all as it is', async () => {
  const { stage, target } = replacingStage('in-place-minted', { inPlace: true }, { settings: SETTINGS })
  target.answers = 'unchanged'
  const error = await failure(stage.step('createSecret', stage.begin()))
  expect(error).toMatchObject({
    code: 'PROVIDER_FAILED',
    message: expect.stringContaining('only `conditional` may'),
  })
})
