import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { createAccount, probe, secretFor } from './test-target.ts'

describeOnEachMysql('verdicts', {}, (server, kind) => {
  const verdict = (username: string, password = 'right') =>
    probe(secretFor(server(), { username, password }), { ca: server().ca })

  test('accepted says which account of the user it was', async () => {
    await createAccount(server(), 'two', 'right', { host: '127.0.0.1' })
    await createAccount(server(), 'two', 'other', { host: '%' })
    expect(await verdict('two')).toEqual({ verdict: 'accepted', as: 'two@127.0.0.1' })
    expect(await verdict('two', 'other')).toMatchObject({ verdict: 'rejected' })
  })

  test('rejected: a wrong password, and what the server does not tell from it', async () => {
    await createAccount(server(), 'plain', 'right')
    await createAccount(server(), 'far', 'right', { host: '192.0.2.1' })
    await createAccount(server(), 'certified', 'right', { more: 'REQUIRE X509' })
    for (const [user, password] of [
      ['plain', 'wrong'],
      ['nobody', 'right'],
      ['far', 'right'],
      ['certified', 'right'],
    ] as const) {
      const found = await verdict(user, password)
      expect(found).toMatchObject({ verdict: 'rejected', reason: expect.stringContaining('1045') })
      expect(JSON.stringify(found)).not.toContain(user)
    }
  })

  test('barred: the account is locked', async () => {
    await createAccount(server(), 'locked', 'right', { more: 'ACCOUNT LOCK' })
    expect(await verdict('locked')).toMatchObject({
      verdict: 'barred',
      reason: expect.stringContaining(kind === 'mysql' ? '3118' : '4151'),
    })
    expect(await verdict('locked', 'wrong')).toMatchObject({ verdict: 'rejected' })
  })

  test('barred: the password has expired, also where the server opens a sandbox for it', async () => {
    await createAccount(server(), 'expired', 'right', { more: 'PASSWORD EXPIRE' })
    expect(await verdict('expired')).toMatchObject({
      verdict: 'barred',
      reason: expect.stringMatching(/18(20|62)/),
    })
    await server()
      .sql('SET GLOBAL disconnect_on_expired_password = 0')
      .catch(() => undefined)
    if (kind === 'mariadb') await server().sql('SET GLOBAL disconnect_on_expired_password = ON')
    expect(await verdict('expired')).toMatchObject({
      verdict: 'barred',
      reason: expect.stringMatching(/18(20|62)/),
    })
  })

  test('a limit of sessions is met after the password was looked at: accepted, and rejected for a wrong one', async () => {
    await createAccount(server(), 'full', 'right', { more: 'WITH MAX_USER_CONNECTIONS 1' })
    const { host, port, ca } = server()
    const open = await mysql.createConnection({ host, port, user: 'full', password: 'right', ssl: { ca } })
    expect(await verdict('full')).toEqual({ verdict: 'accepted', as: 'full' })
    expect(await verdict('full', 'wrong')).toMatchObject({ verdict: 'rejected' })
    open.destroy()
  })

  test('an anonymous account that is asked instead proves nothing about ours', async () => {
    await createAccount(server(), 'shadowed', 'right')
    await server().sql(`CREATE USER ''@'localhost' IDENTIFIED BY 'of nobody'`)
    await server().sql(`CREATE USER ''@'127.0.0.1' IDENTIFIED BY 'of nobody'`)
    expect(await verdict('shadowed', 'of nobody')).toMatchObject({ verdict: 'unknown' })
    expect(await verdict('shadowed')).toMatchObject({ verdict: 'rejected' })
    await server().sql(`DROP USER ''@'localhost', ''@'127.0.0.1'`)
    expect(await verdict('shadowed')).toMatchObject({ verdict: 'accepted' })
  })

  test('a server that is read-only does not prove what the writer takes', async () => {
    await createAccount(server(), 'reader', 'right')
    await server().sql('SET GLOBAL read_only = 1')
    expect(await verdict('reader')).toMatchObject({ verdict: 'unknown', code: 'TARGET_READ_ONLY' })
    await server().sql('SET GLOBAL read_only = 0')
  })

  test.runIf(kind === 'mysql')('barred: failed sign-ins locked the account', async () => {
    await createAccount(server(), 'once', 'right', { more: 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1' })
    expect(await verdict('once', 'wrong')).toMatchObject({
      verdict: expect.stringMatching(/rejected|barred/),
    })
    expect(await verdict('once')).toMatchObject({
      verdict: 'barred',
      reason: expect.stringContaining('3955'),
    })
  })

  test.runIf(kind === 'mariadb')('barred: too many wrong passwords blocked the account', async () => {
    await createAccount(server(), 'once', 'right')
    await server().sql('SET GLOBAL max_password_errors = 1')
    await verdict('once', 'wrong')
    expect(await verdict('once')).toMatchObject({
      verdict: 'barred',
      reason: expect.stringContaining('4150'),
    })
    await server().sql('SET GLOBAL max_password_errors = 4294967295')
  })

  test.runIf(kind === 'mariadb')('ed25519 is not spoken, and says so', async () => {
    await server().sql(`INSTALL SONAME 'auth_ed25519'`)
    await server().sql(`CREATE USER signing@'%' IDENTIFIED VIA ed25519 USING PASSWORD('right')`)
    expect(await verdict('signing')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('ed25519'),
    })
  })

  test('a server that is away is unknown', async () => {
    const gone = { ...secretFor(server(), { username: 'plain', password: 'right' }), port: 1 }
    expect(await probe(gone, { ca: server().ca })).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('nothing listens'),
    })
  })
})
