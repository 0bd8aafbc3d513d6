import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { MintTarget, mintProvider } from '../../test/simulation/mint-target.ts'
import { HOUR_MS, loseMint, takeOff } from '../../test/simulation/replacing-stage.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { CALM, createClock } from '../local/index.ts'

function setUp() {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new MintTarget(() => clock.now())
  target.capabilities = { marked: false, readable: false, livesAtOnce: 5 }
  target.marks = false
  const stage: Stage = new Stage({ provider: mintProvider(target), model: { clock, unpublished: CALM } })
  // The first one is known by its id.
  stage.model.call('PutSecretValue', {
    ClientRequestToken: 'with-id-0123456789-0123456789-abcdefgh',
    SecretId: stage.secretArn,
    SecretString: JSON.stringify({ ...(stage.value('AWSCURRENT') as object), secretId: 'by-hand' }),
  })
  clock.advance(HOUR_MS * 2)
  return { clock, target, stage }
}

const idsOf = (target: MintTarget): string[] => [...target.live.keys()]

describe('two at once, where the target cannot carry a mark', () => {
  test('QUARTERTURN_MINTING says that one is being issued, and nothing is left', async () => {
    const { stage, target, clock } = setUp()
    for (const _ of [1, 2, 3]) {
      const token = stage.begin()
      stage.reports.length = 0
      await stage.steps(token)
      expect(stage.labels()[token]).toContain('QUARTERTURN_MINTING')
      clock.advance(HOUR_MS * 2)
    }
    expect(idsOf(target)).toEqual(['secret-2', 'secret-3'])
    expect(stage.reports.map(({ awsCalls }) => awsCalls)).toEqual([7, 2, 1, 5])
  })

  test('one that was lost is nobody’s to revoke: MINT_UNKNOWN, until somebody has looked', async () => {
    const world = setUp()
    const { stage, target } = world
    const { lostToken, next } = await loseMint(world)
    expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_UNKNOWN')
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1'])
    target.live.delete('secret-1')
    takeOff(stage, 'QUARTERTURN_MINTING', lostToken)
    await stage.steps(next)
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])
  })

  test('where nothing lives but what is stored, nothing was issued, and the next rotation goes on', async () => {
    const world = setUp()
    const { stage, target } = world
    const { next } = await loseMint(world)
    target.live.delete('secret-1')
    await stage.steps(next)
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])
  })
})
