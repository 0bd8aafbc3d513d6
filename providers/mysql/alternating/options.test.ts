/** What an account is besides its rights: how it may sign in, its limits, its password's rules, and notes on it. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { MARIADB_COLUMNS, mariaDbAccount } from './mariadb-account.ts'
import { mysqlAccount } from './mysql-account.ts'
import { repairedBy, rotatedPair, UNTIL_SET, WHOLE } from './test-pair.ts'

describeOnEachMysql('the options and the privileges of a pair', {}, (server, kind) => {
  const isMysql = kind === 'mysql'
  const sql = (text: string) => server().sql(text)
  const rotated = (user: string) => rotatedPair(server(), user)

  test('given by hand between two rotations are there after the next one, and named', async () => {
    const { pair, stage } = await rotated('handed')
    await sql('GRANT UPDATE ON handed.* TO handed')
    await sql(`ALTER USER handed REQUIRE SSL WITH MAX_USER_CONNECTIONS 40 PASSWORD EXPIRE INTERVAL 90 DAY`)
    if (isMysql)
      await sql(`ALTER USER handed PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 5 DAY PASSWORD REQUIRE CURRENT OPTIONAL
        FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED ATTRIBUTE '{"team": "\\'it\\'s", "comment": "ask Ada"}'`)
    else await sql('ALTER USER handed WITH MAX_STATEMENT_TIME 2.5')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([
      '`handed_clone`@`%` lacks UPDATE on `handed`.*',
      '`handed_clone`@`%` has REQUIRE NONE and `handed`@`%` REQUIRE SSL',
      '`handed_clone`@`%` has MAX_USER_CONNECTIONS 0 and `handed`@`%` MAX_USER_CONNECTIONS 40',
      ...(isMysql
        ? [
            '`handed_clone`@`%` has PASSWORD EXPIRE DEFAULT and `handed`@`%` PASSWORD EXPIRE INTERVAL 90 DAY',
            '`handed_clone`@`%` has PASSWORD HISTORY DEFAULT and `handed`@`%` PASSWORD HISTORY 3',
            '`handed_clone`@`%` has PASSWORD REUSE INTERVAL DEFAULT and `handed`@`%` PASSWORD REUSE INTERVAL 5 DAY',
            '`handed_clone`@`%` has PASSWORD REQUIRE CURRENT DEFAULT and `handed`@`%` PASSWORD REQUIRE CURRENT OPTIONAL',
            '`handed_clone`@`%` has FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0 and `handed`@`%` FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED',
            '`handed_clone`@`%` has not the same ATTRIBUTE "team" as `handed`@`%`',
            '`handed_clone`@`%` has not the same ATTRIBUTE "comment" as `handed`@`%`',
          ]
        : [
            '`handed_clone`@`%` has MAX_STATEMENT_TIME 0 and `handed`@`%` MAX_STATEMENT_TIME 2.5',
            '`handed_clone`@`%` has PASSWORD EXPIRE DEFAULT and `handed`@`%` PASSWORD EXPIRE INTERVAL 90 DAY',
          ]),
    ])
    // An account that one failed sign-in locks survives rotations of either user.
    for (let round = 1; round <= 2; round += 1) expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([])
    // A password history refuses what is in force already, so a repeat does not set it again.
    expect(await stage.rotate(['createSecret', 'setSecret']), stage.problem).toEqual(UNTIL_SET)
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    if (isMysql) await sql(`ALTER USER handed REQUIRE NONE ATTRIBUTE '{"team": null}'`)
    else await sql('ALTER USER handed REQUIRE NONE')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    const statement = async (user: string) => {
      const [row] = await sql(`SHOW CREATE USER ${user}`)
      return (
        String(Object.values(row ?? {})[0])
          .replaceAll('_clone`', '`')
          // A salt of MySQL is any bytes: a quote among them comes with a backslash.
          .replace(/AS '(?:[^'\\]|\\.)*'|PASSWORD '[^']*'/s, '')
          .replace(/, "quarterturn": "\w+"/, '')
      )
    }
    expect(await statement('handed_clone')).toBe(await statement('handed'))
    await pair.as(stage, ['SELECT 1'], 'AWSPREVIOUS')
  })

  // MySQL asks for a certificate of the client with it.
  test.runIf(!isMysql)('with a requirement of the connection are the same for both', async () => {
    const { stage } = await rotated('cipher')
    await sql(`ALTER USER cipher REQUIRE CIPHER 'TLS_AES_256_GCM_SHA384'`)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([
      "`cipher_clone`@`%` has REQUIRE NONE and `cipher`@`%` REQUIRE CIPHER 'TLS_AES_256_GCM_SHA384'",
    ])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([])
  })

  test.each([
    'REQUIRE NONE',
    'REQUIRE X509',
    `REQUIRE ISSUER '/CN=a "b"' AND SUBJECT '/CN=it''s' AND CIPHER 'x'`,
    `REQUIRE SUBJECT '/CN=back\\\\slash'`,
    'PASSWORD EXPIRE NEVER',
  ])('are read as they were given: %s', async (clause) => {
    await sql('CREATE USER IF NOT EXISTS read_back')
    await sql(`ALTER USER read_back ${clause}`)
    const columns = isMysql ? '*' : MARIADB_COLUMNS
    const [row = {}] = await sql(
      `SELECT ${columns} FROM mysql.${isMysql ? 'user' : 'global_priv'} WHERE User = 'read_back'`,
    )
    const { options } = isMysql ? mysqlAccount(row) : mariaDbAccount(row)
    expect(options.map((option) => option.clause)).toContain(clause)
  })

  test('have the names that the server itself gives them', async () => {
    const { accounts, names } = await everyPrivilege()
    expect(accounts).toEqual(names)
    expect(names.length).toBeGreaterThanOrEqual(30)
  })

  /** Of the account of the tests, which has every privilege: as we read them, and as the server lists them. */
  const everyPrivilege = async () => {
    const [row = {}] = await sql(
      `SELECT ${isMysql ? '*' : MARIADB_COLUMNS} FROM mysql.${isMysql ? 'user' : 'global_priv'} WHERE User = 'quarterturn_tests'`,
    )
    const { rights } = isMysql ? mysqlAccount(row) : mariaDbAccount(row)
    const listed = await sql(
      `SELECT PRIVILEGE_TYPE AS name FROM information_schema.USER_PRIVILEGES WHERE GRANTEE LIKE '%quarterturn_tests%'`,
    )
    const isStatic = (name: string) => !isMysql || !name.includes('_')
    return {
      accounts: rights
        .map(({ privilege }) => privilege)
        .filter((name) => name !== 'GRANT OPTION')
        .toSorted(),
      names: listed
        .map(({ name }) => String(name))
        .filter(isStatic)
        .toSorted(),
    }
  }
})
