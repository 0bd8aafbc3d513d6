/** Secrets that AWS's own multi-user template has rotated until now. */
import { expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../../test/servers/each.ts'
import { createRole } from '../test-target.ts'
import { freshPair, majorOf, runAs, WHOLE } from './test-pair.ts'

describeOnEachPostgres('a pair of AWS’s template', {}, (server) => {
  /** As the template leaves it: the clone was made by the admin and is a member of the user. */
  const awsPair = async (user: string) => {
    const pair = await freshPair(server(), user)
    const admin = { user: pair.admin, password: `of ${pair.admin}` }
    await runAs(
      server(),
      admin,
      `CREATE ROLE ${pair.clone} LOGIN PASSWORD 'second'; GRANT ${user} TO ${pair.clone}`,
    )
    return { ...pair, cloned: { ...pair.secret, username: pair.clone, password: 'second' } }
  }
  const comment = async (role: string) => {
    const [row] = await server().sql(`SELECT shobj_description('${role}'::regrole, 'pg_authid') AS comment`)
    return row?.['comment']
  }

  test('is taken over by the password of AWSPREVIOUS, then carries a mark', async () => {
    const pair = await awsPair('even')
    const stage = pair.stage({}, { previous: pair.cloned })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('even_clone')
    expect(await comment('even_clone')).toMatch(/^quarterturn:[0-9a-f]{32}$/)
    expect(await pair.as(stage, 'SELECT current_user::text, session_user::text')).toEqual([
      { current_user: 'even', session_user: 'even_clone' },
    ])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })

  test('is taken over while the clone is the current one', async () => {
    const pair = await awsPair('odd')
    const stage = pair.stage({}, { previous: pair.secret })
    stage.put(pair.secret)
    stage.put(pair.cloned)
    await server().sql(`COMMENT ON ROLE odd_clone IS 'ask Ada'`)
    expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('odd')
    expect(await comment('odd_clone')).toMatch(/^ask Ada quarterturn:[0-9a-f]{32}$/)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })

  test('is not taken over when AWSPREVIOUS does not sign in', async () => {
    const pair = await awsPair('lapsed')
    const stage = pair.stage({}, { previous: { ...pair.cloned, password: 'an older one' } })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_NOT_OURS'])
    expect(await comment('lapsed_clone')).toBeNull()
  })

  test('whose clone another admin made needs ADMIN on it, which is named', async () => {
    const pair = await freshPair(server(), 'foreign')
    await createRole(server(), 'foreign_clone', 'second', 'IN ROLE "foreign"')
    const stage = pair.stage(
      {},
      { previous: { ...pair.secret, username: 'foreign_clone', password: 'second' } },
    )
    if (majorOf(server()) >= 16) {
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
      expect(stage.remedy).toBe(
        'GRANT "foreign_clone" TO "foreign_admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;',
      )
      await server().sql(String(stage.remedy))
      expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    } else expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })

  test('whose clone has objects is refused with the statement that gives them to the user', async () => {
    const pair = await awsPair('owns')
    await server().sql('CREATE DATABASE attic')
    for (const database of ['postgres', 'attic'])
      await server().sql('CREATE TABLE made_by_clone (); ALTER TABLE made_by_clone OWNER TO owns_clone', {
        database,
      })
    const stage = pair.stage({}, { previous: pair.cloned })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(stage.problem).toContain('1 object in the database "attic" belongs to "owns_clone"')
    expect(stage.problem).toContain('1 object in the database "postgres" belongs to "owns_clone"')
    const statement = 'REASSIGN OWNED BY "owns_clone" TO "owns";'
    expect(stage.remedy).toContain(statement)
    for (const database of ['postgres', 'attic']) await server().sql(statement, { database })
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    await server().sql('DROP DATABASE attic')
    await pair.as(stage, 'DROP TABLE made_by_clone')
  })

  test('whose clone has objects is repaired where that is configured, and the admin keeps none of the rights', async () => {
    const pair = await awsPair('given')
    await server().sql(
      'CREATE SCHEMA given AUTHORIZATION given; CREATE TABLE given.t (); ALTER TABLE given.t OWNER TO given_clone',
    )
    const memberships = () =>
      server().sql(`SELECT * FROM pg_auth_members WHERE member = 'given_admin'::regrole ORDER BY roleid`)
    const before = await memberships()
    const stage = pair.stage({ reassignOwned: true }, { previous: pair.cloned })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await memberships()).toEqual(before)
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS'])
      await pair.as(
        stage,
        'INSERT INTO given.t DEFAULT VALUES; ALTER TABLE given.t ADD COLUMN more int; ALTER TABLE given.t DROP COLUMN more',
        label,
      )
  })

  test('whose clone has a schema needs an admin that may make schemas, which is named', async () => {
    const pair = await awsPair('roomy')
    await server().sql('CREATE SCHEMA room AUTHORIZATION roomy_clone')
    const stage = pair.stage({ reassignOwned: true }, { previous: pair.cloned })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(stage.problem).toContain('permission denied for database postgres')
    expect(await comment('roomy_clone')).toBeNull()
    await server().sql(String(/GRANT CREATE.*?;/.exec(String(stage.remedy))?.[0]))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    await pair.as(stage, 'DROP SCHEMA room')
  })
})
