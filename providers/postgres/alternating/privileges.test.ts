/** What the admin needs, and nothing more: each thing that is missing is named with the statement that gives it. */
import { expect, test } from 'vitest'
import { describeOnEveryVersion } from '../../../test/servers/each.ts'
import { freshPair, majorOf, WHOLE } from './test-pair.ts'

describeOnEveryVersion('the admin of a pair', {}, (server) => {
  test('is told by the preflight what it lacks, and can rotate when it was given that', async () => {
    const pair = await freshPair(server(), 'app')
    await server().sql(`ALTER ROLE app_admin NOCREATEROLE; CREATE ROLE rds_password;
      ALTER ROLE app_admin SET rds.restrict_password_commands = 'on'; REVOKE CONNECT ON DATABASE postgres FROM PUBLIC, app_admin;
      GRANT CONNECT ON DATABASE postgres TO app`)
    if (majorOf(server()) >= 16) await server().sql('REVOKE app FROM app_admin')
    const stage = pair.stage()
    expect(await stage.preflight()).toEqual(['testSecret CREDENTIAL_BARRED'])
    expect(stage.problem).toContain('GRANT CONNECT ON DATABASE "postgres" TO "app_admin";')
    await server().sql('GRANT CONNECT ON DATABASE "postgres" TO "app_admin";')
    expect(await stage.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toBe(
      [
        'ALTER ROLE "app_admin" CREATEROLE;',
        ...(majorOf(server()) >= 16
          ? ['GRANT "app" TO "app_admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;']
          : []),
        'GRANT rds_password TO "app_admin";',
      ].join('; '),
    )
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(await server().sql(`SELECT FROM pg_roles WHERE rolname = 'app_clone'`)).toEqual([])
    await server().sql(String(stage.remedy))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    await server().sql('GRANT CONNECT ON DATABASE postgres TO PUBLIC')
  })

  test('finds room for its one session, or says so before anything is written', async () => {
    const pair = await freshPair(server(), 'tight')
    await server().sql('ALTER ROLE tight_admin CONNECTION LIMIT 0')
    expect(await pair.stage().preflight()).toEqual(['testSecret CREDENTIAL_BARRED'])
    await server().sql('ALTER ROLE tight_admin CONNECTION LIMIT 2')
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })
})
