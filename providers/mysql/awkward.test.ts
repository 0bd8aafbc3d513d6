import { describe, expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { accountOf, inSql, named } from './account.ts'
import { literal } from './quote.ts'
import { change, createAccount, createAdmin, secretFor, signsIn } from './test-target.ts'

const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
const MODES = ['', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT']

describe('names of accounts', () => {
  test('are told from their host at the last @', () => {
    expect(accountOf("a'b@c@10.0.0.%")).toEqual({ user: "a'b@c", host: '10.0.0.%' })
    expect(accountOf('no host')).toBeUndefined()
    expect(accountOf(undefined)).toBeUndefined()
  })
  test('are written so that they are names and nothing else', () => {
    const account = { user: "x'; DROP \\' --`", host: '%' }
    expect(inSql(account)).toBe("'x''; DROP \\\\'' --`'@'%'")
    expect(named(account)).toBe("`x'; DROP \\' --```@`%`")
  })
})

describeOnEachMysql('awkward passwords and names', {}, (server, kind) => {
  test.each(MODES)(
    'every printable character in a password, whatever the sql_mode of the server: %j',
    async (mode) => {
      const user = `printable_${MODES.indexOf(mode)}`
      await createAccount(server(), user, 'first')
      await createAdmin(server(), `${user}_admin`, 'of the admin')
      await server().sql(`SET GLOBAL sql_mode = '${mode}'`)
      const secret = (password: string) => secretFor(server(), { username: user, password })
      const admin = secretFor(server(), { username: `${user}_admin`, password: 'of the admin' })
      const own = { ca: server().ca, strategy: 'single-user' } as const
      const backwards = [...PRINTABLE].reverse().join('')
      try {
        expect(await change({ current: secret('first'), pending: secret(PRINTABLE) }, own)).toEqual({
          result: 'applied',
        })
        expect(await signsIn(server(), user, PRINTABLE)).toBe(true)
        const both = { current: secret(PRINTABLE), pending: secret(backwards), admin }
        expect(await change(both, { ...own, strategy: 'dual-password' })).toEqual({ result: 'applied' })
        expect(await signsIn(server(), user, backwards)).toBe(true)
        expect(await signsIn(server(), user, PRINTABLE)).toBe(true)
      } finally {
        await server().sql(`SET GLOBAL sql_mode = DEFAULT`)
      }
    },
  )

  test.each(["o'neill", 'back\\slash', 'a"b`c', 'with space', 'a@b@c', '%', 'ünïcode', '--', "x' OR 1=1"])(
    'an account called %s',
    async (user) => {
      await createAccount(server(), user, 'first')
      await createAdmin(server(), `adm ${user}`, 'of the admin')
      const secret = (password: string) => secretFor(server(), { username: user, password })
      const admin = secretFor(server(), { username: `adm ${user}`, password: 'of the admin' })
      const options = { ca: server().ca }
      expect(
        await change(
          { current: secret('first'), pending: secret('second') },
          { ...options, strategy: 'single-user' },
        ),
      ).toEqual({ result: 'applied' })
      expect(await change({ current: secret('second'), pending: secret('third'), admin }, options)).toEqual({
        result: 'applied',
      })
      expect(await signsIn(server(), user, 'third')).toBe(true)
      expect(await signsIn(server(), user, 'second')).toBe(true)
      expect(await signsIn(server(), user, 'first')).toBe(false)
      await server().sql(`DROP USER ${literal(user)}@'%'`)
    },
  )

  test('a name as long as the server takes', async () => {
    const user = 'u'.repeat(kind === 'mysql' ? 32 : 80)
    await createAccount(server(), user, 'first')
    const secret = (password: string) => secretFor(server(), { username: user, password })
    const options = { ca: server().ca, strategy: 'single-user' } as const
    expect(await change({ current: secret('first'), pending: secret('second') }, options)).toEqual({
      result: 'applied',
    })
    expect(await signsIn(server(), user, 'second')).toBe(true)
  })
})
