import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import {
  expectOnlyByHand,
  HOUR_MS,
  holderOf,
  loseMint,
  replacingStage,
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

  test('that never happened does not keep the next rotation, where the target shows that', async () => {
    const { stage, target, next } = await lost({ readable: true })
    target.primary = { password: 'p0', name: '' }
    await stage.steps(next)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
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
