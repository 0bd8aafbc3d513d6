import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import type { Target } from '../../test/simulation/target.ts'
import { MOST_RETIREMENTS } from './event.ts'
import { scheduleName } from './schedule.ts'

const HOUR_MS = 3_600_000
const retirement = { after: { afterMs: 2 * HOUR_MS }, roleArn: 'arn:aws:iam::111122223333:role/retire' }

/** A secret that has rotated once, with the schedule of its old credential. */
async function rotated(options: { target?: Target } = {}) {
  const stage = new Stage({ kind: 'alternating', settings: { retirement }, ...options })
  const token = stage.begin()
  await stage.steps(token)
  const [schedule] = stage.scheduler.standing()
  if (schedule === undefined) throw new Error('nothing is scheduled')
  return { stage, token, schedule, event: schedule.event as object }
}

/** The same when its time has come. */
async function due() {
  const world = await rotated()
  world.stage.model.clock.advance(2 * HOUR_MS + 1_000)
  return world
}

describe('a retirement is scheduled', () => {
  test('by the name of the version, before the label moves, and is part of the record', async () => {
    const stage = new Stage({ kind: 'alternating', settings: { retirement } })
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    stage.model.inject({
      operation: 'UpdateSecretVersionStage',
      when: 'before',
      error: { name: 'InternalServiceError' },
    })
    await failure(stage.step('finishSecret', token))
    const [schedule] = stage.scheduler.standing()
    expect(schedule?.name).toBe(scheduleName(stage.secretArn, { token, gone: '', attempt: 1 }))
    expect(stage.labels()[token]).not.toContain('AWSCURRENT')

    await stage.step('finishSecret', token)
    expect(stage.scheduler.standing()).toEqual([schedule])
    const validUntil = new Date(schedule?.dueAt ?? 0).toISOString()
    expect(stage.evidence.at(-1)).toMatchObject({ versionId: token, oldCredential: { validUntil } })

    stage.restart()
    await stage.step('finishSecret', token)
    expect(stage.reports.at(-1)?.outcome).toBe('already')
    expect(stage.evidence.at(-1)).toMatchObject({ versionId: token, oldCredential: { validUntil } })
  })

  test('with nothing secret in it', async () => {
    const { schedule } = await rotated()
    expect(JSON.stringify(schedule)).not.toMatch(/password|p0"/)
  })

  test('not where the next rotation does it', async () => {
    const stage = new Stage({ kind: 'alternating' })
    await stage.steps(stage.begin())
    expect(stage.scheduler.standing()).toEqual([])
  })

  test('not where one account is changed in place', async () => {
    const stage = new Stage({ kind: 'single', settings: { retirement } })
    await stage.steps(stage.begin())
    expect(stage.scheduler.standing()).toEqual([])
  })

  test('at once for a leak, by a tag that the deployment allows', async () => {
    const stage = new Stage({
      kind: 'alternating',
      tags: { 'quarterturn:retire-after': 'immediate' },
      settings: { retirement: { roleArn: retirement.roleArn, choices: ['immediate'] } },
    })
    await stage.steps(stage.begin())
    stage.model.clock.advance(61_000)
    const [schedule] = stage.scheduler.due()
    await stage.retire(schedule?.event as object)
    expect(stage.target.live()).toEqual(['B:chosen-password-1'])
  })

  test('not by a tag that the deployment does not allow', async () => {
    const stage = new Stage({ kind: 'alternating', tags: { 'quarterturn:retire-after': '1h' } })
    const error = await failure(stage.step('createSecret', stage.begin()))
    expect(error.code).toBe('TAG_INVALID')
    expect(error.message).toContain(
      '`quarterturn:retire-after` is not among those that the deployment allows',
    )
  })
})

describe('a retirement', () => {
  test('ends the old credential, deletes its schedule and completes the record; the next rotation undoes it', async () => {
    const { stage, token, event } = await due()
    await stage.retire(event)
    expect(stage.target.live()).toEqual(['B:chosen-password-1'])
    expect(stage.scheduler.standing()).toEqual([])
    expect(stage.reports.at(-1)).toMatchObject({ step: 'retireSecret', outcome: 'done' })
    expect(stage.evidence.at(-1)).toMatchObject({
      versionId: token,
      strategy: 'alternating-users',
      newCredential: { verdict: 'accepted', as: 'B' },
      oldCredential: 'refused',
      retiredAt: expect.any(String),
    })
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'A' })
    expect(stage.target.live()).toEqual(['A:chosen-password-2', 'B:chosen-password-1'])
  })

  test('comes again without harm', async () => {
    const { stage, event } = await due()
    await stage.retire(event)
    expect((await failure(stage.retire(event))).code).toBe('RETIREMENT_UNKNOWN')
    expect(stage.target.live()).toEqual(['B:chosen-password-1'])
  })

  test('is not made before its time', async () => {
    const { stage, event } = await rotated()
    expect((await failure(stage.retire(event))).code).toBe('RETIREMENT_UNKNOWN')
    expect(stage.target.live()).toContain('A:p0')
  })

  test('is not made for an event that no schedule of ours sends', async () => {
    const { stage, token, event } = await due()
    const forged = { ...event, Retirement: { VersionId: token, Attempt: 1 } }
    expect((await failure(stage.retire(forged))).code).toBe('RETIREMENT_UNKNOWN')
    const later = { ...event, Retirement: { ...(event as { Retirement: object }).Retirement, Attempt: 2 } }
    expect((await failure(stage.retire(later))).code).toBe('RETIREMENT_UNKNOWN')
    expect(stage.target.live()).toHaveLength(2)
  })

  test('refuses itself when the move never happened', async () => {
    const stage = new Stage({ kind: 'alternating', settings: { retirement } })
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    stage.model.inject({
      operation: 'UpdateSecretVersionStage',
      when: 'before',
      error: { name: 'InternalServiceError' },
    })
    await failure(stage.step('finishSecret', token))
    stage.model.endRotation(stage.secretArn, 'Failed')
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token,
    })
    stage.model.clock.advance(2 * HOUR_MS + 1_000)
    await stage.retire(stage.scheduler.due()[0]?.event as object)
    expect(stage.target.live()).toContain('A:p0')
    expect(stage.scheduler.standing()).toEqual([])
  })

  test('waits while a rotation is open, and goes on when it has ended', async () => {
    const { stage, event } = await due()
    const next = stage.begin()
    await stage.step('createSecret', next)
    await stage.retire(event)
    expect(stage.reports.at(-1)).toMatchObject({ outcome: 'postponed' })
    expect(stage.target.live()).toContain('A:p0')
    stage.model.endRotation(stage.secretArn, 'Failed')
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: next,
    })
    stage.model.clock.advance(HOUR_MS + 1_000)
    await stage.retire(stage.scheduler.due()[0]?.event as object)
    expect(stage.target.live()).toEqual(['B:chosen-password-1'])
  })

  test('waits while an abandoned rotation may have left its value in force', async () => {
    const { stage, event } = await due()
    const next = stage.begin()
    await stage.steps(next, ['createSecret', 'setSecret'])
    stage.model.endRotation(stage.secretArn, 'Failed')
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: next,
    })
    await stage.retire(event)
    expect(stage.reports.at(-1)).toMatchObject({ outcome: 'postponed' })
    expect(stage.target.live()).toContain('A:chosen-password-2')
  })

  test('does not wait for ever', async () => {
    const { stage, event } = await due()
    await stage.step('createSecret', stage.begin())
    let next = event
    for (let attempt = 1; attempt < MOST_RETIREMENTS; attempt += 1) {
      await stage.retire(next)
      stage.model.clock.advance(HOUR_MS + 1_000)
      next = stage.scheduler.due()[0]?.event as object
    }
    expect((await failure(stage.retire(next))).code).toBe('RETIREMENT_OVERDUE')
  })

  test('does nothing when a version with a label of the customer has the account', async () => {
    const { stage, event } = await due()
    const previous = Object.entries(stage.labels()).find(([, labels]) => labels.includes('AWSPREVIOUS'))?.[0]
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'USED_BY_BATCH',
      MoveToVersionId: previous ?? '',
    })
    await stage.retire(event)
    expect(stage.target.live()).toContain('A:p0')
    expect(stage.reports.at(-1)).toMatchObject({ outcome: 'already' })
    expect(stage.scheduler.standing()).toEqual([])
  })

  test('does nothing when a later rotation has brought the account back', async () => {
    const { stage, event } = await due()
    await stage.steps(stage.begin())
    await stage.retire(event)
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'A' })
    expect(stage.target.live()).toEqual(['A:chosen-password-2', 'B:chosen-password-1'])
    expect(stage.rules.at(-1)).toContain('another came after it')
  })

  test('does nothing while current is refused', async () => {
    const { stage, event } = await due()
    stage.target.account('B').primary = 'changed by hand'
    expect((await failure(stage.retire(event))).code).toBe('CURRENT_REFUSED')
    expect(stage.target.live()).toContain('A:p0')
    expect(stage.scheduler.standing()).toHaveLength(1)
  })
})
