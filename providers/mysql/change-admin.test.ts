import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { APPLIED, household, retire } from './test-change.ts'
import { change, createAccount, signsIn, stageRotation } from './test-target.ts'

describeOnEachMysql('a change by an admin', {}, (server, kind) => {
  test('a second and a third delivery change nothing: the current password lives', async () => {
    const { byAdmin, signIn } = await household(server())
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect(await byAdmin('first', 'second')).toEqual(APPLIED)
      expect(await signIn('first', 'second')).toEqual([true, true])
    }
  })

  test('a stale delivery does not bring an old password back', async () => {
    const { byAdmin, signIn } = await household(server())
    await byAdmin('first', 'second')
    await byAdmin('second', 'third')
    const stale = await byAdmin('second', 'first').catch((error: unknown) => error)
    expect(await signIn('second')).toEqual([true])
    expect(stale).toBeDefined()
  })

  test('a current password that is only the second one is made the first before it is kept', async () => {
    const { byAdmin, signIn } = await household(server())
    await byAdmin('first', 'second')
    // `first` is still AWSCURRENT: another value is to be set.
    expect(await byAdmin('first', 'third')).toEqual(APPLIED)
    expect(await signIn('first', 'second', 'third')).toEqual([true, false, true])
  })

  test('single-user leaves no older password behind', async () => {
    const { byAdmin, signIn } = await household(server())
    await byAdmin('first', 'second')
    expect(await byAdmin('second', 'third', { strategy: 'single-user' })).toEqual(APPLIED)
    expect(await signIn('first', 'second', 'third')).toEqual([false, false, true])
  })

  test('a retirement ends the old password, says so when repeated, and never takes the one to stay', async () => {
    const { byAdmin, signIn, secret, admin, options } = await household(server())
    await byAdmin('first', 'second')
    const retiring = (gone: string, keep: string) =>
      retire({ gone: secret(gone), current: secret(keep), admin }, options)
    expect(await retiring('first', 'second')).toEqual({ result: 'retired' })
    expect(await signIn('first', 'second')).toEqual([false, true])
    expect(await retiring('first', 'second')).toEqual({ result: 'already' })
    await byAdmin('second', 'third')
    expect(await retiring('third', 'second')).toEqual({ result: 'retired' })
    expect(await signIn('second', 'third')).toEqual([true, false])
  })

  test('limits, REQUIRE and the plugin stay as they are', async () => {
    const { byAdmin, user } = await household(server(), 'REQUIRE SSL WITH MAX_USER_CONNECTIONS 7')
    const before = String(Object.values((await server().sql(`SHOW CREATE USER '${user}'@'%'`))[0] ?? {})[0])
    await byAdmin('first', 'second')
    await byAdmin('second', 'third', { strategy: 'single-user' })
    const after = String(Object.values((await server().sql(`SHOW CREATE USER '${user}'@'%'`))[0] ?? {})[0])
    const rest = (text: string) => text.slice(text.indexOf(' REQUIRE'))
    expect(rest(after)).toBe(rest(before))
    expect(rest(after)).toContain('MAX_USER_CONNECTIONS 7')
    if (kind === 'mysql') expect(after).toContain(`IDENTIFIED WITH 'caching_sha2_password'`)
  })

  test('each missing privilege comes with the statement that grants it', async () => {
    const { check, user } = await household(server())
    const table = kind === 'mysql' ? 'mysql.user' : 'mysql.global_priv'
    expect(await check('admin')).toMatchObject({ possible: true })
    await server().sql(`REVOKE CREATE USER ON *.* FROM '${user}_admin'@'%'`)
    await server().sql(`REVOKE SELECT ON ${table} FROM '${user}_admin'@'%'`)
    const { possible, missing } = await check('admin')
    expect(possible).toBe(false)
    for (const { remedy } of missing) await server().sql(remedy.replace(/;$/, ''))
    expect(missing).toHaveLength(2)
    expect(await check('admin')).toMatchObject({ possible: true })
  })

  test('other accounts of the user are refused, or left where that was chosen', async () => {
    const { check, user, byAdmin, signIn } = await household(server())
    await createAccount(server(), user, 'of another host', { host: '192.0.2.%' })
    const refused = await check('admin')
    expect(refused).toMatchObject({ possible: false, code: 'ACCOUNT_REFUSED' })
    expect(refused.missing[0]?.remedy).toContain('QUARTERTURN_MYSQL_OTHER_HOSTS=leave')
    expect(refused.missing[0]?.privilege).toContain(`\`${user}\`@\`192.0.2.%\``)
    expect(await check('admin', { otherHosts: 'leave' })).toMatchObject({ possible: true })
    expect(await byAdmin('first', 'second', { otherHosts: 'leave' })).toEqual(APPLIED)
    expect(await signIn('first', 'second')).toEqual([true, true])
  })

  test('the account that signs in is the one that is changed', async () => {
    const { user, byAdmin, secret, options, admin } = await household(server())
    await createAccount(server(), user, 'nearer', { host: '127.0.0.1' })
    expect(await change({ current: secret('nearer'), pending: secret('next'), admin }, options)).toEqual(
      APPLIED,
    )
    expect(await signsIn(server(), user, 'next')).toBe(true)
    await server().sql(`DROP USER '${user}'@'127.0.0.1'`)
    expect(await signsIn(server(), user, 'first')).toBe(true)
    expect(await byAdmin('first', 'second')).toEqual(APPLIED)
  })

  test('after a lost single-user change no sign-in fails: the admin sees what is in force', async () => {
    const more = kind === 'mysql' ? 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1' : ''
    const { user, secret, admin, options } = await household(server(), more)
    if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = 1')
    const staging = { admin, strategy: 'single-user' } as const
    const rotation = stageRotation(secret('first'), { ca: options.ca ?? '' }, staging)
    expect(await rotation.rotate(['createSecret', 'setSecret'])).toHaveLength(2)
    expect(await rotation.repeat()).toEqual([
      'createSecret done',
      'setSecret done',
      'testSecret done',
      'finishSecret done',
    ])
    expect(await server().log()).not.toContain(`Access denied for user '${user}'`)
    expect(await signsIn(server(), user, String(rotation.password('AWSCURRENT')))).toBe(true)
    if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = DEFAULT')
  })

  test('an account that one failed sign-in locks survives whole rotations, repeated and late steps', async () => {
    const more = kind === 'mysql' ? 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1' : ''
    const { user, secret, admin, options } = await household(server(), more)
    if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = 1')
    const rotation = stageRotation(secret('first'), { ca: options.ca ?? '' }, { admin })
    for (let round = 1; round <= 2; round += 1) {
      expect(await rotation.rotate(['createSecret', 'setSecret'])).toHaveLength(2)
      expect(await rotation.repeat(['setSecret', 'setSecret', 'testSecret', 'finishSecret'])).toEqual([
        'setSecret done',
        'setSecret done',
        'testSecret done',
        'finishSecret done',
      ])
    }
    expect(await signsIn(server(), user, String(rotation.password('AWSCURRENT')))).toBe(true)
    if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = 4294967295')
  })
})
