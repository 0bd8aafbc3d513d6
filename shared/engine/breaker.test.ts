import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { Target } from '../../test/simulation/target.ts'
import { CALM, createClock, type LocalClock } from '../local/index.ts'
import type { EngineSettings } from './index.ts'

const SLOW_MS = 5_000
const PAUSE_MS = 300_000

/** Takes its time to say nothing. */
class DeadTarget extends Target {
  isDead = true
  readonly #clock: LocalClock
  readonly #tookMs: number

  constructor(clock: LocalClock, tookMs: number) {
    super('single', 'p0')
    this.#clock = clock
    this.#tookMs = tookMs
  }

  override accepts(account: string, password: string): boolean {
    if (!this.isDead) return super.accepts(account, password)
    this.#clock.advance(this.#tookMs)
    throw new Error('no answer')
  }
}

function dead(tookMs: number, settings: EngineSettings = { served: { accounts: ['444455556666'] } }) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new DeadTarget(clock, tookMs)
  return { target, clock, stage: new Stage({ target, settings, model: { clock, unpublished: CALM } }) }
}

async function failSetSecret(stage: Stage, times: number): Promise<string> {
  const token = stage.begin()
  await stage.step('createSecret', token)
  for (let at = 0; at < times; at += 1) await failure(stage.step('setSecret', token))
  return token
}

/** The rotation is given up, so that another can begin. */
function giveUp(stage: Stage, token: string): void {
  stage.model.endRotation(stage.secretArn, 'Failed')
  stage.model.call('UpdateSecretVersionStage', {
    SecretId: stage.secretArn,
    VersionStage: 'AWSPENDING',
    RemoveFromVersionId: token,
  })
}

describe('after three slow failures in a row', () => {
  test('the account begins no rotation for five minutes, and then does', async () => {
    const { stage, clock } = dead(SLOW_MS)
    giveUp(stage, await failSetSecret(stage, 3))
    const next = stage.begin()
    expect(await failure(stage.step('createSecret', next))).toMatchObject({
      code: 'ACCOUNT_PAUSED',
      retryable: true,
    })
    expect(stage.reports.at(-1)).toMatchObject({ accountPaused: true })
    clock.advance(PAUSE_MS)
    await stage.step('createSecret', next)
    expect(stage.reports.at(-1)).toMatchObject({ outcome: 'done' })
    expect(stage.reports.at(-1)).not.toHaveProperty('accountPaused')
  })

  test('one more slow failure after the pause begins it anew', async () => {
    const { stage, clock } = dead(SLOW_MS)
    const token = await failSetSecret(stage, 3)
    clock.advance(PAUSE_MS)
    await failure(stage.step('setSecret', token))
    await failure(stage.step('setSecret', token))
    expect(stage.reports.at(-1)).toMatchObject({ accountPaused: true })
  })

  test('a rotation that has its value goes on, with less time, and its success ends the pause', async () => {
    const { stage, target } = dead(SLOW_MS)
    const token = await failSetSecret(stage, 3)
    target.isDead = false
    await stage.steps(token)
    expect(stage.reports.map(({ accountPaused }) => accountPaused ?? false).slice(-4)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
  })
})

test.each([
  ['fast ones', dead(SLOW_MS - 1)],
  ['those of a function that serves one account', dead(SLOW_MS, {})],
])('%s pause nothing', async (_which, { stage }) => {
  const token = await failSetSecret(stage, 4)
  await failure(stage.step('setSecret', token))
  expect(stage.reports.at(-1)).not.toHaveProperty('accountPaused')
})
