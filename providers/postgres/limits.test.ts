/** Roles and databases with few sessions left: refused before anything is written, never after. */
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { stageRotation } from './test-rotation.ts'
import { change, createRole, probe, secretFor, signsIn, withSession } from './test-target.ts'

const WHOLE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']

describeOnEachPostgres('a connection limit', {}, (server) => {
  const of = (username: string, fields = {}) =>
    secretFor(server(), { username, password: 'right', ...fields })
  const trust = () => ({ ca: server().ca })
  const checked = (username: string, fields = {}) =>
    withSession({ current: of(username, fields) }, trust(), (session) => session.check({ as: 'current' }))
  const limit = (role: string, sessions: number) =>
    server().sql(`ALTER ROLE ${pg.escapeIdentifier(role)} CONNECTION LIMIT ${sessions}`)

  /** Sessions of an application, which stay open. */
  const pool: pg.Client[] = []
  const occupy = async (user: string, sessions: number, database = 'postgres') => {
    for (let session = 0; session < sessions; session += 1) {
      const { host, port, ca } = server()
      const client = new pg.Client({ host, port, user, password: 'right', database, ssl: { ca } })
      client.on('error', () => {})
      await client.connect()
      pool.push(client)
    }
  }
  afterEach(() => Promise.all(pool.splice(0).map((client) => client.end())))

  const tooFew = (remedy: string) => ({
    possible: false,
    missing: [{ privilege: expect.stringContaining('two free sessions'), remedy }],
  })

  describe('of one, for a rotation that needs two', () => {
    test('is found by the preflight, and by a rotation before it writes anything', async () => {
      await createRole(server(), 'One "1"', 'right', 'CONNECTION LIMIT 1')
      const preflight = stageRotation(of('One "1"'), trust())
      expect(await preflight.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
      expect(preflight.remedy).toBe('ALTER ROLE "One ""1""" CONNECTION LIMIT 2;')
      const stage = stageRotation(of('One "1"'), trust())
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
      expect(stage.labels()).not.toContain('QUARTERTURN_CANDIDATE')
      expect(await signsIn(server(), 'One "1"', 'right')).toBe(true)
      await server().sql(String(stage.remedy))
      expect(await stage.repeat()).toEqual(WHOLE)
    })

    test('that comes after the check does not keep a rotation from its end', async () => {
      await createRole(server(), 'late', 'right')
      const stage = stageRotation(of('late'), trust(), { underLock: () => limit('late', 1) })
      expect(await stage.rotate()).toEqual(WHOLE)
      expect(await signsIn(server(), 'late', String(stage.password('AWSCURRENT')))).toBe(true)
      expect(await signsIn(server(), 'late', 'right')).toBe(false)
    })

    test('does not keep a change whose proof was lost from being found in force', async () => {
      await createRole(server(), 'lost', 'right')
      const stage = stageRotation(of('lost'), trust())
      expect(await stage.rotate(['createSecret'])).toEqual(['createSecret done'])
      await change(of('lost'), of('lost', { password: stage.password('AWSPENDING') }), trust())
      await limit('lost', 1)
      expect(await stage.repeat(['setSecret', 'testSecret', 'finishSecret'])).toEqual(WHOLE.slice(1))
    })
  })

  test('of two is enough', async () => {
    await createRole(server(), 'two', 'right', 'CONNECTION LIMIT 2')
    expect(await stageRotation(of('two'), trust()).preflight()).toEqual(['testSecret preflight'])
    const stage = stageRotation(of('two'), trust())
    expect(await stage.rotate()).toEqual(WHOLE)
    expect(await signsIn(server(), 'two', String(stage.password('AWSCURRENT')))).toBe(true)
  })

  test('that a pool leaves one session of is found, with the limit that it needs', async () => {
    await createRole(server(), 'pooled', 'right', 'CONNECTION LIMIT 3')
    await occupy('pooled', 2)
    const stage = stageRotation(of('pooled'), trust())
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toBe('ALTER ROLE "pooled" CONNECTION LIMIT 4;')
    expect(stage.labels()).not.toContain('QUARTERTURN_CANDIDATE')
    await server().sql(String(stage.remedy))
    expect(await stage.repeat()).toEqual(WHOLE)
  })

  test('that a pool fills while the password changes does not matter any more', async () => {
    await createRole(server(), 'rush', 'right', 'CONNECTION LIMIT 4')
    await occupy('rush', 2)
    const stage = stageRotation(of('rush'), trust(), { underLock: () => occupy('rush', 1) })
    expect(await stage.rotate()).toEqual(WHOLE)
    expect(await probe(of('rush', { password: stage.password('AWSCURRENT') }), trust())).toEqual({
      verdict: 'accepted',
      as: 'rush',
    })
  })

  test('of a database counts the sessions of every role in it', async () => {
    await createRole(server(), 'tenant', 'right')
    await createRole(server(), 'neighbour', 'right')
    await server().sql('CREATE DATABASE "Small" CONNECTION LIMIT 3')
    expect(await checked('tenant', { dbname: 'Small' })).toMatchObject({ possible: true })
    await occupy('neighbour', 2, 'Small')
    expect(await checked('tenant', { dbname: 'Small' })).toMatchObject(
      tooFew('ALTER DATABASE "Small" CONNECTION LIMIT 4;'),
    )
    expect(await checked('tenant')).toMatchObject({ possible: true })
    await occupy('neighbour', 1, 'Small')
    expect(await probe(of('tenant', { dbname: 'Small' }), trust())).toEqual({
      verdict: 'accepted',
      as: 'tenant',
    })
  })

  test('does not bind a superuser', async () => {
    await createRole(server(), 'super', 'right', 'SUPERUSER CONNECTION LIMIT 1')
    expect(await checked('super')).toMatchObject({ possible: true })
  })

  test('is judged by its number alone where nobody may see the sessions', async () => {
    await createRole(server(), 'blind', 'right', 'CONNECTION LIMIT 2')
    await server().sql('REVOKE SELECT ON pg_stat_activity FROM PUBLIC')
    expect(await checked('blind')).toMatchObject({ possible: true })
    await limit('blind', 1)
    expect(await checked('blind')).toMatchObject(tooFew('ALTER ROLE "blind" CONNECTION LIMIT 2;'))
    await server().sql('GRANT SELECT ON pg_stat_activity TO PUBLIC')
  })

  test('that leaves no session at all proves the password and stops what needs a session', async () => {
    await createRole(server(), 'shut', 'right', 'CONNECTION LIMIT 0')
    expect(await probe(of('shut'), trust())).toEqual({ verdict: 'accepted', as: 'shut' })
    expect((await probe(of('shut', { password: 'wrong' }), trust())).verdict).toBe('rejected')
    await expect(checked('shut')).rejects.toMatchObject({ code: 'CREDENTIAL_BARRED' })
    const stage = stageRotation(of('shut'), trust())
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret CREDENTIAL_BARRED'])
    expect(stage.labels()).not.toContain('QUARTERTURN_CANDIDATE')
  })
})
