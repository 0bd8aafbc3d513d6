/**
 * What versions do differently: what the admin needs, each thing that is missing being named with the statement that gives it,
 * and whole rotations with no more than that.
 */
import { expect, test } from 'vitest'
import { describeOnEveryVersion } from '../../../test/servers/each.ts'
import { signsIn } from '../test-target.ts'
import { freshPair, majorOf, WHOLE } from './test-pair.ts'

describeOnEveryVersion('a pair', { keepsSessions: true }, (server) => {
  test('of users change places with every rotation, and both sign in until the next one', async () => {
    const pair = await freshPair(server(), 'turns')
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'turns_clone', note: 'kept' })
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(true)
    const clone = String(stage.password('AWSCURRENT'))
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(true)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('turns')
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(true)
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(false)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(false)
  })

  test('has an admin that is told by the preflight what it lacks, and can rotate when it was given that', async () => {
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

  test('has an admin that finds room for its one session, or says so before anything is written', async () => {
    const pair = await freshPair(server(), 'tight')
    await server().sql('ALTER ROLE tight_admin CONNECTION LIMIT 0')
    expect(await pair.stage().preflight()).toEqual(['testSecret CREDENTIAL_BARRED'])
    await server().sql('ALTER ROLE tight_admin CONNECTION LIMIT 2')
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })
})
