import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { mintStage as setUp } from '../../test/simulation/mint-stage.ts'

describe('a new credential that needs time', () => {
  test('is tried until it is taken', async () => {
    const { stage, target } = setUp({ settlesWithinMs: 60_000 })
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    target.refusesFirst = 4
    await stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('is not given up within that time, however little the step has', async () => {
    const { stage, target } = setUp({ settlesWithinMs: 60_000 })
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    target.refusesFirst = 1
    const error = await failure(stage.step('setSecret', token, { timeLeftMs: 4_000 }))
    expect(error).toMatchObject({ code: 'MINT_NOT_SETTLED', retryable: true })
    expect(stage.labels()[token]).toContain('AWSPENDING')
  })

  test('is refused like AWSCURRENT, which is not tried again to see that', async () => {
    const { stage, target, clock } = setUp({ settlesWithinMs: 60_000 })
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    clock.advance(120_000)
    target.live.clear()
    target.calls.length = 0
    expect((await failure(stage.step('setSecret', token))).code).toBe('CURRENT_REFUSED')
    expect(target.calls.filter((call) => call === 'list' || call === 'probe current')).toEqual(['list'])
  })

  test('is given up when it is refused afterwards, and the next rotation has another issued', async () => {
    const world = setUp({ settlesWithinMs: 60_000 })
    const { stage, target, clock } = world
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    clock.advance(120_000)
    target.live.delete('secret-1')
    expect((await failure(stage.step('setSecret', token))).code).toBe('MINT_REFUSED')
    stage.model.endRotation(stage.secretArn, 'Failed')
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-2' })
  })
})
