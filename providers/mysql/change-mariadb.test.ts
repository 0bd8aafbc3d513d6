import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { nativeHash } from './hash.ts'
import { APPLIED, household } from './test-change.ts'

describeOnEachMysql('a change on MariaDB', { kinds: ['mariadb'] }, (server) => {
  test('methods of other kinds stay', async () => {
    const { user, byAdmin, signIn } = await household(server())
    await server().sql(
      `ALTER USER '${user}'@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING '${nativeHash('first')}'`,
    )
    expect(await byAdmin('first', 'second')).toEqual(APPLIED)
    expect(await signIn('first', 'second')).toEqual([true, true])
    const [row] = await server().sql(`SHOW CREATE USER '${user}'@'%'`)
    expect(String(Object.values(row ?? {})[0])).toContain(
      'IDENTIFIED VIA unix_socket OR mysql_native_password',
    )
  })

  test('an account with ed25519 alone, or a password that it cannot end itself, is refused with what to do', async () => {
    const { user, check, byAdmin } = await household(server())
    await byAdmin('first', 'second')
    expect(await check('current', { strategy: 'single-user' })).toMatchObject({
      possible: false,
      code: 'ACCOUNT_REFUSED',
      missing: [{ privilege: expect.stringContaining('cannot end itself') }],
    })
    await server().sql(`INSTALL SONAME 'auth_ed25519'`)
    await server().sql(
      `ALTER USER '${user}'@'%' IDENTIFIED VIA mysql_native_password USING '${nativeHash('first')}' OR ed25519 USING PASSWORD('x')`,
    )
    expect(await check('admin', { strategy: 'single-user' })).toMatchObject({ code: 'ACCOUNT_REFUSED' })
    expect(await check('admin')).toMatchObject({ possible: true })
  })

  test('a password-validation plugin needs the plain text, and the check says what that costs', async () => {
    const { check, byAdmin, byItself, signIn } = await household(server())
    await server().sql(`INSTALL SONAME 'simple_password_check'`)
    try {
      for (const as of ['current', 'admin'] as const) {
        const { possible, missing } = await check(as, { strategy: 'single-user' })
        expect(possible).toBe(false)
        expect(missing[0]?.remedy).toContain('QUARTERTURN_MYSQL_PASSWORD_FORM=plaintext')
      }
      expect(await byAdmin('first', 'Second-one-1').catch((error: unknown) => error)).toMatchObject({
        code: 'PRIVILEGE_MISSING',
      })
      const plain = { passwordForm: 'plaintext', strategy: 'single-user' } as const
      expect(await byItself('first', 'short', plain)).toMatchObject({ result: 'refused' })
      expect(await byAdmin('first', 'short', plain)).toMatchObject({ result: 'refused' })
      expect(await byItself('first', 'Second-one-1', plain)).toEqual(APPLIED)
      const both = { passwordForm: 'plaintext' } as const
      expect(await byAdmin('Second-one-1', 'Third-one-1', both)).toEqual(APPLIED)
      expect(await signIn('first', 'Second-one-1', 'Third-one-1')).toEqual([false, true, true])
    } finally {
      await server().sql(`UNINSTALL SONAME 'simple_password_check'`)
    }
  })
})
