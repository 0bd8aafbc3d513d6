import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { RefreshTarget, refreshProvider } from '../../test/simulation/refresh-target.ts'
import { abandon, HOUR_MS, storeByHand, takeOff } from '../../test/simulation/replacing-stage.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { CALM, createClock } from '../local/index.ts'

function setUp(settings: object = { allowClassC: true }) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new RefreshTarget()
  const stage: Stage = new Stage({
    provider: refreshProvider(target),
    model: { clock, unpublished: CALM },
    settings,
    value: JSON.stringify({ engine: 'simulated', username: 'A', refresh: 'r0', access: 'a0', note: 'kept' }),
  })
  clock.advance(HOUR_MS * 2)
  return { clock, target, stage }
}

const refreshes = ({ calls }: RefreshTarget): string[] => calls.filter((call) => call.startsWith('refresh'))

describe('a refresh token that is used up', () => {
  test('is stored before it is tried, and nothing else uses one up', async () => {
    const { stage, target, clock } = setUp()
    for (const _ of [1, 2, 3]) {
      await stage.steps(stage.begin())
      clock.advance(HOUR_MS)
    }
    expect(refreshes(target)).toEqual(['refresh r0', 'refresh r1', 'refresh r2'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r3', access: 'a3', note: 'kept' })
    expect(target.head).toBe('r3')
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'refresh-token', class: 'C' })
  })

  test('is not used where the deployment does not allow the gap', async () => {
    const { stage, target } = setUp({})
    expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('CLASS_C_REFUSED')
    expect(target.calls).toEqual([])
  })

  test('is used also when the access token beside it has expired, as it has in most rotations', async () => {
    const { stage, target } = setUp()
    target.accessTokens.clear()
    await stage.step('testSecret', stage.begin({ testOnly: true }))
    expect(stage.reports.at(-1)?.outcome).toBe('preflight')
    const other = setUp()
    other.target.accessTokens.clear()
    await other.stage.steps(other.stage.begin())
    expect(other.stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r1' })
  })

  test('may stay the same while the access token is new', async () => {
    const { stage, target } = setUp()
    target.rotates = false
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r0', access: 'a1' })
  })

  test('whose answer was lost is never used again: MINT_UNKNOWN, until a new one is stored', async () => {
    const world = setUp()
    const { stage, target, clock } = world
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    expect(await failure(stage.step('createSecret', token))).toMatchObject({
      code: 'MINT_STARTED',
      retryable: true,
    })
    clock.advance(HOUR_MS)
    expect(await failure(stage.step('createSecret', token))).toMatchObject({
      code: 'MINT_UNKNOWN',
      retryable: false,
    })
    abandon(world, token)
    const next = stage.begin()
    clock.advance(HOUR_MS)
    expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_UNKNOWN')
    expect(refreshes(target)).toEqual(['refresh r0'])

    target.head = 'by-hand'
    storeByHand(stage, { refresh: 'by-hand', access: 'a0' })
    takeOff(stage, 'QUARTERTURN_MINTING', token)
    abandon(world, next)
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r2' })
  })

  test('that the target declines says so, and does not wait for anybody', async () => {
    const { stage, target } = setUp()
    target.head = undefined
    const token = stage.begin()
    for (const _ of [1, 2])
      expect((await failure(stage.step('createSecret', token))).code).toBe('MINT_DECLINED')
  })

  test('that was stored by a rotation that gave up is used by the next', async () => {
    const world = setUp()
    const { stage, target } = world
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    abandon(world, token)
    await stage.steps(stage.begin())
    expect(refreshes(target)).toEqual(['refresh r0'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r1' })
  })

  /** A rotation that had stored r1 gave up. */
  async function givenUp() {
    const world = setUp()
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret'])
    abandon(world, token)
    return { ...world, token }
  }

  test.each([[true], [false]])(
    'that was renewed by hand since goes before it (its access token works: %s)',
    async (works) => {
      const { stage, target } = await givenUp()
      target.head = 'by-hand'
      if (!works) target.accessTokens.clear()
      storeByHand(stage, { refresh: 'by-hand', access: 'a-by-hand' })
      await stage.steps(stage.begin())
      expect(refreshes(target)).toEqual(['refresh r0', 'refresh by-hand'])
      expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r2' })
    },
  )

  test('that was only stored again is used up all the same, so the one of the rotation goes on', async () => {
    const { stage, target } = await givenUp()
    storeByHand(stage, { refresh: 'r0', access: 'a0', note: 'by hand' })
    await stage.steps(stage.begin())
    expect(refreshes(target)).toEqual(['refresh r0'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r1', note: 'by hand' })
  })

  test.each([
    ['renewed', 'by-hand', 'refresh by-hand'],
    ['stored again', 'r0', 'refresh r1'],
  ])(
    'that was %s, and stored once more, stops: CANDIDATE_UNCLEAR, until somebody says which it is',
    async (_how, refresh, next) => {
      const world = await givenUp()
      const { stage, target, token, clock } = world
      if (refresh === 'by-hand') target.head = refresh
      storeByHand(stage, { refresh, access: 'a0' })
      clock.advance(HOUR_MS)
      storeByHand(stage, { refresh, access: 'a0', note: 'again' }, 2)
      const stopped = stage.begin()
      expect(await failure(stage.step('createSecret', stopped))).toMatchObject({
        code: 'CANDIDATE_UNCLEAR',
        retryable: false,
      })
      expect(refreshes(target)).toEqual(['refresh r0'])

      if (refresh === 'by-hand') takeOff(stage, 'QUARTERTURN_CANDIDATE', token)
      else storeByHand(stage, { refresh: 'r1', access: 'a1' }, 3)
      abandon(world, stopped)
      await stage.steps(stage.begin())
      expect(refreshes(target)).toEqual(['refresh r0', next])
      expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r2' })
    },
  )

  test('goes on from what was issued last when AWSCURRENT is moved back: the one before is used up', async () => {
    const { stage, target, clock } = setUp()
    const before = Object.keys(stage.labels())[0] ?? ''
    const token = stage.begin()
    await stage.steps(token)
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: before,
      RemoveFromVersionId: token,
    })
    clock.advance(HOUR_MS)
    await stage.steps(stage.begin())
    expect(refreshes(target)).toEqual(['refresh r0', 'refresh r1'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r2' })
  })

  test('and once its access token has expired, the next one is made from it and not from AWSCURRENT', async () => {
    const world = setUp()
    const { stage, target, clock } = world
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    target.accessTokens.clear()
    expect((await failure(stage.step('setSecret', token))).code).toBe('MINT_REFUSED')
    stage.model.endRotation(stage.secretArn, 'Failed')
    clock.advance(HOUR_MS)
    await stage.steps(stage.begin())
    expect(refreshes(target)).toEqual(['refresh r0', 'refresh r1'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ refresh: 'r2' })
  })
})
