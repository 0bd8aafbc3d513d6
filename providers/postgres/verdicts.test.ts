/** What a probe says in each situation at a real server. */
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { change, createRole, probe, secretFor, signsIn } from './test-target.ts'

const HBA = [
  'host all trusted 127.0.0.1/32 trust',
  'host all barred 127.0.0.1/32 reject',
  'host all cleartext 127.0.0.1/32 password',
  'host all md5,md5scram 127.0.0.1/32 md5',
]

describeOnEachPostgres('a probe', { hba: HBA }, (server) => {
  const of = (username: string, fields = {}) =>
    secretFor(server(), { username, password: 'right', ...fields })
  const probed = (username: string, fields = {}) => probe(of(username, fields), { ca: server().ca })

  test('is accepted with the right password and says as whom', async () => {
    await createRole(server(), 'app', 'right')
    expect(await probed('app')).toEqual({ verdict: 'accepted', as: 'app' })
  })

  test('says so when the session acts as another role', async () => {
    await server().sql('CREATE ROLE owner NOLOGIN')
    await createRole(server(), 'clone', 'right', 'IN ROLE owner')
    await server().sql(`ALTER ROLE clone SET role = 'owner'`)
    expect(await probed('clone')).toEqual({ verdict: 'accepted', as: 'clone acting as owner' })
  })

  test.each([
    ['a wrong password', 'wrong', `CREATE ROLE wrong LOGIN PASSWORD 'other'`],
    ['a role that does not exist', 'nobody', 'SELECT'],
    [
      'VALID UNTIL in the past',
      'expired',
      `CREATE ROLE expired LOGIN PASSWORD 'right' VALID UNTIL '2020-01-01'`,
    ],
    ['a role without a password', 'bare', 'CREATE ROLE bare LOGIN'],
  ])('is rejected for %s, and the reason names all of them', async (_, username, sql) => {
    await server().sql(sql)
    expect(await probed(username)).toEqual({
      verdict: 'rejected',
      reason: expect.stringContaining('VALID UNTIL'),
    })
  })

  test.each([
    ['NOLOGIN', '28000', 'nologin', `CREATE ROLE nologin PASSWORD 'right'`, {}],
    [
      'a line of pg_hba.conf that rejects',
      '28000',
      'barred',
      `CREATE ROLE barred LOGIN PASSWORD 'right'`,
      {},
    ],
    ['a missing database', '3D000', 'nodb', `CREATE ROLE nodb LOGIN PASSWORD 'right'`, { dbname: 'absent' }],
  ])('is barred by %s', async (_, sqlstate, username, sql, fields) => {
    await server().sql(sql)
    expect(await probed(username, fields)).toEqual({
      verdict: 'barred',
      reason: expect.stringContaining(sqlstate),
      code: 'CREDENTIAL_BARRED',
    })
  })

  test('is barred where the server is full before it asks, and not where it is full after', async () => {
    await createRole(server(), 'late', 'right')
    await server().useSettings({ max_connections: '8', superuser_reserved_connections: '2' })
    await server().restart()
    const open: pg.Client[] = []
    const { host, port, ca } = server()
    const occupy = async (user: string, sessions: number) => {
      for (let session = 0; session < sessions; session += 1) {
        const client = new pg.Client({
          host,
          port,
          user,
          password: 'right',
          database: 'postgres',
          ssl: { ca },
        })
        client.on('error', () => {})
        await client.connect()
        open.push(client)
      }
    }
    await createRole(server(), 'chief', 'right', 'SUPERUSER')
    await occupy('late', 6)
    expect(await probed('late')).toEqual({ verdict: 'accepted', as: 'late' })
    expect((await probed('late', { password: 'wrong' })).verdict).toBe('rejected')
    await occupy('chief', 2)
    expect(await probed('late')).toEqual({
      verdict: 'barred',
      reason: expect.not.stringContaining('was taken'),
      code: 'CREDENTIAL_BARRED',
    })
    await Promise.all(open.map((client) => client.end()))
    await server().useSettings({ max_connections: '100', superuser_reserved_connections: '3' })
    await server().restart()
  })

  test('is barred by a database that the role may not enter, or nobody may', async () => {
    await createRole(server(), 'visitor', 'right')
    await server().sql('CREATE DATABASE private')
    await server().sql('REVOKE CONNECT ON DATABASE private FROM PUBLIC')
    expect(await probed('visitor', { dbname: 'private' })).toMatchObject({
      verdict: 'barred',
      reason: expect.stringContaining('42501'),
    })
    await server().sql('CREATE DATABASE closed ALLOW_CONNECTIONS false')
    expect(await probed('visitor', { dbname: 'closed' })).toMatchObject({
      verdict: 'barred',
      reason: expect.stringContaining('55000'),
    })
  })

  test('proves nothing where the server does not ask, whatever the password', async () => {
    await createRole(server(), 'trusted', 'other')
    expect(await probed('trusted')).toMatchObject({ verdict: 'unprovable', code: 'NOT_PASSWORD_AUTH' })
    await expect(
      change(of('trusted'), of('trusted', { password: 'x' }), { ca: server().ca }),
    ).rejects.toMatchObject({
      code: 'NOT_PASSWORD_AUTH',
    })
  })

  test('answers in clear text inside TLS, and never outside', async () => {
    await createRole(server(), 'cleartext', 'right')
    expect(await probed('cleartext')).toEqual({ verdict: 'accepted', as: 'cleartext' })
    expect(await probe(of('cleartext', { ssl: false }), { allowClearTextLoopback: true })).toEqual({
      verdict: 'unknown',
      reason: expect.stringContaining('clear text'),
      code: 'TARGET_UNREACHABLE',
    })
  })

  test('works without TLS on this machine when the deployment allows that', async () => {
    await createRole(server(), 'loopback', 'right')
    expect(await probe(of('loopback', { ssl: false }), { allowClearTextLoopback: true })).toEqual({
      verdict: 'accepted',
      as: 'loopback',
    })
  })

  test('is unknown where the host has no address or nothing listens', async () => {
    expect(await probed('app', { host: 'nowhere.invalid' })).toMatchObject({
      verdict: 'unknown',
      code: 'TARGET_UNREACHABLE',
    })
    expect(await probed('app', { port: 1 })).toEqual({
      verdict: 'unknown',
      reason: 'nothing listens at `host` and `port` (ECONNREFUSED)',
      code: 'TARGET_UNREACHABLE',
    })
  })

  describe('an account with an md5 hash', () => {
    const stored = async (role: string) =>
      (
        await server().sql('SELECT left(rolpassword, 3) AS kind FROM pg_authid WHERE rolname = $1', {
          values: [role],
        })
      )[0]

    test('keeps that kind, so that old clients still sign in', async () => {
      await server().sql(`SET password_encryption = md5; CREATE ROLE md5 LOGIN PASSWORD 'right'`)
      expect(await probed('md5')).toEqual({ verdict: 'accepted', as: 'md5' })
      await change(of('md5'), of('md5', { password: 'new' }), { ca: server().ca })
      expect(await stored('md5')).toEqual({ kind: 'md5' })
      expect(await signsIn(server(), 'md5', 'new')).toBe(true)
      expect(await signsIn(server(), 'md5', 'right')).toBe(false)
    })

    test('moves to SCRAM when the deployment says so', async () => {
      await change(of('md5', { password: 'new' }), of('md5', { password: 'newer' }), {
        ca: server().ca,
        hash: 'scram',
      })
      expect(await stored('md5')).toEqual({ kind: 'SCR' })
      expect(await signsIn(server(), 'md5', 'newer')).toBe(true)
    })

    test('is told from one with a SCRAM verifier behind the same line of pg_hba.conf', async () => {
      await createRole(server(), 'md5scram', 'right')
      await change(of('md5scram'), of('md5scram', { password: 'new' }), { ca: server().ca })
      expect(await stored('md5scram')).toEqual({ kind: 'SCR' })
      expect(await signsIn(server(), 'md5scram', 'new')).toBe(true)
    })
  })

  test('is unknown while the server is down, and accepted again afterwards', async () => {
    await server().halt()
    expect(await probed('app')).toMatchObject({ verdict: 'unknown', code: 'TARGET_UNREACHABLE' })
    await server().restart()
    expect(await probed('app')).toEqual({ verdict: 'accepted', as: 'app' })
  })
})
