import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import { failure } from '../../test/simulation/failure.ts'
import { APPLIED, BINDING } from './note.ts'
import { passwordIn, type RdsStage, stageRds } from './test-rotation.ts'

/** Too little to wait for anything. */
const HASTY = { timeLeftMs: 18_000 }

describe('a rotation of an admin user', () => {
  test.each(['instance', 'cluster'] as const)(
    'of an RDS %s ends with the password in force under AWSCURRENT, and says that nobody signed in',
    async (kind) => {
      const one = await stageRds({ kind })
      await one.stage.steps(one.stage.begin())
      expect(passwordIn(one)).toBe('chosen-password-1')
      expect(one.server.password).toBe('chosen-password-1')
      expect(one.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept', username: 'postgres' })
      await one.stage.steps(one.stage.begin())
      expect(one.server.password).toBe(passwordIn(one))
      expect(one.stage.evidence[1]).toMatchObject({
        provider: 'rds',
        class: 'C',
        newCredential: { verdict: 'unprovable', reason: expect.stringContaining('nobody signed in') },
      })
      expect(one.rds.count(kind === 'cluster' ? 'ModifyDBCluster' : 'ModifyDBInstance')).toBe(2)
      expect(one.stage.slept.length).toBeGreaterThan(0)
    },
  )

  test('leaves no password in what is written down, and none in the tag', async () => {
    const one = await stageRds()
    await one.stage.steps(one.stage.begin())
    const { evidence, reports } = one.stage
    expect(JSON.stringify([evidence, reports, [...one.server.tags]])).not.toMatch(/chosen-password|by-hand/)
    expect(one.server.tags.get(APPLIED)).toMatch(/^[0-9a-f]{32} 20/)
  })

  test('is begun only where the deployment allows class C', async () => {
    const one = await stageRds({ settings: { allowClassC: false } })
    const token = one.stage.begin()
    expect((await failure(one.stage.step('createSecret', token))).code).toBe('CLASS_C_REFUSED')
    one.stage.deploy({ allowClassC: true })
    await one.stage.step('createSecret', token)
    one.stage.deploy({ allowClassC: false })
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await one.stage.step(step, token)
    expect(one.server.password).toBe(passwordIn(one))
  })

  test('shows what it would do before it does anything', async () => {
    const one = await stageRds()
    const token = one.stage.begin({ testOnly: true })
    await one.stage.step('testSecret', token)
    expect(one.stage.reports[0]).toMatchObject({
      outcome: 'preflight',
      class: 'C',
      plan: expect.arrayContaining(['the target has no lock: the class holds within the deadline']),
      notes: [expect.stringContaining('no sign-in proves the password')],
    })
    expect(one.rds.calls.every((call) => call.startsWith('Describe'))).toBe(true)
  })
})

describe('a change that RDS has not finished', () => {
  test('ends the step with a name, and the repeat waits for it and begins no second one', async () => {
    const one = await stageRds()
    one.rds.holds = true
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await failure(one.stage.step('setSecret', token, HASTY))).toMatchObject({
        code: 'CHANGE_IN_PROGRESS',
        retryable: true,
      })
    expect(await failure(one.stage.step('finishSecret', token, HASTY))).toMatchObject({
      code: 'CHANGE_IN_PROGRESS',
    })
    expect(one.stage.labels()[token]).toEqual(['AWSPENDING', CANDIDATE_LABEL])
    one.rds.holds = false
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await one.stage.step(step, token)
    expect(one.server.password).toBe(passwordIn(one))
    expect(one.rds.count('ModifyDBInstance')).toBe(1)
  })

  test('and whose note was never made is made once more, with the same value', async () => {
    const one = await stageRds()
    one.rds.refuses = { action: 'AddTagsToResource', name: 'Throttling', message: 'Rate exceeded' }
    one.rds.refuseTimes = 3
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('AWS_UNAVAILABLE')
    expect(one.server.taken?.password).toBe('chosen-password-1')
    one.stage.restart()
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await one.stage.step(step, token)
    expect(one.server.password).toBe(passwordIn(one))
    expect(one.rds.count('ModifyDBInstance')).toBe(2)
  })

  test('whose reply was lost is finished', async () => {
    const one = await stageRds()
    one.rds.losesReplyTo = 'ModifyDBInstance'
    await one.stage.steps(one.stage.begin())
    expect(one.server.password).toBe(passwordIn(one))
  })

  test('and was given up is finished by the next rotation, with the same value', async () => {
    const one = await stageRds()
    one.rds.holds = true
    const first = one.stage.begin()
    await one.stage.step('createSecret', first)
    await failure(one.stage.step('setSecret', first, HASTY))
    one.stage.model.call('UpdateSecretVersionStage', {
      SecretId: one.stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: first,
    })
    one.rds.holds = false
    await one.stage.steps(one.stage.begin())
    expect(passwordIn(one)).toBe('chosen-password-1')
    expect(one.server.password).toBe('chosen-password-1')
    expect(one.rds.count('ModifyDBInstance')).toBe(1)
  })

  test('of somebody else is waited for', async () => {
    const one = await stageRds()
    one.server.taken = { password: 'of-somebody-else', shows: 1 }
    await one.stage.steps(one.stage.begin())
    expect(one.server.password).toBe(passwordIn(one))
  })
})

/** All but the password stays, as in the console, a moment after whatever was before. */
async function writeByHand({ stage }: RdsStage, password: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10))
  stage.model.call('PutSecretValue', {
    ClientRequestToken: randomUUID(),
    SecretId: stage.secretArn,
    SecretString: JSON.stringify({ ...(stage.value('AWSCURRENT') as object), password }),
  })
}

describe('what is not known to be in force', () => {
  test('is set anew after a hand has written AWSCURRENT, with or without RDS', async () => {
    const one = await stageRds()
    await one.stage.steps(one.stage.begin())
    await writeByHand(one, 'written-by-hand-1')
    one.server.password = 'written-by-hand-1'
    await one.stage.steps(one.stage.begin())
    expect(one.server.password).toBe(passwordIn(one))
  })

  test('is taken as it is, however often a hand has written AWSCURRENT and RDS', async () => {
    const one = await stageRds()
    const first = one.stage.begin()
    await one.stage.step('createSecret', first)
    await one.stage.step('setSecret', first)
    for (const password of ['written-by-hand-1', 'written-by-hand-2']) {
      await writeByHand(one, password)
      one.server.password = password
    }
    await one.stage.steps(one.stage.begin())
    expect(one.server.password).toBe(passwordIn(one))
    expect(one.rds.count('ModifyDBInstance')).toBe(2)
  })

  test('is set once more where it is used again: a hand has written AWSCURRENT since', async () => {
    const one = await stageRds()
    const first = one.stage.begin()
    await one.stage.step('createSecret', first)
    await one.stage.step('setSecret', first)
    await writeByHand(one, 'written-by-hand-1')
    one.server.password = 'written-by-hand-1'
    await one.stage.steps(one.stage.begin())
    expect(passwordIn(one)).toBe('chosen-password-1')
    expect(one.server.password).toBe('chosen-password-1')
  })

  test('stops a rotation: the server was replaced by one of the same name and tags', async () => {
    const one = await stageRds()
    await one.stage.steps(one.stage.begin())
    one.server.resourceId = 'another'
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('CURRENT_REFUSED')
    expect(one.rds.count('ModifyDBInstance')).toBe(1)
  })

  test('is not made current by a step that comes before the change', async () => {
    const one = await stageRds()
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('finishSecret', token))).code).toBe('NOT_SET')
    one.stage.model.call('UpdateSecretVersionStage', {
      SecretId: one.stage.secretArn,
      VersionStage: CANDIDATE_LABEL,
      MoveToVersionId: token,
    })
    expect((await failure(one.stage.step('finishSecret', token))).code).toBe('PENDING_REFUSED')
    expect(passwordIn(one)).toBe('made-by-hand-0')
  })

  test('a password that RDS never takes is given up, and the next rotation makes another', async () => {
    const one = await stageRds()
    one.rds.refuses = {
      action: 'ModifyDBInstance',
      name: 'InvalidParameterValue',
      message: 'The parameter MasterUserPassword is not a valid password.',
    }
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('PENDING_UNUSABLE')
    await one.stage.steps(one.stage.begin())
    expect(one.server.password).toBe('chosen-password-2')
  })
})

describe('a server that is not the secret’s', () => {
  const OTHER = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf'
  test.each<[string, string, (one: RdsStage) => void]>([
    ['without the tag', 'TARGET_NOT_BOUND', ({ server }) => void server.tags.delete(BINDING)],
    ['tagged for another secret', 'TARGET_NOT_BOUND', ({ server }) => void server.tags.set(BINDING, OTHER)],
    [
      'with another admin user',
      'TARGET_NOT_BOUND',
      ({ server }) => {
        server.username = 'root'
      },
    ],
    [
      'at another port',
      'TARGET_NOT_BOUND',
      ({ server }) => {
        server.port = 5433
      },
    ],
    [
      'that is a member of a cluster',
      'TARGET_NOT_BOUND',
      ({ server }) => {
        server.clusterId = 'c'
      },
    ],
    [
      'that is a replica',
      'TARGET_READ_ONLY',
      ({ server }) => {
        server.replicaOf = 'source'
      },
    ],
    ['that is gone', 'TARGET_NOT_BOUND', ({ rds }) => void rds.servers.splice(0)],
    [
      'whose password RDS keeps itself',
      'CREDENTIAL_OWNED_BY_SERVICE',
      ({ server }) => {
        server.masterSecret = OTHER.replace('other', 'rds!db-1')
      },
    ],
    [
      'that is stopped',
      'CREDENTIAL_BARRED',
      ({ server }) => {
        server.status = 'stopped'
      },
    ],
    ['whose note was changed', 'TARGET_NOT_BOUND', ({ server }) => void server.tags.set(APPLIED, 'x')],
  ])('%s is not changed', async (_what, code, make) => {
    const one = await stageRds()
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    make(one)
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject({ code })
    expect(one.rds.calls.filter((call) => !call.startsWith('Describe'))).toEqual([])
  })

  test('of another name is not changed', async () => {
    const one = await stageRds({ secret: { host: 'app-db.zzzzzzzzzzzz.eu-west-1.rds.amazonaws.com' } })
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject({
      code: 'TARGET_NOT_BOUND',
      problem: expect.stringContaining('`host`'),
    })
  })

  test('is not a reader', async () => {
    const one = await stageRds({
      kind: 'cluster',
      secret: { host: 'app-db.cluster-ro-c0abc1def2gh.eu-west-1.rds.amazonaws.com' },
    })
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).problem).toContain('writer endpoint')
  })
})
