/** What the admin needs, and nothing more: each thing that is missing is named with the statement that gives it. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { TABLES } from './grants.ts'
import { freshPair, runAll, WHOLE } from './test-pair.ts'

describeOnEachMysql('the admin of a pair', {}, (server, kind) => {
  test('is told by the preflight what it lacks, and can rotate when it was given that', async () => {
    const pair = await freshPair(server(), 'app')
    const who = '`app_admin`@`%`'
    const tables = TABLES[kind].slice(0, 3)
    for (const table of tables) await server().sql(`REVOKE SELECT ON mysql.${table} FROM app_admin`)
    await runAll(
      server(),
      'REVOKE CREATE USER ON *.* FROM app_admin; REVOKE INSERT ON app.* FROM app_admin; CREATE ROLE app_role; GRANT app_role TO app; GRANT SHOW VIEW ON app.* TO app',
    )
    const stage = pair.stage()
    expect(await stage.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toBe(tables.map((table) => `GRANT SELECT ON mysql.${table} TO ${who};`).join('; '))
    await runAll(server(), String(stage.remedy))
    expect(await stage.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toBe(
      [
        `GRANT CREATE USER ON *.* TO ${who};`,
        `GRANT INSERT, SHOW VIEW ON \`app\`.* TO ${who} WITH GRANT OPTION;`,
        `GRANT \`app_role\`${kind === 'mysql' ? '@`%`' : ''} TO ${who} WITH ADMIN OPTION;`,
      ].join('; '),
    )
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(await server().sql(`SELECT user FROM mysql.user WHERE user = 'app_clone'`)).toEqual([])
    await runAll(server(), String(stage.remedy))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
  })

  test('is told where a policy of the server stands in the way, or the password is refused for good', async () => {
    const pair = await freshPair(server(), 'strict')
    const [install, end, strict] =
      kind === 'mysql'
        ? [
            `INSTALL COMPONENT 'file://component_validate_password'`,
            `UNINSTALL COMPONENT 'file://component_validate_password'`,
            'SET GLOBAL validate_password.length = 100',
          ]
        : [
            `INSTALL SONAME 'simple_password_check'`,
            `UNINSTALL SONAME 'simple_password_check'`,
            'SET GLOBAL simple_password_check_minimal_length = 100',
          ]
    await server().sql(install)
    const form = { passwordForm: kind === 'mysql' ? 'verifier' : 'plaintext' } as const
    try {
      if (kind === 'mariadb') {
        const hashed = pair.stage()
        expect(await hashed.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
        expect(hashed.remedy).toContain('QUARTERTURN_MYSQL_PASSWORD_FORM=plaintext')
      }
      await server().sql(strict)
      const short = pair.stage(form)
      expect(await short.rotate()).toEqual(['createSecret done', 'setSecret PENDING_UNUSABLE'])
    } finally {
      await server().sql(end)
    }
    const stage = pair.stage(form)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })
})
