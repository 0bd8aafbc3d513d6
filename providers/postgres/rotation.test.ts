import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createTrust } from '../../shared/database/trust.ts'
import { budget } from '../../shared/network/budget.ts'
import { isQuarterturnError } from '../../shared/provider/index.ts'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { changePassword } from './change.ts'
import { signIn } from './link.ts'
import { lockKey } from './lock.ts'
import { stageRotation } from './test-rotation.ts'
import { change, createRole, openSession, probe, secretFor, signsIn, withSession } from './test-target.ts'

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isQuarterturnError(error) ? error.code : String(error)),
  )

describeOnEachPostgres('a rotation', {}, (server) => {
  const trust = () => ({ ca: server().ca })
  /** A fresh role with its current and pending secret. */
  const fresh = async (name: string, more = '') => {
    await createRole(server(), name, `old ${name}`, more)
    const current = secretFor(server(), { username: name, password: `old ${name}` })
    return { current, pending: { ...current, password: `new ${name}` } }
  }

  test('after apply the pending credential signs in and the old one is refused', async () => {
    const { current, pending } = await fresh('plain')
    expect(await probe(current, trust())).toEqual({ verdict: 'accepted', as: 'plain' })
    expect(await change(current, pending, trust())).toEqual({ result: 'applied' })
    expect(await signsIn(server(), 'plain', 'new plain')).toBe(true)
    expect(await signsIn(server(), 'plain', 'old plain')).toBe(false)
    expect(await probe(pending, trust())).toEqual({ verdict: 'accepted', as: 'plain' })
    expect((await probe(current, trust())).verdict).toBe('rejected')
  })

  test('the same change twice is harmless, signed in with what is in force', async () => {
    const { current, pending } = await fresh('twice')
    await change(current, pending, trust())
    expect(await change(pending, pending, trust())).toEqual({ result: 'applied' })
    expect(await signsIn(server(), 'twice', 'new twice')).toBe(true)
  })

  test('the current credential can be put back in the session that changed it', async () => {
    const secrets = await fresh('back')
    await withSession(secrets, trust(), (session) =>
      session.exclusive({
        as: 'current',
        work: async () => {
          await session.apply({ from: 'current', to: 'pending', as: 'current' })
          expect((await session.probe({ who: 'pending', at: 'writer' })).verdict).toBe('accepted')
          await session.apply({ from: 'pending', to: 'current', as: 'current' })
        },
      }),
    )
    expect(await signsIn(server(), 'back', 'old back')).toBe(true)
  })

  test('a role that is dropped directly before its change is told as refused, not as a lost connection', async () => {
    const { current } = await fresh('dropped')
    const stage = stageRotation(current, trust(), {
      underLock: () => server().sql('DROP ROLE dropped'),
    })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret CURRENT_REFUSED'])
    expect(stage.remedy).toContain('create the role again')
  })

  test('the verifier stored is what the server would have made of the password itself', async () => {
    const { current, pending } = await fresh('stored')
    await change(current, pending, trust())
    const [row] = await server().sql(`SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'stored'`)
    expect(row?.['verifier']).toMatch(
      /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
    )
  })

  describe('the lock', () => {
    test('a second session waits until the first is done', async () => {
      const secrets = await fresh('queue')
      const order: string[] = []
      const first = openSession(secrets, trust())
      const second = openSession(secrets, trust())
      let release = () => {}
      let entered = () => {}
      const inside = new Promise<void>((resolve) => {
        entered = resolve
      })
      const held = first.exclusive({
        as: 'current',
        work: async () => {
          entered()
          await new Promise<void>((resolve) => {
            release = resolve
          })
          order.push('first')
        },
      })
      await inside
      const waiting = second.exclusive({ as: 'current', work: async () => order.push('second') })
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(order).toEqual([])
      release()
      await Promise.all([held, waiting])
      expect(order).toEqual(['first', 'second'])
      await Promise.all([first.close(), second.close()])
    })

    test('a wait takes only a part of the time left and ends in TARGET_BUSY', async () => {
      const secrets = await fresh('busy')
      await withSession(secrets, trust(), (first) =>
        first.exclusive({
          as: 'current',
          work: async () => {
            const started = performance.now()
            const second = withSession(secrets, { ...trust(), timeLeftMs: 1500 }, (session) =>
              session.exclusive({ as: 'current', work: async () => {} }),
            )
            expect(await codeOf(second)).toBe('TARGET_BUSY')
            expect(performance.now() - started).toBeLessThan(1200)
          },
        }),
      )
    })

    test('whoever holds it is named, as far as that may be seen', async () => {
      const secrets = await fresh('named')
      await createRole(server(), 'Odd "one"', 'right')
      const { host, port, ca } = server()
      const holder = new pg.Client({
        host,
        port,
        user: 'Odd "one"',
        password: 'right',
        database: 'postgres',
        application_name: 'nightly batch',
        ssl: { ca },
      })
      await holder.connect()
      const { rows } = await holder.query('SELECT pg_backend_pid() AS pid, pg_advisory_lock($1)', [
        lockKey('named').toString(),
      ])
      const blocked = () =>
        withSession(secrets, { ...trust(), timeLeftMs: 600 }, (session) =>
          session.exclusive({ as: 'current', work: async () => {} }),
        )
      await expect(blocked()).rejects.toMatchObject({
        code: 'TARGET_BUSY',
        problem: `the lock of this account is held by pid ${rows[0].pid} (role "Odd \\"one\\"", application_name "nightly batch")`,
      })
      await server().sql('REVOKE SELECT ON pg_stat_activity FROM PUBLIC')
      await expect(blocked()).rejects.toMatchObject({
        problem: 'the lock of this account is held by another session',
      })
      await server().sql('GRANT SELECT ON pg_stat_activity TO PUBLIC')
      await holder.end()
    })

    test('it ends with its connection, and a later apply rejects and changes nothing', async () => {
      const secrets = await fresh('lost')
      await withSession(secrets, trust(), async (session) => {
        const work = session.exclusive({
          as: 'current',
          work: async () => {
            await server().sql(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lost' AND application_name = 'quarterturn'`,
            )
            await new Promise((resolve) => setTimeout(resolve, 100))
            await session.apply({ from: 'current', to: 'pending', as: 'current' })
          },
        })
        expect(await codeOf(work)).toBe('TARGET_UNREACHABLE')
      })
      expect(await signsIn(server(), 'lost', 'old lost')).toBe(true)
    })

    test('without it apply rejects', async () => {
      const secrets = await fresh('unlocked')
      await withSession(secrets, trust(), async (session) => {
        await expect(session.apply({ from: 'current', to: 'pending', as: 'current' })).rejects.toThrow('lock')
      })
      expect(await signsIn(server(), 'unlocked', 'old unlocked')).toBe(true)
    })

    test('a session of the server that does not hold it, as behind a pooler, changes nothing', async () => {
      const { username, password } = await fresh('pooled').then(({ current }) => ({
        username: String(current['username']),
        password: String(current['password']),
      }))
      const { host, port, ca } = server()
      const attempt = signIn(
        { host, port, trust: createTrust(ca)(), username, password, dbname: 'postgres' },
        5000,
      )
      const options = { isEncrypted: true, passwordForm: 'verifier', hash: 'keep' } as const
      const work = changePassword(
        await attempt.signedIn,
        { username, password: 'new', ...options },
        budget(5000),
      )
      expect(await codeOf(work)).toBe('TARGET_BUSY')
      await attempt.destroy()
      expect(await signsIn(server(), 'pooled', 'old pooled')).toBe(true)
    })
  })
})
