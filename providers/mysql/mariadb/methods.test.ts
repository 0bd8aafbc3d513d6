import { describe, expect, test } from 'vitest'
import { clauseOf, holds, methodsOfRow, methodsOfStatement, withPasswords } from './methods.ts'

const A = `*${'A'.repeat(40)}`
const B = `*${'B'.repeat(40)}`
const C = `*${'C'.repeat(40)}`
const native = (stored: string) => ({ plugin: 'mysql_native_password', stored })

describe('the methods of an account of MariaDB', () => {
  test.each([
    [`CREATE USER \`app\`@\`%\` IDENTIFIED BY PASSWORD '${A}'`, [native(A)]],
    [
      `CREATE USER \`a\`\`b' IDENTIFIED\`@\`10.%\` IDENTIFIED VIA mysql_native_password USING '${A}' OR unix_socket REQUIRE SSL`,
      [native(A), { plugin: 'unix_socket', stored: undefined }],
    ],
    [
      `CREATE USER \`app\`@\`%\` IDENTIFIED VIA pam USING 'it''s \\\\ OR' OR mysql_native_password USING '${B}' WITH MAX_USER_CONNECTIONS 5`,
      [{ plugin: 'pam', stored: "it's \\ OR" }, native(B)],
    ],
  ])('are read from %s', (text, methods) => {
    expect(methodsOfStatement(text)).toEqual(methods)
  })

  test.each(['', 'CREATE USER `app`@`%`', 'CREATE USER `app`@`%` IDENTIFIED VIA'])(
    'an account that cannot be read is refused: %j',
    (text) => {
      expect(() => methodsOfStatement(text)).toThrow()
    },
  )

  test('are read from the row that an admin sees, in their order', () => {
    const row = {
      plugin: 'mysql_native_password',
      authentication_string: A,
      auth_or: [{ plugin: 'unix_socket' }, {}, { plugin: 'ed25519', authentication_string: 'x' }],
    }
    const methods = [
      { plugin: 'unix_socket', stored: undefined },
      native(A),
      { plugin: 'ed25519', stored: 'x' },
    ]
    expect(methodsOfRow(row)).toEqual(methods)
    expect(methodsOfRow(JSON.stringify(row))).toEqual(methods)
    expect(methodsOfRow({ plugin: 'mysql_native_password', authentication_string: A })).toEqual([native(A)])
  })

  test('new passwords take the place of the old ones, and other methods stay', () => {
    const methods = [
      { plugin: 'unix_socket', stored: undefined },
      native(A),
      { plugin: 'ed25519', stored: 'x' },
      native(B),
    ]
    const next = withPasswords(methods, [C, A])
    expect(clauseOf(next)).toBe(
      `IDENTIFIED VIA unix_socket OR mysql_native_password USING '${C}' OR mysql_native_password USING '${A}' OR ed25519 USING 'x'`,
    )
    expect(holds(next, A)).toBe(true)
    expect(holds(next, B)).toBe(false)
  })
})
