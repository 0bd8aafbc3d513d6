/** The end of an old credential: by identity, with the rights kept, undone by the next rotation. */
import { expect, test } from 'vitest'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { signsIn, withSession } from '../test-target.ts'
import { PAIR, rotatedPair, type TestPair, WHOLE } from './test-pair.ts'

describeOnEachMysql('a retirement', {}, (server, kind) => {
  const rotated = async (user: string, more = '') => {
    const { pair, stage } = await rotatedPair(server(), user, { more })
    return { pair, stage, gone: stage.value('AWSPREVIOUS'), current: stage.value('AWSCURRENT') }
  }
  const retire = ({ adminSecret }: TestPair, gone: StoredSecret, current: StoredSecret) =>
    withSession({ admin: adminSecret, gone, current }, { ca: server().ca, ...PAIR }, (session) =>
      session.exclusive({
        as: 'admin',
        work: async () => session.retire?.({ gone: 'gone', keep: 'current', as: 'admin' }),
      }),
    )

  test('ends sign-ins and nothing else, and the next rotation brings the user back', async () => {
    const { pair, stage, gone, current } = await rotated('leaver')
    const grants = () => server().sql(`SELECT Select_priv, Insert_priv FROM mysql.db WHERE user = 'leaver'`)
    const before = await grants()
    expect(await retire(pair, gone, current)).toEqual({ result: 'retired' })
    expect(await signsIn(server(), 'leaver', 'first leaver')).toBe(false)
    expect(await signsIn(server(), 'leaver', '')).toBe(false)
    expect(await retire(pair, gone, current)).toEqual({ result: 'already' })
    expect(await grants()).toEqual(before)
    await pair.as(stage, ['SELECT 1'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('leaver')
    // Of the clone it is undone by its next turn as well.
    expect(await retire(pair, stage.value('AWSPREVIOUS'), stage.value('AWSCURRENT'))).toEqual({
      result: 'retired',
    })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    await pair.as(stage, ['SELECT 1'])
  })

  test('does not take a newer password of the same user', async () => {
    const { pair, gone, current } = await rotated('newer')
    await server().sql(`ALTER USER newer IDENTIFIED BY 'newer than that'`)
    expect(await retire(pair, gone, current)).toEqual({ result: 'already' })
    expect(await signsIn(server(), 'newer', 'newer than that')).toBe(true)
    // Nor one beside it.
    await server().sql(
      kind === 'mysql'
        ? `ALTER USER newer IDENTIFIED BY 'the newest' RETAIN CURRENT PASSWORD`
        : `ALTER USER newer IDENTIFIED VIA mysql_native_password USING PASSWORD('the newest') OR mysql_native_password USING PASSWORD('newer than that')`,
    )
    const older = { ...gone, password: 'newer than that' }
    expect(await retire(pair, older, current)).toEqual({ result: 'retired' })
    expect(await signsIn(server(), 'newer', 'newer than that')).toBe(false)
    expect(await signsIn(server(), 'newer', 'the newest')).toBe(true)
  })

  test('leaves the lock that an operator put, and the password is gone when it is taken off', async () => {
    const { pair, stage, gone, current } = await rotated('barred')
    await server().sql('ALTER USER barred ACCOUNT LOCK')
    expect(await retire(pair, gone, current)).toEqual({ result: 'retired' })
    // Its turn is refused, and its lock is nobody's to take off but the operator's.
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret CREDENTIAL_BARRED'])
    expect(stage.reports.flatMap(({ notes = [] }) => notes).join()).not.toContain('undefined')
    await server().sql('ALTER USER barred ACCOUNT UNLOCK')
    expect(await signsIn(server(), 'barred', 'first barred')).toBe(false)
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
  })

  test('costs no failed sign-in, also of an account that one of them locks', async () => {
    const { pair, gone, current } = await rotated(
      'frail',
      kind === 'mysql' ? 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED PASSWORD HISTORY 5' : '',
    )
    expect(await retire(pair, { ...gone, password: 'another' }, current)).toEqual({ result: 'already' })
    expect(await signsIn(server(), 'frail', 'first frail')).toBe(true)
    expect(await retire(pair, gone, current)).toEqual({ result: 'retired' })
    expect(await server().log()).not.toContain(`Access denied for user 'frail'`)
  })

  test('is refused without the lock of the pair, and for its other user by itself', async () => {
    const { pair, gone, current } = await rotated('loose')
    await withSession(
      { admin: pair.adminSecret, gone, current },
      { ca: server().ca, ...PAIR },
      async (session) => {
        await expect(session.retire?.({ gone: 'gone', keep: 'current', as: 'admin' })).rejects.toThrow('lock')
        await expect(
          session.exclusive({
            as: 'current',
            work: async () => session.retire?.({ gone: 'gone', keep: 'current', as: 'current' }),
          }),
        ).rejects.toThrow('by an admin')
      },
    )
    expect(await signsIn(server(), 'loose', 'first loose')).toBe(true)
  })
})
