/** The end of an old credential: by identity, with the rights kept, undone by the next rotation. */
import { expect, test } from 'vitest'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import { describeOnEachPostgres } from '../../../test/servers/each.ts'
import { signsIn, withSession } from '../test-target.ts'
import { freshPair, runAs, type TestPair, WHOLE } from './test-pair.ts'

describeOnEachPostgres('a retirement', {}, (server) => {
  const rotated = async (user: string) => {
    const pair = await freshPair(server(), user)
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    return { pair, stage, gone: stage.value('AWSPREVIOUS'), current: stage.value('AWSCURRENT') }
  }
  const retire = ({ adminSecret }: TestPair, gone: StoredSecret, current: StoredSecret) =>
    withSession(
      { admin: adminSecret, gone, current },
      { ca: server().ca, strategy: 'alternating-users' },
      (session) =>
        session.exclusive({
          as: 'admin',
          work: async () => session.retire?.({ gone: 'gone', keep: 'current', as: 'admin' }),
        }),
    )

  test('ends sign-ins and nothing else, and the next rotation brings the user back', async () => {
    const { pair, stage, gone, current } = await rotated('leaver')
    await server().sql(
      `CREATE TABLE kept (); ALTER TABLE kept OWNER TO leaver; CREATE ROLE guild; GRANT guild TO leaver`,
    )
    expect(await retire(pair, gone, current)).toEqual({ result: 'retired' })
    expect(await signsIn(server(), 'leaver', 'first leaver')).toBe(false)
    expect(await retire(pair, gone, current)).toEqual({ result: 'already' })
    // The user of the kept credential acts as the retired one all the while.
    await pair.as(stage, 'INSERT INTO public.kept DEFAULT VALUES; SET ROLE guild')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('leaver')
    await pair.as(stage, 'DROP TABLE public.kept')
  })

  test('of the clone is undone by its next turn as well', async () => {
    const { pair, stage } = await rotated('circle')
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await retire(pair, stage.value('AWSPREVIOUS'), stage.value('AWSCURRENT'))).toEqual({
      result: 'retired',
    })
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await pair.as(stage, 'SELECT session_user::text, current_user::text')).toEqual([
      { session_user: 'circle_clone', current_user: 'circle' },
    ])
  })

  test('does not take a newer password of the same user', async () => {
    const { pair, gone, current } = await rotated('newer')
    await server().sql(`ALTER ROLE newer PASSWORD 'newer than that'`)
    expect(await retire(pair, gone, current)).toEqual({ result: 'already' })
    expect(await signsIn(server(), 'newer', 'newer than that')).toBe(true)
  })

  test('does not touch the user that is kept', async () => {
    const { pair, current } = await rotated('keeper')
    expect(await retire(pair, { ...current, password: 'another' }, current)).toMatchObject({
      result: 'cannot',
    })
    expect(await signsIn(server(), 'keeper_clone', String(current['password']))).toBe(true)
  })

  test('takes the password of a user that is barred for another reason, and leaves the bar', async () => {
    const { pair, gone, current } = await rotated('barred')
    await server().sql('ALTER ROLE barred NOLOGIN')
    expect(await retire(pair, gone, current)).toEqual({ result: 'retired' })
    const [row] = await server().sql(
      `SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = 'barred'`,
    )
    expect(row).toEqual({ rolcanlogin: false, rolpassword: null })
  })

  test('is refused without the lock of the pair', async () => {
    const { pair, gone, current } = await rotated('loose')
    await withSession(
      { admin: pair.adminSecret, gone, current },
      { ca: server().ca, strategy: 'alternating-users' },
      async (session) => {
        await expect(session.retire?.({ gone: 'gone', keep: 'current', as: 'admin' })).rejects.toThrow('lock')
      },
    )
    await runAs(server(), { user: 'loose', password: 'first loose' }, 'SELECT 1')
  })
})
