import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { MintTarget, mintProvider } from '../../test/simulation/mint-target.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { CALM, createClock } from '../local/index.ts'

const REST = ['setSecret', 'testSecret', 'finishSecret'] as const

const minting = () => {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new MintTarget(() => clock.now())
  return { target, stage: new Stage({ provider: mintProvider(target), model: { clock, unpublished: CALM } }) }
}

describe.each([['all' as const], [['111122223333']]])('while rotations are stopped (%j)', (stopped) => {
  test('none begins: nothing is stored, the target is not touched, and later it goes on', async () => {
    const stage = new Stage({ settings: { stopped } })
    const token = stage.begin()
    expect(await failure(stage.step('createSecret', token))).toMatchObject({
      code: 'ROTATIONS_STOPPED',
      retryable: true,
      problem: 'QUARTERTURN_STOP holds rotations of the account 111122223333',
    })
    expect(stage.labels()[token]).toEqual(['AWSPENDING'])
    expect((await failure(stage.step('setSecret', token))).code).toBe('PENDING_MISSING')
    expect(stage.target.live()).toEqual(['A:p0'])

    stage.deploy({ stopped: [] })
    await stage.steps(token)
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
  })

  test.each([0, 1, 2])(
    'one that has its value comes to its end, stopped %i steps after createSecret',
    async (done) => {
      const stage = new Stage()
      const token = stage.begin()
      await stage.steps(token, ['createSecret', ...REST.slice(0, done)])
      stage.deploy({ stopped })
      await stage.steps(token)
      expect(stage.reports.at(-1)).toMatchObject({ step: 'finishSecret', outcome: 'done' })
      expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'chosen-password-1' })
    },
  )

  test('nothing is issued, and what was issued and stored comes to its end', async () => {
    const { stage, target } = minting()
    stage.deploy({ stopped })
    const token = stage.begin()
    expect((await failure(stage.step('createSecret', token))).code).toBe('ROTATIONS_STOPPED')
    expect([...target.live.keys()]).toEqual(['by-hand'])

    stage.deploy({ stopped: [] })
    await stage.step('createSecret', token)
    stage.deploy({ stopped })
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-1' })
  })

  test('the test rotation is let through', async () => {
    const stage = new Stage({ settings: { stopped } })
    await stage.step('testSecret', stage.begin({ testOnly: true }))
    expect(stage.reports.at(-1)?.outcome).toBe('preflight')
  })

  test('nothing is retired', async () => {
    const retirement = { after: { afterMs: 7_200_000 }, roleArn: 'arn:aws:iam::111122223333:role/retire' }
    const stage = new Stage({ kind: 'alternating', settings: { retirement } })
    await stage.steps(stage.begin())
    const [schedule] = stage.scheduler.standing()
    stage.model.clock.advance(7_201_000)
    stage.deploy({ stopped })
    const before = stage.target.live()
    expect((await failure(stage.retire(schedule?.event as object))).code).toBe('ROTATIONS_STOPPED')
    expect(stage.target.live()).toEqual(before)
  })
})

test('another account is not held', async () => {
  const stage = new Stage({ settings: { stopped: ['444455556666'] } })
  await stage.steps(stage.begin())
  expect(stage.target.live()).toEqual(['A:chosen-password-1'])
})
