/** Two users that can do the same: what is compared, what is repaired, and what is left to somebody who may. */
import { expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../../test/servers/each.ts'
import { freshPair, majorOf, runAs, type TestPair, WHOLE } from './test-pair.ts'

describeOnEachPostgres('the rights of a pair', {}, (server) => {
  /** A pair that has rotated once, so that the clone is the current one. */
  const rotated = async (user: string) => {
    const pair = await freshPair(server(), user)
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    return { pair, stage }
  }
  const asAdmin = ({ admin }: TestPair, text: string) =>
    runAs(server(), { user: admin, password: `of ${admin}` }, text)
  /** From 16 on a grant is taken back in the name of who made it. */
  const REVOKE = (user: string) =>
    `REVOKE ${user} FROM ${user}_clone ${majorOf(server()) >= 16 ? `GRANTED BY ${user}_admin` : ''}`
  const UNTIL_SET = ['createSecret done', 'setSecret done']

  test('given by hand between two rotations are there after the next ones', async () => {
    const { pair, stage } = await rotated('handed')
    await server().sql(`CREATE TABLE ledger (n int); CREATE ROLE clerks; CREATE TABLE book (); GRANT SELECT ON book TO clerks;
      GRANT INSERT ON ledger TO handed; GRANT clerks TO handed; ALTER ROLE handed SET statement_timeout = '7s';
      ALTER ROLE handed SET search_path = "$user", ledgers; ALTER ROLE handed IN DATABASE postgres SET lock_timeout = '3s';
      ALTER ROLE handed CONNECTION LIMIT 9 VALID UNTIL '2999-01-01'`)
    for (let round = 1; round <= 3; round += 1) {
      expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      for (const label of ['AWSCURRENT', 'AWSPREVIOUS'])
        expect(
          await pair.as(
            stage,
            `INSERT INTO public.ledger VALUES (1); SELECT * FROM public.book;
             SELECT current_setting('statement_timeout') AS timeout, current_setting('search_path') AS path,
               current_setting('lock_timeout') AS locks, (SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user) AS most,
               (SELECT rolvaliduntil::date::text FROM pg_roles WHERE rolname = session_user) AS until`,
            label,
          ),
        ).toEqual([{ timeout: '7s', path: '"$user", ledgers', locks: '3s', most: 9, until: '2999-01-01' }])
    }
  })

  test('that the clone lost or has too much are repaired in setSecret, and named', async () => {
    const { stage } = await rotated('bent')
    await server().sql(`${REVOKE('bent')}; ALTER ROLE bent_clone RESET role; ALTER ROLE bent_clone SET work_mem = '1MB';
      ALTER ROLE bent_clone NOINHERIT CONNECTION LIMIT 3 VALID UNTIL '2998-01-01'`)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    const { repaired } = stage.reports.findLast(({ step }) => step === 'setSecret') ?? {}
    expect(repaired).toEqual([
      'bent_clone is not a member of bent that has its rights and may become it',
      'bent_clone lacks INHERIT',
      'bent_clone has not the setting role',
      'bent_clone has CONNECTION LIMIT 3 and bent -1',
      'bent_clone is VALID UNTIL 2998-01-01 00:00:00.000000+00 and bent until infinity',
      'bent_clone has the setting work_mem and bent does not',
    ])
    const [row] = await server().sql(
      `SELECT rolconfig, rolinherit, rolconnlimit, coalesce(isfinite(rolvaliduntil), false) AS ends, pg_has_role('bent_clone', 'bent', 'USAGE') AS member
       FROM pg_roles WHERE rolname = 'bent_clone'`,
    )
    expect(row).toEqual({
      rolconfig: ['role=bent'],
      rolinherit: true,
      rolconnlimit: -1,
      ends: false,
      member: true,
    })
  })

  test('that were given to the clone by name go to the user where the admin gave them', async () => {
    const { pair, stage } = await rotated('named')
    await server().sql('CREATE SCHEMA named_desk AUTHORIZATION named_admin')
    await asAdmin(
      pair,
      `CREATE TABLE named_desk.t (n int); GRANT USAGE ON SCHEMA named_desk TO named_clone; GRANT SELECT ON named_desk.t TO named_clone`,
    )
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    const { repaired } = stage.reports.findLast(({ step }) => step === 'setSecret') ?? {}
    expect(repaired).toEqual([
      '"named_clone" itself has USAGE ON SCHEMA named_desk',
      '"named_clone" itself has SELECT ON TABLE named_desk.t',
    ])
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS'])
      await pair.as(stage, 'SELECT * FROM named_desk.t', label)
    // The clone has nothing of its own, so what is taken from the user stays taken.
    await asAdmin(pair, 'REVOKE SELECT ON named_desk.t FROM named')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    await expect(pair.as(stage, 'SELECT * FROM named_desk.t')).rejects.toThrow('permission denied')
  })

  test('that were given to the clone by name by somebody else are named, each with the statements', async () => {
    const { pair, stage } = await rotated('kinds')
    await server().sql(`CREATE SCHEMA k; CREATE TABLE k.t (a int, "b c" int); CREATE SEQUENCE k.s; CREATE TYPE k.e AS ENUM ('x');
      CREATE FUNCTION k.f(int) RETURNS int LANGUAGE sql AS $$SELECT 1$$; REVOKE ALL ON FUNCTION k.f(int) FROM PUBLIC;
      CREATE PROCEDURE k.p() LANGUAGE sql AS $$SELECT 1$$; REVOKE ALL ON PROCEDURE k.p() FROM PUBLIC; REVOKE ALL ON TYPE k.e FROM PUBLIC;
      CREATE ROLE team; CREATE ROLE makers;
      GRANT TEMP, CREATE ON DATABASE postgres TO kinds_clone; GRANT USAGE ON SCHEMA k TO kinds_clone WITH GRANT OPTION;
      GRANT UPDATE ("b c") ON k.t TO kinds_clone; GRANT TRUNCATE ON k.t TO kinds_clone; GRANT USAGE ON SEQUENCE k.s TO kinds_clone;
      GRANT EXECUTE ON FUNCTION k.f(int) TO kinds_clone; GRANT EXECUTE ON PROCEDURE k.p() TO kinds_clone; GRANT USAGE ON TYPE k.e TO kinds_clone;
      GRANT team TO kinds_clone WITH ADMIN OPTION;
      ALTER DEFAULT PRIVILEGES FOR ROLE makers IN SCHEMA k GRANT SELECT ON TABLES TO kinds_clone;
      ALTER DEFAULT PRIVILEGES FOR ROLE kinds_clone GRANT INSERT ON TABLES TO makers;
      SELECT lo_create(77); GRANT SELECT ON LARGE OBJECT 77 TO kinds_clone`)
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    for (const right of [
      'CREATE ON DATABASE postgres',
      'USAGE ON SCHEMA k',
      'UPDATE ("b c") ON TABLE k.t',
      'TRUNCATE ON TABLE k.t',
      'USAGE ON SEQUENCE k.s',
      'EXECUTE ON ROUTINE k.f(integer)',
      'EXECUTE ON ROUTINE k.p()',
      'USAGE ON TYPE k.e',
      'SELECT ON LARGE OBJECT 77',
    ])
      expect(stage.problem).toContain(`"kinds_clone" itself has ${right}`)
    // Everybody may make temporary tables, so that is no difference.
    expect(stage.problem).not.toContain('TEMP')
    expect(stage.remedy).toContain('GRANT USAGE ON SCHEMA k TO "kinds" WITH GRANT OPTION')
    await server().sql(String(stage.remedy))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    await pair.as(
      stage,
      `UPDATE k.t SET "b c" = 1; TRUNCATE k.t; SELECT nextval('k.s'); SELECT k.f(1); CALL k.p(); SELECT 'x'::k.e; SET ROLE team`,
    )
    const defaults = await server().sql(
      `SELECT defaclrole::regrole::text AS maker, defaclacl::text AS acl FROM pg_default_acl ORDER BY 1`,
    )
    expect(defaults).toContainEqual({ maker: 'makers', acl: '{kinds=r/makers}' })
    expect(defaults).toContainEqual({ maker: 'kinds', acl: expect.stringContaining('makers=a/kinds') })
  })

  test('with a setting that only a superuser may give are named, and go on when one has', async () => {
    const { stage } = await rotated('logged')
    await server().sql(`ALTER ROLE logged SET log_min_duration_statement = '3s'; ALTER ROLE logged SET app.tenant = 'x';
      ALTER ROLE logged_clone CREATEDB`)
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret RIGHTS_DIFFER'])
    expect(stage.problem).toContain('(ALTER ROLE "logged_clone" SET "log_min_duration_statement" TO …;)')
    expect(stage.problem).toContain('(ALTER ROLE "logged_clone" SET "app"."tenant" TO …;)')
    if (majorOf(server()) >= 16) expect(stage.problem).toContain('(ALTER ROLE "logged_clone" NOCREATEDB;)')
    await server().sql(`ALTER ROLE logged_clone SET log_min_duration_statement = '3s'; ALTER ROLE logged_clone SET app.tenant = 'x';
      ALTER ROLE logged_clone NOCREATEDB`)
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
  })

  test('are compared before testSecret and finishSecret pass: the server fails open, with a warning only', async () => {
    const breaks = [
      [REVOKE('open'), 'is not a member of open'],
      [`ALTER ROLE open_clone RESET role`, 'has not the setting role'],
      [`ALTER ROLE open_clone SET role = none`, 'acts as open_clone and not as open'],
      ...(majorOf(server()) >= 16
        ? [
            [
              'GRANT open TO open_clone WITH SET FALSE GRANTED BY open_admin',
              'acts as open_clone and not as open',
            ],
          ]
        : []),
    ] as const
    const pair = await freshPair(server(), 'open')
    const stage = pair.stage()
    expect(await stage.rotate(['createSecret', 'setSecret']), stage.problem).toEqual(UNTIL_SET)
    for (const [statement = '', difference = ''] of breaks) {
      await server().sql(statement)
      for (const step of ['testSecret', 'finishSecret'] as const) {
        expect(await stage.repeat([step]), statement).toEqual([`${step} RIGHTS_DIFFER`])
        expect(stage.problem, statement).toContain(difference)
      }
      expect(await stage.repeat(['setSecret']), stage.problem).toEqual(['setSecret done'])
      expect(await stage.repeat(['testSecret']), stage.problem).toEqual(['testSecret done'])
    }
    expect(await stage.repeat(['finishSecret']), stage.problem).toEqual(['finishSecret done'])
  })

  test('of a user that acts as another role are those of that role, for both', async () => {
    const pair = await freshPair(server(), 'actor')
    await server().sql(
      'CREATE ROLE stage_owner; GRANT stage_owner TO actor; ALTER ROLE actor SET role = stage_owner',
    )
    const stage = pair.stage()
    for (let round = 1; round <= 2; round += 1) {
      expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      expect(await pair.as(stage, 'SELECT current_user::text')).toEqual([{ current_user: 'stage_owner' }])
    }
  })
})
