/** Two accounts that can do the same: what is compared, what is repaired, and what is left to somebody who may. */
import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import type { MysqlServer } from '../../../test/servers/mysql/server.ts'
import { freshPair, repairedBy, rotatedPair, runAll, UNTIL_SET, WHOLE } from './test-pair.ts'

describeOnEachMysql('the rights of a pair', {}, (server, kind) => {
  const isMysql = kind === 'mysql'
  const sql = (text: string) => server().sql(text)
  const rotated = async (user: string) => {
    const { pair, stage } = await rotatedPair(server(), user)
    return { pair, stage, admin: `\`${pair.admin}\`@\`%\`` }
  }
  /** Without what differs by nature: the name, and how MariaDB shows mark and password. */
  const grantsOf = async (user: string): Promise<readonly string[]> => {
    const rows = await sql(`SHOW GRANTS FOR '${user}'@'%'`)
    return rows
      .map((row) => String(Object.values(row)[0]))
      .filter((line) => !line.includes('quarterturn:'))
      .map((line) => line.replaceAll('_clone`', '`').replace(/ IDENTIFIED BY PASSWORD '[^']*'/, ''))
      .toSorted()
  }

  test('of every kind come to the clone, and go from it when they are taken from the user', async () => {
    const pair = await freshPair(server(), 'every')
    await runAll(
      server(),
      `CREATE TABLE every.t (a int, b int); CREATE TABLE every.u (a int); CREATE PROCEDURE every.p() SELECT 1; CREATE FUNCTION every.f() RETURNS int DETERMINISTIC RETURN 1;
       CREATE ROLE every_role; CREATE ROLE every_other; CREATE USER every_mask;
       GRANT every_role TO every; GRANT every_other TO every WITH ADMIN OPTION; GRANT PROCESS ON *.* TO every;
       GRANT CREATE VIEW, EXECUTE ON every.* TO every WITH GRANT OPTION; GRANT DELETE ON every.t TO every; GRANT UPDATE (a), UPDATE (b), SELECT (a) ON every.t TO every;
       GRANT EXECUTE ON PROCEDURE every.p TO every; GRANT EXECUTE, ALTER ROUTINE ON FUNCTION every.f TO every;
       GRANT SELECT ON \`every\\_other\`.* TO every; GRANT SELECT ON every.u TO every`,
    )
    await sql(isMysql ? 'GRANT BACKUP_ADMIN ON *.* TO every' : 'GRANT BINLOG REPLAY ON *.* TO every')
    await sql(isMysql ? 'SET DEFAULT ROLE every_role TO every' : 'SET DEFAULT ROLE every_role FOR every')
    await asRoot(server(), 'GRANT PROXY ON every_mask TO every')
    // What is granted on a table that is gone is no right, and no reason to stop.
    await sql('DROP TABLE every.u')
    const stage = pair.stage()
    expect(await stage.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toContain('GRANT `every_role`')
    for (const statement of String(stage.remedy).split(/;\s*/).filter(Boolean))
      await (statement.includes('PROXY') ? asRoot(server(), statement) : sql(statement))
    expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    const expected = (await grantsOf('every')).filter((line) => !line.includes('`every`.`u`'))
    expect(expected.length).toBeGreaterThan(7)
    expect(await grantsOf('every_clone')).toEqual(expected)
    await pair.as(stage, ['CALL every.p()', 'UPDATE every.t SET b = 1', 'SELECT every.f()'])
    const [role] = await pair.as(stage, ['SELECT CURRENT_ROLE() AS role'])
    expect(String(role?.['role'])).toContain('every_role')

    await runAll(
      server(),
      `REVOKE every_other FROM every; REVOKE PROCESS ON *.* FROM every; REVOKE GRANT OPTION ON every.* FROM every; REVOKE CREATE VIEW ON every.* FROM every;
       REVOKE UPDATE (b) ON every.t FROM every; REVOKE EXECUTE ON PROCEDURE every.p FROM every; REVOKE DELETE ON every.t FROM every`,
    )
    await sql(isMysql ? 'REVOKE BACKUP_ADMIN ON *.* FROM every' : 'REVOKE BINLOG REPLAY ON *.* FROM every')
    await sql(isMysql ? 'SET DEFAULT ROLE NONE TO every' : 'SET DEFAULT ROLE NONE FOR every')
    await asRoot(server(), 'REVOKE PROXY ON every_mask FROM every')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toContainEqual(expect.stringMatching(/^`every_clone`@`%` has PROCESS/))
    const left = (await grantsOf('every')).filter((line) => !line.includes('`every`.`u`'))
    expect(await grantsOf('every_clone')).toEqual(left)
    expect(left.join()).not.toMatch(/PROCESS|every_other`(?!\.)|PROXY|UPDATE \(`b`\)|DELETE/)
  })

  test('that the clone has too much are taken from it before testSecret and finishSecret pass', async () => {
    const pair = await freshPair(server(), 'open')
    const stage = pair.stage()
    expect(await stage.rotate(['createSecret', 'setSecret']), stage.problem).toEqual(UNTIL_SET)
    for (const [statement, difference] of [
      [
        'GRANT UPDATE ON open.* TO open_clone',
        '`open_clone`@`%` has UPDATE on `open`.* and `open`@`%` has not',
      ],
      ['REVOKE INSERT ON open.* FROM open_clone', '`open_clone`@`%` lacks INSERT on `open`.*'],
      ['ALTER USER open_clone WITH MAX_QUERIES_PER_HOUR 7000', 'has MAX_QUERIES_PER_HOUR 7000'],
    ] as const) {
      await sql(statement)
      for (const step of ['testSecret', 'finishSecret'] as const) {
        expect(await stage.repeat([step]), statement).toEqual([`${step} RIGHTS_DIFFER`])
        expect(stage.problem, statement).toContain(difference)
      }
      expect(await stage.repeat(['setSecret']), stage.problem).toEqual(['setSecret done'])
      expect(repairedBy(stage).join(), statement).toContain(difference)
      expect(await stage.repeat(['testSecret']), stage.problem).toEqual(['testSecret done'])
    }
    expect(await stage.repeat(['finishSecret']), stage.problem).toEqual(['finishSecret done'])
  })

  test('that the admin may not take or give are named, each with the statement that helps', async () => {
    const { pair, stage, admin } = await rotated('beyond')
    await sql('GRANT FILE ON *.* TO beyond_clone')
    await sql('CREATE TABLE beyond.t (a int)')
    await sql('GRANT TRIGGER ON beyond.t TO beyond')
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(stage.problem).toContain('`beyond_clone`@`%` has FILE on *.* and `beyond`@`%` has not')
    expect(stage.remedy).toBe(
      [
        `GRANT TRIGGER ON \`beyond\`.\`t\` TO ${admin} WITH GRANT OPTION;`,
        'REVOKE FILE ON *.* FROM `beyond_clone`@`%`;',
      ].join('; '),
    )
    await runAll(server(), String(stage.remedy))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    expect(await grantsOf('beyond_clone')).toEqual(await grantsOf('beyond'))
    await pair.as(stage, ['SELECT 1'])
  })

  test('to a routine that the clone made come to the user, and what it made is told', async () => {
    const pair = await freshPair(server(), 'maker')
    await sql('GRANT CREATE ROUTINE, CREATE VIEW ON maker.* TO maker')
    await sql('CREATE TABLE maker.t (a int)')
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    await pair.as(stage, [
      'CREATE PROCEDURE maker.made() SELECT 1',
      'CREATE VIEW maker.seen AS SELECT a FROM maker.t',
    ])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([
      '`maker`@`%` lacks EXECUTE, ALTER ROUTINE on PROCEDURE `maker`.`made`',
    ])
    expect(stage.reports.flatMap(({ notes = [] }) => notes)).toContain(
      '2 objects run in the name of the clone (DEFINER), so they end with it: routine maker.made, view maker.seen',
    )
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS'])
      await pair.as(stage, ['CALL maker.made()', 'SELECT * FROM maker.seen'], label)
  })

  test.runIf(isMysql)('with partial revokes are the same for both', async () => {
    await sql('SET GLOBAL partial_revokes = ON')
    const { stage, admin } = await rotated('partial')
    await sql('GRANT SELECT ON *.* TO partial')
    await sql('REVOKE SELECT ON mysql.* FROM partial')
    await sql(`GRANT SELECT ON *.* TO ${admin} WITH GRANT OPTION`)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([
      '`partial_clone`@`%` lacks SELECT on *.*',
      '`partial_clone`@`%` lacks the partial revoke of SELECT on `mysql`.*',
    ])
    await sql('GRANT SELECT ON mysql.* TO partial')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await grantsOf('partial_clone')).toEqual(await grantsOf('partial'))
    await sql('REVOKE ALL PRIVILEGES, GRANT OPTION FROM partial, partial_clone')
    await sql('SET GLOBAL partial_revokes = OFF')
  })

  test.runIf(isMysql)(
    'to hand a dynamic privilege on are given, or their end is left to somebody',
    async () => {
      const { stage, admin } = await rotated('handing')
      await sql('GRANT BACKUP_ADMIN ON *.* TO handing WITH GRANT OPTION')
      await sql(`GRANT BACKUP_ADMIN ON *.* TO ${admin} WITH GRANT OPTION`)
      await sql(`GRANT GRANT OPTION ON *.* TO ${admin}`)
      expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      expect(await grantsOf('handing_clone')).toEqual(await grantsOf('handing'))
      await sql('REVOKE BACKUP_ADMIN ON *.* FROM handing')
      await sql('GRANT BACKUP_ADMIN ON *.* TO handing')
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
      expect(stage.problem).toContain('with the right to hand it on')
      await runAll(server(), String(stage.remedy))
      expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    },
  )

  test('may be those of roles that the admin has', async () => {
    const { pair, stage, admin } = await rotated('byrole')
    await runAll(
      server(),
      `CREATE ROLE lenders; GRANT CREATE USER ON *.* TO lenders; GRANT UPDATE ON byrole.* TO lenders WITH GRANT OPTION; GRANT lenders TO ${admin};
       REVOKE UPDATE ON byrole.* FROM ${admin}; REVOKE CREATE USER ON *.* FROM ${admin}; GRANT UPDATE ON byrole.* TO byrole`,
    )
    if (!isMysql) {
      // Here only a default role is active from the start.
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
      expect(stage.remedy).toContain(`GRANT CREATE USER ON *.* TO ${admin};`)
      await sql(`SET DEFAULT ROLE lenders FOR ${admin}`)
      expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    } else expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    await pair.as(stage, ['SELECT 1'])
  })
})

/** Only root may lend proxies from the start; it has no password in these servers, and reaches them from here alone. */
async function asRoot({ port, ca }: MysqlServer, statement: string): Promise<void> {
  const connection = await mysql.createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    ssl: { ca, rejectUnauthorized: true },
  })
  try {
    await connection.query(statement)
  } finally {
    connection.destroy()
  }
}
