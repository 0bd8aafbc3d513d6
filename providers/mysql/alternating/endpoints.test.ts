/** Where consumers are sent and where changes are made. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { freePort } from '../../../test/servers/place.ts'
import { signsIn, withSession } from '../test-target.ts'
import { freshPair, PAIR } from './test-pair.ts'

describeOnEachMysql('the server of changes', {}, (server) => {
  test('is that of the admin secret: there the password is proven, and nowhere else', async () => {
    const pair = await freshPair(server(), 'reader')
    // What the secret names is a replica that is down.
    const away = { port: await freePort(), masterarn: 'arn' }
    const current = { ...pair.secret, ...away }
    const pending = { ...current, username: 'reader_clone', password: 'the next one' }
    const values = { current, pending, admin: pair.adminSecret }
    await withSession(values, { ca: server().ca, ...PAIR }, async (session) => {
      expect(await session.probe({ who: 'current', at: 'consumer' })).toMatchObject({ verdict: 'unknown' })
      expect(await session.check({ as: 'admin' })).toMatchObject({ possible: true })
      expect(
        await session.exclusive({
          as: 'admin',
          work: () => session.apply({ from: 'current', to: 'pending', as: 'admin' }),
        }),
      ).toEqual({ result: 'applied' })
      expect(await session.probe({ who: 'pending', at: 'writer' })).toEqual({
        verdict: 'accepted',
        as: 'reader_clone@%',
      })
      expect(await session.compare?.({ a: 'current', b: 'pending', as: 'admin' })).toEqual({
        equal: true,
        differences: [],
      })
    })
    expect(await signsIn(server(), 'reader_clone', 'the next one')).toBe(true)
  })

  test('must take the current password: one of another server says nothing there', async () => {
    const pair = await freshPair(server(), 'target')
    const current = { ...pair.secret, password: 'made up', port: await freePort() }
    const pending = { ...current, username: 'target_clone', password: 'the next one' }
    const values = { current, pending, admin: pair.adminSecret }
    await withSession(values, { ca: server().ca, ...PAIR }, async (session) => {
      const refused = expect.objectContaining({ code: 'CURRENT_REFUSED' })
      await expect(session.check({ as: 'admin' })).rejects.toEqual(refused)
      await expect(
        session.exclusive({
          as: 'admin',
          work: () => session.apply({ from: 'current', to: 'pending', as: 'admin' }),
        }),
      ).rejects.toEqual(refused)
    })
    expect(await server().sql(`SELECT user FROM mysql.user WHERE user = 'target_clone'`)).toEqual([])
  })

  test('changes nothing without the lock of the pair, which is one for both users', async () => {
    const pair = await freshPair(server(), 'lockless')
    const pending = { ...pair.secret, username: 'lockless_clone', password: 'the next one' }
    const values = { current: pair.secret, pending, admin: pair.adminSecret }
    await withSession(values, { ca: server().ca, ...PAIR }, async (session) => {
      await expect(session.apply({ from: 'current', to: 'pending', as: 'admin' })).rejects.toThrow('lock')
    })
    await withSession(values, { ca: server().ca, ...PAIR }, (session) =>
      session.exclusive({
        as: 'admin',
        work: () =>
          withSession(
            { current: pair.secret },
            { ca: server().ca, strategy: 'single-user', timeLeftMs: 1_500 },
            (other) =>
              expect(other.exclusive({ as: 'current', work: async () => {} })).rejects.toMatchObject({
                code: 'TARGET_BUSY',
              }),
          ),
      }),
    )
  })
})
