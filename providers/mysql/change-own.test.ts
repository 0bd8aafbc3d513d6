import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { APPLIED, household, mayRetain, retire } from './test-change.ts'
import { change, createAdmin, secretFor, signsIn, stageRotation, withSession } from './test-target.ts'

describeOnEachMysql('a change by its own rights on MySQL', { kinds: ['mysql'] }, (server) => {
  test('REPLACE makes a second delivery harmless and a stale one fail', async () => {
    const { user, byItself, signIn } = await household(server())
    await mayRetain(server(), user)
    expect(await byItself('first', 'second')).toEqual(APPLIED)
    expect(await byItself('first', 'second')).toEqual(APPLIED)
    expect(await signIn('first', 'second')).toEqual([true, true])
    expect(await byItself('first', 'third')).toEqual({ result: 'superseded' })
    expect(await signIn('first', 'second', 'third')).toEqual([true, true, false])
  })

  test('single-user ends an older password where it may', async () => {
    const { user, byItself, signIn } = await household(server())
    await mayRetain(server(), user)
    await byItself('first', 'second')
    expect(await byItself('second', 'third', { strategy: 'single-user' })).toEqual(APPLIED)
    expect(await signIn('first', 'second', 'third')).toEqual([false, false, true])
  })

  test('a retirement discards nothing unless the password to stay is the primary one', async () => {
    const { user, byItself, signIn, secret, options } = await household(server())
    await mayRetain(server(), user)
    await byItself('first', 'second')
    const retiring = (gone: string, keep: string) =>
      retire({ gone: secret(gone), current: secret(keep) }, options)
    expect(await retiring('second', 'first')).toMatchObject({ result: 'cannot' })
    expect(await signIn('first', 'second')).toEqual([true, true])
    expect(await retiring('first', 'second')).toEqual({ result: 'retired' })
    expect(await signIn('first', 'second')).toEqual([false, true])
  })

  test('an account that one failed sign-in locks survives a crash at any delivery', async () => {
    const { user, secret, options } = await household(
      server(),
      'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1',
    )
    await mayRetain(server(), user)
    const rotation = stageRotation(secret('first'), { ca: options.ca ?? '' })
    await rotation.rotate(['createSecret', 'setSecret', 'setSecret', 'testSecret', 'finishSecret'])
    await rotation.rotate(['createSecret', 'setSecret'])
    expect(await rotation.repeat(['setSecret', 'testSecret', 'finishSecret'])).toEqual([
      'setSecret done',
      'testSecret done',
      'finishSecret done',
    ])
  })

  test('an account keeps sha256_password', async () => {
    await server().sql(`CREATE USER old_plugin@'%' IDENTIFIED WITH sha256_password BY 'first'`)
    await mayRetain(server(), 'old_plugin')
    await createAdmin(server(), 'old_plugin_admin', 'of the admin')
    const secret = (password: string) => secretFor(server(), { username: 'old_plugin', password })
    const admin = secretFor(server(), { username: 'old_plugin_admin', password: 'of the admin' })
    const options = { ca: server().ca }
    expect(await change({ current: secret('first'), pending: secret('second') }, options)).toEqual(APPLIED)
    expect(await change({ current: secret('second'), pending: secret('third'), admin }, options)).toEqual(
      APPLIED,
    )
    expect(await change({ current: secret('second'), pending: secret('third'), admin }, options)).toEqual(
      APPLIED,
    )
    const [row] = await server().sql(`SELECT plugin FROM mysql.user WHERE user = 'old_plugin'`)
    expect(row?.['plugin']).toBe('sha256_password')
    expect(await signsIn(server(), 'old_plugin', 'second')).toBe(true)
    expect(await signsIn(server(), 'old_plugin', 'third')).toBe(true)
  })

  test('a target with SYSTEM_USER needs an admin with it, and the check says so', async () => {
    const { user, check } = await household(server())
    await server().sql(`GRANT SYSTEM_USER ON *.* TO '${user}'@'%'`)
    const { possible, missing } = await check('admin')
    expect(possible).toBe(false)
    expect(missing[0]?.remedy).toContain(`GRANT SYSTEM_USER ON *.* TO \`${user}_admin\`@\`%\``)
  })

  test('a policy of the server refuses the value for good, with the reason', async () => {
    const { byItself, byAdmin, signIn } = await household(server())
    await server().sql(`INSTALL COMPONENT 'file://component_validate_password'`)
    try {
      for (const apply of [
        () => byItself('first', 'short', { strategy: 'single-user' }),
        () => byAdmin('first', 'short'),
      ])
        expect(await apply()).toMatchObject({ result: 'refused', reason: expect.stringContaining('1819') })
      expect(await signIn('first')).toEqual([true])
    } finally {
      await server().sql(`UNINSTALL COMPONENT 'file://component_validate_password'`)
    }
  })

  test('a change that waits for another ends before our time does, and changes nothing', async () => {
    const { byAdmin, signIn } = await household(server())
    const lock = server().sql('SELECT SLEEP(6) FROM mysql.user LIMIT 1 FOR UPDATE')
    const begun = performance.now()
    const failed = await byAdmin('first', 'second', { timeLeftMs: 4_000 }).catch((error: unknown) => error)
    expect(performance.now() - begun).toBeLessThan(4_500)
    await lock.catch(() => undefined)
    if (failed instanceof Error) expect(failed).toMatchObject({ code: expect.stringMatching(/^TARGET_/) })
    expect(await signIn('first')).toEqual([true])
  })

  test('an account that was dropped meanwhile is told as refused, not as one that lacks a right', async () => {
    const { user, secret, options } = await household(server())
    await mayRetain(server(), user)
    const failed = withSession({ current: secret('first'), pending: secret('second') }, options, (session) =>
      session.exclusive({
        as: 'current',
        work: async () => {
          await server().sql(`DROP USER '${user}'@'%'`)
          return session.apply({ from: 'current', to: 'pending', as: 'current' })
        },
      }),
    )
    await expect(failed).rejects.toMatchObject({ code: 'CURRENT_REFUSED' })
  })
})
