import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { stageRotation } from './test-rotation.ts'
import { change, createRole, secretFor, signsIn, withSession } from './test-target.ts'

describeOnEachPostgres(
  'a check',
  { hba: ['host all md5,md5too 127.0.0.1/32 md5', 'host all asked 127.0.0.1/32 password'] },
  (server) => {
    const of = (username: string, fields = {}) =>
      secretFor(server(), { username, password: 'right', ...fields })
    const trust = () => ({ ca: server().ca })
    const checked = (username: string) =>
      withSession({ current: of(username) }, trust(), (session) => session.check({ as: 'current' }))
    const changed = (username: string, password = 'new') =>
      change(of(username), of(username, { password }), trust())

    test('of an ordinary role finds nothing missing and nothing to say', async () => {
      await createRole(server(), 'app', 'right')
      expect(await checked('app')).toEqual({ possible: true, missing: [], notes: [] })
    })

    test.each([
      ['VALID UNTIL soon', 'soon', "VALID UNTIL '9 days'", 'VALID UNTIL'],
      ['a superuser', 'super', 'SUPERUSER', 'superuser'],
      ['REPLICATION', 'replica', 'REPLICATION', 'REPLICATION'],
    ])('says when the role has %s', async (_, name, clause, note) => {
      const until = new Date(Date.now() + 9 * 24 * 60 * 60 * 1000).toISOString()
      await createRole(server(), name, 'right', clause.replace("'9 days'", `'${until}'`))
      const { possible, notes } = await checked(name)
      expect(possible).toBe(true)
      expect(notes).toEqual([expect.stringContaining(note)])
    })

    test('is silent about VALID UNTIL far away or never', async () => {
      await createRole(server(), 'later', 'right', "VALID UNTIL '2999-01-01'")
      await createRole(server(), 'never', 'right', "VALID UNTIL 'infinity'")
      expect((await checked('later')).notes).toEqual([])
      expect((await checked('never')).notes).toEqual([])
    })

    test('says when the hash is md5, and when the password itself is asked for', async () => {
      await server().sql(`SET password_encryption = md5; CREATE ROLE md5 LOGIN PASSWORD 'right'`)
      expect((await checked('md5')).notes).toEqual([
        expect.stringContaining('QUARTERTURN_POSTGRES_HASH=scram'),
      ])
      await createRole(server(), 'asked', 'right')
      expect((await checked('asked')).notes).toEqual([expect.stringContaining('LDAP')])
    })

    test('rejects with the reason when it cannot sign in', async () => {
      const wrong = of('app', { password: 'wrong' })
      await withSession({ current: wrong, pending: wrong }, trust(), async (session) => {
        await expect(session.check({ as: 'current' })).rejects.toMatchObject({ code: 'CURRENT_REFUSED' })
        await expect(session.check({ as: 'pending' })).rejects.toMatchObject({ code: 'PENDING_REFUSED' })
      })
    })

    describe('where RDS restricts who changes passwords', () => {
      test('names the statement that lets the role do it', async () => {
        await server().sql('CREATE ROLE rds_password NOLOGIN')
        await createRole(server(), 'Odd "name"', 'right')
        await server().useSettings({ 'rds.restrict_password_commands': 'on' })
        expect(await checked('Odd "name"')).toEqual({
          possible: false,
          missing: [
            {
              privilege: expect.stringContaining('rds_password'),
              remedy: 'GRANT rds_password TO "Odd ""name""";',
            },
          ],
          notes: [],
        })
      })

      test('is content with a member', async () => {
        await createRole(server(), 'member', 'right', 'IN ROLE rds_password')
        expect((await checked('member')).possible).toBe(true)
        await server().useSettings({ 'rds.restrict_password_commands': 'off' })
        expect((await checked('Odd "name"')).possible).toBe(true)
      })
    })

    describe('of a server that takes no changes', () => {
      test('a role or database that is read-only by its own setting is no obstacle', async () => {
        await createRole(server(), 'reader', 'right')
        await server().sql('ALTER ROLE reader SET default_transaction_read_only = on')
        expect((await checked('reader')).possible).toBe(true)
        expect(await changed('reader')).toEqual({ result: 'applied' })
        expect(await signsIn(server(), 'reader', 'new')).toBe(true)
      })

      test('settings of the role that would get in the way do not', async () => {
        await createRole(server(), 'odd', 'right')
        await server().sql(`
        CREATE SCHEMA traps; GRANT USAGE ON SCHEMA traps TO PUBLIC;
        CREATE FUNCTION traps.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 'trap' $$;
        CREATE FUNCTION traps.pg_try_advisory_lock(bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
        CREATE ROLE odd_owner; GRANT odd_owner TO odd;
        ALTER ROLE odd SET search_path = traps, pg_catalog;
        ALTER ROLE odd SET role = 'odd_owner';
        ALTER ROLE odd SET client_encoding = 'LATIN1';
        ALTER ROLE odd SET standard_conforming_strings = off;
        ALTER ROLE odd SET default_transaction_isolation = 'serializable';
        ALTER ROLE odd SET synchronous_commit = off;
        ALTER ROLE odd SET statement_timeout = 0`)
        expect(await changed('odd', `n\\ew'`)).toEqual({ result: 'applied' })
        expect(await signsIn(server(), 'odd', `n\\ew'`)).toBe(true)
      })

      test('a server set to read-only is named', async () => {
        await server().useSettings({ default_transaction_read_only: 'on' })
        await expect(checked('app')).rejects.toMatchObject({ code: 'TARGET_READ_ONLY' })
        await expect(changed('app')).rejects.toMatchObject({ code: 'TARGET_READ_ONLY' })
        await server().useSettings({ default_transaction_read_only: 'off' })
      })

      test('a replica is named, and proves credentials only where consumers connect', async () => {
        const signal = join(server().dataFolder, 'standby.signal')
        await server().halt()
        await writeFile(signal, '')
        await server().restart()
        await expect(checked('app')).rejects.toMatchObject({ code: 'TARGET_READ_ONLY' })
        await expect(changed('app')).rejects.toMatchObject({ code: 'TARGET_READ_ONLY' })
        await withSession({ current: of('app') }, trust(), async (session) => {
          expect(await session.probe({ who: 'current', at: 'consumer' })).toEqual({
            verdict: 'accepted',
            as: 'app',
          })
          expect(await session.probe({ who: 'current', at: 'writer' })).toEqual({
            verdict: 'unknown',
            reason: expect.stringContaining('replica'),
            code: 'TARGET_READ_ONLY',
          })
        })
        expect(await stageRotation(of('app'), trust()).rotate()).toEqual([
          'createSecret done',
          'setSecret TARGET_READ_ONLY',
        ])
        await server().halt()
        await rm(signal)
        await server().restart()
      })
    })
  },
)
