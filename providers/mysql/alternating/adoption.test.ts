/** Secrets that AWS's own multi-user template has rotated until now, and users that had two passwords. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { createAccount, secretFor, signsIn, withSession } from '../test-target.ts'
import { freshPair, repairedBy, runAs, setUp, stagePair, WHOLE } from './test-pair.ts'

describeOnEachMysql('a pair of AWS’s template', {}, (server, kind) => {
  /** As the template leaves it: `@'%'`, grants copied without their options, and never taken back. */
  const awsPair = async (user: string) => {
    const pair = await freshPair(server(), user)
    await createAccount(server(), pair.clone, 'second')
    await server().sql(`GRANT SELECT, UPDATE ON ${user}.* TO ${pair.clone}`)
    return { ...pair, cloned: { ...pair.secret, username: pair.clone, password: 'second' } }
  }
  const markOf = async (user: string): Promise<string> => {
    const rows = await server().sql(
      kind === 'mysql'
        ? `SELECT User_attributes->>'$.metadata.quarterturn' AS mark FROM mysql.user WHERE user = '${user}'`
        : `SELECT Role AS mark FROM mysql.roles_mapping WHERE User = '${user}'`,
    )
    return rows.map(({ mark }) => String(mark)).join()
  }

  test('is taken over by the password of AWSPREVIOUS, then carries a mark and has the rights of the user', async () => {
    const pair = await awsPair('even')
    const stage = pair.stage({}, { previous: pair.cloned })
    expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('even_clone')
    expect(await markOf('even_clone')).toMatch(/^(quarterturn:)?[0-9a-f]{32}$/)
    const [row] = await server().sql(
      `SELECT Insert_priv, Update_priv FROM mysql.db WHERE user = 'even_clone' AND db = 'even'`,
    )
    expect(row).toEqual({ Insert_priv: 'Y', Update_priv: 'N' })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(repairedBy(stage)).toEqual([])
  })

  test('is taken over while the clone is the current one', async () => {
    const pair = await awsPair('odd')
    const stage = stagePair(server(), pair.cloned, {
      previous: pair.secret,
      admin: pair.adminSecret,
      name: 'odd',
    })
    expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('odd')
    expect(await markOf('odd_clone')).toMatch(/[0-9a-f]{32}/)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })

  test('is not taken over when AWSPREVIOUS does not sign in, and no sign-in is tried for it', async () => {
    const pair = await awsPair('lapsed')
    const stage = pair.stage({}, { previous: { ...pair.cloned, password: 'an older one' } })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_NOT_OURS'])
    expect(await markOf('lapsed_clone')).not.toMatch(/[0-9a-f]{32}/)
    expect(await server().log()).not.toContain(`Access denied for user 'lapsed_clone'`)
  })

  test('whose clone was dropped is made again by another admin, whatever the first one left', async () => {
    const pair = await freshPair(server(), 'heir')
    const first = pair.stage()
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
    await server().sql('DROP USER heir_clone')
    await setUp(server(), 'heir_admin_2', 'heir')
    const stage = stagePair(server(), pair.secret, {
      admin: { ...pair.adminSecret, username: 'heir_admin_2', password: 'of heir_admin_2' },
      name: 'heir',
    })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  })

  test('may be of an admin of other pairs, whose marker roles are rights of it and no marks', async () => {
    const pair = await freshPair(server(), 'busy')
    const first = pair.stage()
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
    // That admin is one of two itself, with an admin that may give what it may.
    const chief = await freshPair(server(), 'chief')
    const secret = secretFor(server(), { username: 'busy_admin', password: 'of busy_admin' })
    const stage = stagePair(server(), secret, { admin: chief.adminSecret, name: 'busy_admin' })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    // Of a role, only who made it may lend it.
    for (const statement of String(stage.remedy).split(/;\s*/).filter(Boolean))
      await (statement.includes('quarterturn:')
        ? runAs(server(), { user: 'busy_admin', password: 'of busy_admin' }, [statement])
        : server().sql(statement))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    const next = stagePair(server(), first.value('AWSCURRENT'), {
      previous: first.value('AWSPREVIOUS'),
      admin: stage.value('AWSCURRENT'),
      name: 'busy',
    })
    expect(await next.rotate(), next.problem).toEqual(WHOLE)
  })

  test('may come from two passwords of one account, none of which outlives its turn', async () => {
    const pair = await freshPair(server(), 'dual')
    const two = stagePair(server(), pair.secret, {
      strategy: 'dual-password',
      admin: pair.adminSecret,
      name: 'dual',
    })
    expect(await two.rotate(), two.problem).toEqual(WHOLE)
    const second = String(two.password('AWSCURRENT'))
    const stage = stagePair(server(), two.value('AWSCURRENT'), {
      previous: pair.secret,
      admin: pair.adminSecret,
      name: 'dual',
    })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('dual_clone')
    for (const password of ['first dual', second])
      expect(await signsIn(server(), 'dual', password)).toBe(true)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    for (const password of ['first dual', second])
      expect(await signsIn(server(), 'dual', password)).toBe(false)
  })

  test('is continued where AWSPREVIOUS shows it, though nobody chose the strategy', async () => {
    const pair = await awsPair('going')
    const stage = pair.stage({}, { previous: pair.cloned, strategy: undefined })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('going_clone')
    await withSession({ current: stage.value('AWSCURRENT') }, { ca: server().ca }, async (session) => {
      expect(await session.probe({ who: 'current', at: 'writer' })).toMatchObject({ as: 'going_clone@%' })
    })
  })
})
