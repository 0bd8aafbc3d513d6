import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { simulatedProvider, Target } from '../../test/simulation/target.ts'
import type { Comparison, OpenRequest, Provider, Session } from '../provider/index.ts'
import { STEPS, type Step } from './known.ts'

const HOUR_MS = 3_600_000

/** The simulated pair, whose sessions a test may change. */
function pairWith(
  change: (session: Session, request: OpenRequest<unknown>) => Partial<Session>,
  more: Partial<Provider> = {},
) {
  const target = new Target('alternating', 'p0')
  const rules = { locks: true, changesInLockedSession: true }
  const sound = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
  const provider: Provider = {
    ...sound,
    ...more,
    open: (request) => {
      const session = sound.open(request)
      const changed = change(session, request)
      return new Proxy(session, {
        get: (of, name) => {
          const value: unknown = Reflect.get(changed, name) ?? Reflect.get(of, name)
          return typeof value === 'function' ? value.bind(of) : value
        },
      })
    },
  }
  return Object.assign(new Stage({ kind: 'alternating', provider, target }), { provider })
}

describe('a secret that alternates', () => {
  test('goes to and fro, and the previous credential goes on beside the current one', async () => {
    const stage = new Stage({ kind: 'alternating' })
    for (const [round, username] of ['B', 'A', 'B', 'A'].entries()) {
      const before = stage.value('AWSCURRENT') as { username: string; password: string }
      await stage.steps(stage.begin())
      expect(stage.value('AWSCURRENT')).toMatchObject({ username, password: `chosen-password-${round + 1}` })
      expect(stage.target.live()).toContain(`${before.username}:${before.password}`)
    }
    expect(stage.target.failedSignIns).toBe(0)
    expect(stage.evidence.at(-1)).toMatchObject({
      strategy: 'alternating-users',
      class: 'A',
      newCredential: { verdict: 'accepted', as: 'A' },
      rights: 'equal',
      oldCredential: 'not tried',
    })
    expect(stage.evidence.at(-1)).not.toHaveProperty('gapMs')
  })

  test('warm: 3 writes and 16 calls to Secrets Manager in all', async () => {
    const stage = new Stage({ kind: 'alternating', settings: { strategy: 'alternating-users' } })
    await stage.steps(stage.begin())
    stage.model.clock.advance(2 * HOUR_MS)
    const token = stage.begin()
    const calls = {} as Record<Step, string[]>
    for (const step of STEPS) {
      stage.model.log.clear()
      await stage.step(step, token)
      calls[step] = stage.model.log.calls.map(
        ({ operation, input }) =>
          `${operation}${input['SecretId'] === stage.adminArn ? ' of the admin' : ''}`,
      )
    }
    expect(calls).toEqual({
      createSecret: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue'],
      setSecret: [
        'GetSecretValue',
        'GetSecretValue',
        'DescribeSecret of the admin',
        'GetSecretValue of the admin',
        'DescribeSecret',
        'UpdateSecretVersionStage',
      ],
      testSecret: ['GetSecretValue', 'GetSecretValue', 'GetSecretValue of the admin'],
      finishSecret: [
        'GetSecretValue',
        'GetSecretValue',
        'GetSecretValue of the admin',
        'UpdateSecretVersionStage',
      ],
    })
    expect(Object.values(calls).flat()).toHaveLength(16)
  })

  test('is not what nobody chose, unless AWSPREVIOUS shows that it is so already', async () => {
    const strategies = ['single-user', 'alternating-users'] as const
    const stage = pairWith(() => ({}), {
      capabilities: { strategies, repeat: 'harmless', lock: 'session', failedProbe: 'counts' },
    })
    await failure(stage.steps(stage.begin()))
    // The simulated target is changed by the admin alone, which is how it shows that a single user was meant.
    expect(stage.reports.at(-1)).toMatchObject({ step: 'setSecret', strategy: 'single-user' })

    const { capabilities } = stage.provider
    const pair = pairWith(() => ({}), { capabilities })
    const current = pair.value('AWSCURRENT') as object
    pair.target.account('B').primary = 'of-the-template'
    pair.model.call('PutSecretValue', {
      ClientRequestToken: '00000000-0000-4000-8000-000000000001',
      SecretId: pair.secretArn,
      SecretString: JSON.stringify({ ...current, username: 'B', password: 'of-the-template' }),
    })
    await pair.steps(pair.begin())
    expect(pair.value('AWSCURRENT')).toMatchObject({ username: 'A', password: 'chosen-password-1' })
    expect(pair.evidence[0]).toMatchObject({ strategy: 'alternating-users', class: 'A' })
  })

  test.each([
    ['PRIVILEGE_MISSING', undefined],
    ['ADMIN_REFUSED', 'ADMIN_REFUSED'],
    ['ACCOUNT_NOT_OURS', 'ACCOUNT_NOT_OURS'],
    ['ACCOUNT_SHARED', 'ACCOUNT_SHARED'],
    ['ACCOUNT_REFUSED', 'ACCOUNT_REFUSED'],
  ] as const)('what the check finds is named, and nothing is written: %s', async (expected, code) => {
    const stage = pairWith(() => ({
      check: async ({ as }) => ({
        possible: as !== 'admin',
        missing: [{ privilege: 'the privilege', remedy: 'GRANT it' }],
        ...(code === undefined ? {} : { code }),
      }),
    }))
    const token = stage.begin()
    await stage.step('createSecret', token)
    const error = await failure(stage.step('setSecret', token))
    expect(error.code).toBe(expected)
    expect(error.message).toContain('the privilege; GRANT it')
    expect(stage.labels()[token]).toEqual(['AWSPENDING'])
    expect(stage.target.live()).toEqual(['A:p0'])
  })

  test('a check that hangs on the previous value gets it', async () => {
    const seen: boolean[] = []
    const stage = pairWith((_session, { values }) => ({
      check: async () => {
        seen.push(values.previous !== undefined)
        const isKnown = values.previous !== undefined
        return { possible: isKnown, missing: [], ...(isKnown ? {} : { needsPrevious: true }) }
      },
    }))
    stage.model.call('PutSecretValue', {
      ClientRequestToken: '00000000-0000-4000-8000-000000000001',
      SecretId: stage.secretArn,
      SecretString: JSON.stringify(stage.value('AWSCURRENT')),
    })
    await stage.steps(stage.begin())
    expect(seen).toEqual([false, true])
  })
})

describe('rights', () => {
  const rightsThat = (differ: () => boolean, repair: () => void): Stage => {
    const compared = (): Comparison =>
      differ()
        ? { equal: false, differences: ['SELECT on table t is missing for B'] }
        : { equal: true, differences: [] }
    return pairWith(() => ({
      compare: async ({ as }) => {
        if (as !== 'admin') throw new Error('rights are compared by the admin')
        return compared()
      },
      repair: async ({ as }) => {
        if (as !== 'admin') throw new Error('rights are repaired by the admin')
        repair()
      },
    }))
  }

  test('that differ are repaired and named', async () => {
    let differ = true
    const stage = rightsThat(
      () => differ,
      () => {
        differ = false
      },
    )
    await stage.steps(stage.begin())
    const repaired = ['SELECT on table t is missing for B']
    expect(stage.reports.find(({ step }) => step === 'setSecret')).toMatchObject({ repaired })
    expect(stage.evidence[0]).toMatchObject({ rights: { repaired } })
  })

  test('are recorded before they are repaired, so that no crash and no other container loses what they were', async () => {
    let differ = true
    let atRepair: unknown
    const stage: Stage = rightsThat(
      () => differ,
      () => {
        differ = false
        atRepair = [...stage.repairs]
        throw new Error('the connection broke')
      },
    )
    const token = stage.begin()
    await stage.step('createSecret', token)
    await failure(stage.step('setSecret', token))
    stage.restart()
    await stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(stage.repairs).toEqual(atRepair)
    expect(stage.repairs).toEqual([
      {
        schema: 'quarterturn.repair/1',
        secretArn: stage.secretArn,
        versionId: token,
        provider: 'simulated-alternating',
        strategy: 'alternating-users',
        startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        differences: ['SELECT on table t is missing for B'],
      },
    ])
    expect(stage.evidence[0]).toMatchObject({ versionId: token, rights: 'equal' })
  })

  test('that still differ after the repair stop the rotation', async () => {
    const stage = rightsThat(
      () => true,
      () => undefined,
    )
    const token = stage.begin()
    const error = await failure(stage.steps(token))
    expect(error).toMatchObject({ code: 'RIGHTS_DIFFER', step: 'setSecret' })
    expect(error.message).toContain('SELECT on table t is missing for B')
  })

  test.each(['testSecret', 'finishSecret'] as const)('that differ later are seen by %s', async (step) => {
    let differ = false
    const stage = rightsThat(
      () => differ,
      () => undefined,
    )
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret'])
    differ = true
    expect((await failure(stage.step(step, token))).code).toBe('RIGHTS_DIFFER')
    expect(stage.labels()[token]).not.toContain('AWSCURRENT')
  })
})

describe('the test rotation', () => {
  test('reads the admin, checks what it may, says what would be done, and changes nothing', async () => {
    const stage = new Stage({ kind: 'alternating' })
    const token = stage.begin({ testOnly: true })
    const before = JSON.stringify(stage.labels())
    await stage.step('testSecret', token)
    expect(stage.reports[0]).toMatchObject({
      outcome: 'preflight',
      strategy: 'alternating-users',
      class: 'A',
      plan: [
        'the account B is changed by the admin admin',
        `the admin secret ${stage.adminArn} consents and signs in`,
        'the old credential goes: next-rotation',
        'the overlap is at least 3600 s: a rotation that comes sooner is reported',
      ],
    })
    expect(JSON.stringify(stage.labels())).toBe(before)
    expect(stage.target.live()).toEqual(['A:p0'])
  })

  test.each([
    ['ADMIN_NOT_CONSENTING', { tags: {} }],
    ['ADMIN_INVALID', { value: {} }],
    ['ADMIN_ROTATING', { value: { username: 'admin', password: 'wrong' } }],
  ])('tells of an admin that would stop a rotation: %s', async (code, admin) => {
    const stage = new Stage({ kind: 'alternating', admin })
    expect((await failure(stage.step('testSecret', stage.begin({ testOnly: true })))).code).toBe(code)
  })
})
