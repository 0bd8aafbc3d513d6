import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { mintStage as setUp } from '../../test/simulation/mint-stage.ts'
import type { MintTarget } from '../../test/simulation/mint-target.ts'
import { markOf, markText } from '../provider/index.ts'

const HOUR_MS = 3_600_000

const idsOf = (target: MintTarget): string[] => [...target.live.keys()]

/** The documented way out: AWSPENDING is taken off, and another rotation begins an hour later. */
function unstick({ stage, clock }: ReturnType<typeof setUp>, token: string): void {
  stage.model.endRotation(stage.secretArn, 'Failed')
  if (stage.labels()[token]?.includes('AWSPENDING'))
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token,
    })
  clock.advance(HOUR_MS)
}

describe('a rotation of a credential that the target issues', () => {
  test('stores what was issued with both labels, and keeps the other fields', async () => {
    const { stage, target } = setUp()
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    expect(stage.labels()[token]?.toSorted()).toEqual(['AWSPENDING', 'QUARTERTURN_CANDIDATE'])
    expect(target.calls).toEqual(['probe current', 'list', 'list', 'mint'])
    await stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-1', note: 'kept' })
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'overlapping', class: 'A' })
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1'])
  })

  test('makes no more calls to Secrets Manager than are counted here', async () => {
    const { stage, clock } = setUp()
    for (const _ of [1, 2, 3]) {
      stage.reports.length = 0
      clock.advance(HOUR_MS * 2)
      await stage.steps(stage.begin())
    }
    expect(stage.reports.map(({ step, awsCalls }) => [step, awsCalls])).toEqual([
      ['createSecret', 6],
      ['setSecret', 2],
      ['testSecret', 1],
      ['finishSecret', 4],
    ])
  })

  test('three in a row leave two, and end each other one by its identity', async () => {
    const { stage, target, clock } = setUp()
    for (const _ of [1, 2, 3]) {
      await stage.steps(stage.begin())
      clock.advance(HOUR_MS * 2)
    }
    expect(idsOf(target)).toEqual(['secret-2', 'secret-3'])
  })

  test('where more may live, AWSPREVIOUS gives way directly before the move', async () => {
    const { stage, target, clock } = setUp({ livesAtOnce: 10 })
    await stage.steps(stage.begin())
    clock.advance(HOUR_MS * 2)
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1', 'secret-2'])
    await stage.steps(token, ['finishSecret'])
    expect(idsOf(target)).toEqual(['secret-1', 'secret-2'])
  })

  test('createSecret again has nothing issued', async () => {
    const { stage, target } = setUp()
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'createSecret'])
    expect(target.calls.filter((call) => call === 'mint')).toHaveLength(1)
  })

  test('what is read of a mint is used after all', async () => {
    const { stage, target } = setUp({ readable: true })
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    await stage.steps(token)
    expect(target.calls.filter((call) => call === 'mint')).toHaveLength(1)
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-1' })
  })

  test('one whose value never came is revoked once another is stored', async () => {
    const { stage, target } = setUp({ livesAtOnce: 3 })
    target.losesReplies = 1
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    await stage.step('createSecret', token)
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])
    expect(target.calls.at(-2)).toBe('revoke secret-1')
  })
})

describe('what is left of another rotation', () => {
  test('fills the limit: AWSPENDING is released, and the next token sweeps when it is old', async () => {
    const world = setUp()
    const { stage, target, clock } = world
    target.losesReplies = 1
    const first = stage.begin()
    await failure(stage.step('createSecret', first))
    expect((await failure(stage.step('createSecret', first))).code).toBe('MINT_ABANDONED')
    expect(stage.labels()[first]).toBeUndefined()
    stage.model.endRotation(stage.secretArn, 'Failed')
    const second = stage.begin()
    expect((await failure(stage.step('createSecret', second))).code).toBe('MINT_FULL')
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1'])
    clock.advance(HOUR_MS)
    await stage.steps(second)
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])
  })

  test('is not swept while the candidate label is younger than an invocation may be', async () => {
    const world = setUp({ livesAtOnce: 5 })
    const { stage, target, clock } = world
    target.losesReplies = 1
    const first = stage.begin()
    await failure(stage.step('createSecret', first))
    unstick(world, first)
    const second = stage.begin()
    await stage.steps(second, ['createSecret'])
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])

    // The label came to this version just now, so nobody knows who still has another one in hand.
    const left = target.issue(markText({ secret: markOfSecret(target), token: 'f'.repeat(16), attempt: 1 }))
    target.makeOld(left.id)
    await stage.steps(second, ['createSecret'])
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2', left.id])
    clock.advance(HOUR_MS)
    await stage.steps(second, ['createSecret'])
    expect(idsOf(target)).toEqual(['by-hand', 'secret-2'])
  })

  test('what was made by hand, or for another secret, is never touched, and told in the record', async () => {
    const world = setUp({ livesAtOnce: 10 })
    const { stage, target, clock } = world
    target.issue('portal')
    target.issue(markText({ secret: '0'.repeat(16), token: '1'.repeat(16), attempt: 1 }))
    clock.advance(HOUR_MS)
    await stage.steps(stage.begin())
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1', 'secret-2', 'secret-3'])
    expect(stage.evidence.at(-1)?.orphans).toEqual([
      expect.stringMatching(/^the credential secret-2 .* another secret/),
      // The version that was AWSCURRENT names no id: nobody can tell which of the two it has.
      expect.stringMatching(
        /^the credentials by-hand, secret-1 .* 1 of them may be of a version that names no id/,
      ),
    ])
    clock.advance(HOUR_MS)
    await stage.steps(stage.begin())
    expect(idsOf(target)).toEqual(['secret-1', 'secret-2', 'secret-3', 'secret-4'])
    expect(stage.evidence.at(-1)?.orphans).toEqual([
      expect.stringMatching(/^the credential secret-2 .* another secret/),
      expect.stringMatching(/^the credential secret-1 .* made by hand/),
    ])
  })

  test('AWSPREVIOUS is no stranger because its version names no id', async () => {
    const { stage, target } = setUp()
    await stage.steps(stage.begin())
    expect(idsOf(target)).toEqual(['by-hand', 'secret-1'])
    expect(stage.evidence.at(-1)?.orphans).toEqual([])
  })
})

const markOfSecret = (target: MintTarget): string =>
  [...target.live.values()].map(({ name }) => markOf(name)?.secret).find((one) => one !== undefined) ?? ''

describe('what is left by hand', () => {
  test('MINT_FULL: a stranger is revoked at the target, and the same rotation goes on', async () => {
    const { stage, target } = setUp()
    target.issue('portal')
    const token = stage.begin()
    const error = await failure(stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'MINT_FULL', retryable: true })
    expect(error.remedy).toMatch(/revoke at the target one of the credentials/)
    target.live.delete('secret-1')
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-2' })
  })

  test('CURRENT_REFUSED: one made by hand is stored as AWSCURRENT, and the next rotation goes on', async () => {
    const world = setUp()
    const { stage, target } = world
    target.live.clear()
    const token = stage.begin()
    expect((await failure(stage.step('createSecret', token))).code).toBe('CURRENT_REFUSED')
    const { id, password } = target.issue('made by hand')
    unstick(world, token)
    stage.model.call('PutSecretValue', {
      ClientRequestToken: 'by-hand-0123456789-0123456789-abcdef',
      SecretId: stage.secretArn,
      SecretString: JSON.stringify({ engine: 'simulated', username: 'A', password, secretId: id }),
    })
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-2' })
  })

  test('NOT_SET: what another function began is released, and the next rotation goes on', async () => {
    const world = setUp()
    const { stage, target } = world
    const token = stage.begin()
    const { id, password } = target.issue('begun by another function')
    stage.model.call('PutSecretValue', {
      ClientRequestToken: token,
      SecretId: stage.secretArn,
      SecretString: JSON.stringify({ engine: 'simulated', username: 'A', password, secretId: id }),
      VersionStages: ['AWSPENDING'],
    })
    for (const step of ['testSecret', 'finishSecret'] as const)
      expect((await failure(stage.step(step, token))).code).toBe('NOT_SET')
    target.live.delete(id)
    unstick(world, token)
    await stage.steps(stage.begin())
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-2' })
  })
})

describe('what is issued is looked at before it is stored', () => {
  test.each([
    ['with control characters', { issues: 'issued\r\nHost: elsewhere' }, /used: the credential has control/],
    ['over 60 kB', { issues: 'x'.repeat(61_000) }, /used: the secret would be over 60 kB/],
    ['that expires at once', { expiresAt: 1 }, /used: it expires at 1970/],
    ['that is the current one', { issues: 'p0' }, /used: it is the current credential/],
  ])('one %s is revoked again', async (_name, wrong, reason) => {
    const { stage, target } = setUp()
    Object.assign(target, wrong)
    const token = stage.begin()
    const error = await failure(stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'MINT_UNUSABLE', message: expect.stringMatching(reason) })
    expect(idsOf(target)).toEqual(['by-hand'])
    expect(error.message).not.toContain('elsewhere')
  })

  test('nothing is issued for a secret that has no room', async () => {
    const { stage, target } = setUp({}, { note: 'n'.repeat(60_500) })
    expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('MINT_TOO_LARGE')
    expect(target.calls).toEqual(['probe current'])
  })

  test.each([
    ['an interval', { AutomaticallyAfterDays: 30 }],
    ['a rate', { ScheduleExpression: 'rate(8 days)' }],
    ['a day of the month', { ScheduleExpression: 'cron(0 8 1 * ? *)' }],
  ])('nothing is issued that expires before the schedule comes again: %s', async (_how, RotationRules) => {
    const world = setUp({ longestLifeMs: 7 * 24 * HOUR_MS })
    const { stage, target } = world
    unstick(world, stage.begin())
    stage.model.call('RotateSecret', {
      ClientRequestToken: 'scheduled-0123456789-0123456789-abcdef',
      SecretId: stage.secretArn,
      RotationRules,
    })
    const error = await failure(stage.step('createSecret', 'scheduled-0123456789-0123456789-abcdef'))
    expect(error.code).toBe('MINT_TOO_SHORT_LIVED')
    expect(target.calls).not.toContain('mint')
  })

  test('nothing is issued while current is refused', async () => {
    const { stage, target } = setUp()
    target.live.clear()
    expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('CURRENT_REFUSED')
    expect(target.calls).toEqual(['probe current'])
  })
})
