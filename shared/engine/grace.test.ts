import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import {
  abandon,
  expectOnlyByHand,
  HOUR_MS,
  holderOf,
  loseMint,
  replacingStage,
  storeByHand,
} from '../../test/simulation/replacing-stage.ts'
import type { MintCapabilities } from '../provider/index.ts'

const DAY_MS = 24 * HOUR_MS
const setUp = (mint: Partial<MintCapabilities> = {}, options: Parameters<typeof replacingStage>[2] = {}) =>
  replacingStage('grace', { graceMs: DAY_MS, ...mint }, options)

describe('a mint that lets the old credential go on for a while', () => {
  test('is stored at once, and the record tells until when the old one is valid', async () => {
    const { stage, target, clock } = setUp()
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1', note: 'kept' })
    expect(target.accepts('p0')).toBe(true)
    expect(stage.evidence.at(-1)).toMatchObject({
      strategy: 'grace',
      class: 'A',
      oldCredential: { validUntil: new Date(clock.now() + DAY_MS).toISOString() },
    })
    expect(stage.reports[0]?.notes).toContain(
      `the credential of AWSCURRENT expires at ${new Date(clock.now() + DAY_MS).toISOString()}`,
    )
    expect(stage.reports.map(({ step, awsCalls }) => [step, awsCalls])).toEqual([
      ['createSecret', 6],
      ['setSecret', 2],
      ['testSecret', 1],
      ['finishSecret', 3],
    ])
  })

  test('cuts the overlap where that while is shorter, and is refused where that was asked for', async () => {
    const { stage } = setUp({ graceMs: HOUR_MS / 2 })
    await stage.step('createSecret', stage.begin())
    expect(stage.reports.at(-1)).toMatchObject({ overlapCut: true })
    const strict = setUp({ graceMs: HOUR_MS / 2 }, { settings: { retirement: { overlapCut: 'refuse' } } })
    const error = await failure(strict.stage.step('createSecret', strict.stage.begin()))
    expect(error).toMatchObject({
      code: 'OVERLAP_CUT',
      message: expect.stringMatching(/goes on for 1800 s, less than the minimum overlap of 3600 s/),
    })
    expect(strict.target.calls).not.toContain('mint')
  })

  /** A reply was lost, and the rotation that waited for it gave up. */
  async function lost(mint: Partial<MintCapabilities>, options: Parameters<typeof replacingStage>[2] = {}) {
    const world = setUp(mint, options)
    return { ...world, ...(await loseMint(world)) }
  }

  test('is not made again where it was lost, since that would end the old one: MINT_UNKNOWN, until somebody decides', async () => {
    const world = await lost({})
    expect((await failure(world.stage.step('createSecret', world.next))).code).toBe('MINT_UNKNOWN')
    expect(world.target.accepts('p0')).toBe(true)
    await expectOnlyByHand(world, world)
  })

  test('is made again where the deployment allows a gap', async () => {
    const { stage, target, next } = await lost({}, { settings: { allowClassC: true } })
    await stage.steps(next)
    expect(target.count('mint')).toBe(2)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
  })

  test('is used after all where it can be read', async () => {
    const world = await lost({ readable: true })
    const { stage, target, next } = world
    await stage.steps(next)
    expect(target.count('mint')).toBe(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
    expect(holderOf(world, 'QUARTERTURN_MINTING')).toBe(next)
  })

  test('is used by the rotation that lost it as soon as nobody can be storing it: well within the hour', async () => {
    const { stage, target, clock } = setUp({ readable: true, graceMs: HOUR_MS })
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    const lostAt = clock.now()
    const error = await failure(stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'MINT_STARTED', retryable: true })
    const at = (ms: number): string => new Date(lostAt + ms).toISOString()
    expect(error.problem).toMatch(
      `seen from ${at(20 * 60_000)} on; the credential of AWSCURRENT expires at ${at(HOUR_MS)}`,
    )
    clock.advance(20 * 60_000)
    await stage.steps(token)
    expect(target.count('mint')).toBe(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
  })

  test('that has let the credential of AWSCURRENT expire is told after one sign-in with that', async () => {
    const { stage, target, clock, next } = await lost({ readable: true, graceMs: HOUR_MS })
    clock.advance(DAY_MS)
    target.calls.length = 0
    expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_UNKNOWN')
    expect(target.calls).toEqual(['probe current'])
  })

  test('that never happened does not keep the next rotation, where the target shows that', async () => {
    const { stage, target, next } = await lost({ readable: true })
    target.primary = { password: 'p0', name: '' }
    await stage.steps(next)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
  })
})

describe('one that somebody had issued by hand since a rotation gave up', () => {
  /** A rotation had stored the first one that was issued, and its steps are not repeated any more. */
  async function givenUp() {
    const world = setUp()
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret'])
    world.stage.model.endRotation(world.stage.secretArn, 'Failed')
    world.clock.advance(HOUR_MS)
    return { ...world, token }
  }

  test('goes before that of the rotation, which expires', async () => {
    const world = await givenUp()
    const { stage, target, token } = world
    storeByHand(stage, { password: target.issue('by hand') })
    // AWSPENDING is still there: nobody wrote while Secrets Manager ran the rotation.
    expect((await failure(stage.step('finishSecret', token))).code).toBe('PENDING_SUPERSEDED')
    expect((await failure(stage.step('setSecret', token))).code).toBe('PENDING_SUPERSEDED')
    expect(stage.labels()[token]).not.toContain('AWSPENDING')
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-3' })
  })

  test('and was stored once more stops: CANDIDATE_UNCLEAR, until somebody says which it is or the older one has expired', async () => {
    const world = await givenUp()
    const { stage, target, clock, token } = world
    const password = target.issue('by hand')
    storeByHand(stage, { password })
    clock.advance(HOUR_MS)
    storeByHand(stage, { password, note: 'again' }, 2)
    expect((await failure(stage.step('finishSecret', token))).code).toBe('CANDIDATE_UNCLEAR')
    abandon(world, token)
    const next = stage.begin()
    expect((await failure(stage.step('createSecret', next))).code).toBe('CANDIDATE_UNCLEAR')
    expect(target.count('mint')).toBe(1)
    clock.advance(DAY_MS)
    await stage.steps(next)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-3', note: 'again' })
  })
})

describe('a mint whose first use starts that while', () => {
  const onUse = { graceMs: HOUR_MS, firstUseStartsGrace: true }

  test('is first used in finishSecret', async () => {
    const { stage, target } = setUp(onUse)
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    expect(target.calls).not.toContain('probe pending')
    await stage.step('finishSecret', token)
    expect(target.calls).toContain('probe pending')
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('is tried like any other by the test rotation: it is current', async () => {
    const { stage, target } = setUp(onUse)
    await stage.step('testSecret', stage.begin({ testOnly: true }))
    expect(target.calls).toContain('probe pending')
    expect(stage.reports.at(-1)?.outcome).toBe('preflight')
  })

  test('is given up where it is refused then, and the next rotation has another issued', async () => {
    const { stage, target, clock } = setUp(onUse)
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    target.primary = { password: 'p0', name: '' }
    expect((await failure(stage.step('finishSecret', token))).code).toBe('MINT_REFUSED')
    expect(stage.labels()[token]).not.toContain('AWSPENDING')
    stage.model.endRotation(stage.secretArn, 'Failed')
    clock.advance(HOUR_MS)
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
  })
})
