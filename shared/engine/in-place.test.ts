import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import {
  abandon,
  expectOnlyByHand,
  HOUR_MS,
  holderOf,
  loseMint,
  replacingStage,
} from '../../test/simulation/replacing-stage.ts'
import type { MintCapabilities } from '../provider/index.ts'
import type { EngineSettings } from './index.ts'

const ALLOWED: EngineSettings = { allowClassC: true, pendingReadDelaysMs: [] }
const setUp = (mint: Partial<MintCapabilities>, options: Parameters<typeof replacingStage>[2]) =>
  replacingStage('in-place-minted', { inPlace: true, ...mint }, options)

describe('a mint that ends the old credential, made with that one', () => {
  test('is stored at once with both labels, and becomes current', async () => {
    const { stage, target } = setUp({}, { settings: ALLOWED })
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    expect(stage.labels()[token]?.toSorted()).toEqual([
      'AWSPENDING',
      'QUARTERTURN_CANDIDATE',
      'QUARTERTURN_MINTING',
    ])
    expect(target.calls).toEqual(['probe current', 'mint'])
    await stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1', note: 'kept' })
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'in-place-minted', class: 'C' })
    expect(stage.reports.map(({ step, awsCalls }) => [step, awsCalls])).toEqual([
      ['createSecret', 6],
      ['setSecret', 2],
      ['testSecret', 1],
      ['finishSecret', 3],
    ])
  })

  test.each([Number.NaN, 1e300])(
    'is stored whatever is said of its end, such as %d, which is no time',
    async (expiresAt) => {
      const { stage, target } = setUp({}, { settings: ALLOWED })
      target.expiresAt = expiresAt
      await stage.steps(stage.begin())
      expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
    },
  )

  test('is refused where nothing would recover it, in the preflight too', async () => {
    const { stage, target } = setUp({}, {})
    const error = await failure(stage.step('createSecret', stage.begin()))
    expect(error).toMatchObject({ code: 'CLASS_C_REFUSED', retryable: false })
    const other = setUp({}, {})
    const test = other.stage.begin({ testOnly: true })
    expect((await failure(other.stage.step('testSecret', test))).code).toBe('CLASS_C_REFUSED')
    expect(target.calls).toEqual(['probe current'])
  })

  test.each([
    ['the target gives its value', { readable: true }, {}],
    ['the secret names an admin', {}, { admin: true }],
  ])('is allowed where %s', async (_why, mint, options) => {
    const { stage } = setUp(mint, options)
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('is used after all by the next rotation where its value can still be read with the old one', async () => {
    const world = setUp({ readable: true }, { readsWithOld: true })
    const { stage, target } = world
    const { next } = await loseMint(world)
    await stage.steps(next)
    expect(target.count('mint')).toBe(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
  })

  test('stops where it was lost, and goes on from one that was made by hand', async () => {
    const world = setUp({}, { settings: ALLOWED })
    await expectOnlyByHand(world, await loseMint(world))
  })

  test('is used again by the next rotation when this one was given up', async () => {
    const world = setUp({}, { settings: ALLOWED })
    const { stage, target } = world
    const first = stage.begin()
    await stage.steps(first, ['createSecret', 'setSecret'])
    abandon(world, first)
    await stage.steps(stage.begin())
    expect(target.count('mint')).toBe(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
  })

  test('is stored as soon as Secrets Manager takes it again: it is nowhere else', async () => {
    const { stage, target } = setUp({}, { settings: ALLOWED })
    const token = stage.begin()
    stage.model.inject({ operation: 'PutSecretValue', when: 'before', times: 3 })
    await stage.steps(token)
    expect(target.count('mint')).toBe(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
  })
})

describe('a mint that ends the old credential, made by an admin', () => {
  test('takes QUARTERTURN_MINTING before, which stays with the version', async () => {
    const world = setUp({}, { admin: true })
    const { stage, clock } = world
    for (const _ of [1, 2]) {
      const token = stage.begin()
      stage.reports.length = 0
      await stage.steps(token)
      expect(holderOf(world, 'QUARTERTURN_MINTING')).toBe(token)
      clock.advance(HOUR_MS)
    }
    expect(stage.reports.map(({ step, awsCalls }) => [step, awsCalls])).toEqual([
      ['createSecret', 8],
      ['setSecret', 2],
      ['testSecret', 1],
      ['finishSecret', 3],
    ])
  })

  test('is not made twice while the first invocation may still be running', async () => {
    const world = setUp({}, { admin: true })
    const { stage, target } = world
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    const error = await failure(stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'MINT_STARTED', retryable: true })
    expect(target.count('mint')).toBe(1)
  })

  test('may be made at once where the target said that it made none', async () => {
    const world = setUp({}, { admin: true })
    const { stage, target } = world
    const token = stage.begin()
    target.answers = 'declined'
    const error = await failure(stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'MINT_DECLINED', message: expect.stringContaining('too many today') })
    expect(holderOf(world, 'QUARTERTURN_MINTING')).toBe(holderOf(world, 'AWSCURRENT'))
    target.answers = 'minted'
    await stage.steps(token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  /** A reply was lost; then the rotation that waited for it gave up. */
  async function lost(mint: Partial<MintCapabilities>) {
    const world = setUp(mint, { admin: true })
    const { stage, target, clock } = world
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    clock.advance(HOUR_MS)
    expect((await failure(stage.step('createSecret', token))).code).toBe('MINT_ABANDONED')
    expect(stage.labels()[token]).toEqual(['QUARTERTURN_MINTING'])
    stage.model.endRotation(stage.secretArn, 'Failed')
    const next = stage.begin()
    expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_STARTED')
    clock.advance(HOUR_MS)
    return { ...world, lostToken: token, next }
  }

  test.each([['the rotation that lost it'], ['the next one']])(
    'is used by %s where it has our mark and can be read',
    async (whose) => {
      const world = setUp({ marked: true, readable: true }, { admin: true })
      const { stage, target, clock } = world
      target.losesReplies = 1
      let token = stage.begin()
      await failure(stage.step('createSecret', token))
      if (whose === 'the next one') {
        abandon(world, token)
        token = stage.begin()
      }
      clock.advance(HOUR_MS)
      await stage.steps(token)
      expect(target.count('mint')).toBe(1)
      expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-1' })
      expect(holderOf(world, 'QUARTERTURN_MINTING')).toBe(token)
    },
  )

  test('is made once more by the next rotation where it has our mark', async () => {
    const { stage, target, next } = await lost({ marked: true })
    await stage.steps(next)
    expect(target.count('mint')).toBe(2)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
  })

  test.each([{}, { readable: true }])(
    'without our mark, a secret could name anybody’s account: MINT_UNKNOWN, until one made by hand is stored (%o)',
    async (mint) => {
      const world = await lost(mint)
      await expectOnlyByHand(world, world)
    },
  )

  test('that never happened does not keep the next rotation: current works', async () => {
    const { stage, target, next } = await lost({})
    target.primary = { password: 'p0', name: '' }
    await stage.steps(next)
    expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-2' })
  })
})
