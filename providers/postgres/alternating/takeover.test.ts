/** A secret is text that somebody wrote: what it may not get out of an admin. */
import { afterAll, describe, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../../test/servers/each.ts'
import { type PostgresServer, requirePostgres } from '../../../test/servers/postgres.ts'
import { stageRotation } from '../test-rotation.ts'
import { createRole, secretFor, signsIn } from '../test-target.ts'
import { freshPair, setUp, WHOLE } from './test-pair.ts'

describeOnEachPostgres('an admin is not steered', {}, (server) => {
  const trust = () => ({ ca: server().ca })

  test('by a user whose name makes another its pair', async () => {
    const pair = await freshPair(server(), 'victim')
    await createRole(server(), 'victim_clone', 'of the thief')
    await setUp(server(), 'victim_clone', 'for_thief')
    const thief = { ...pair.secret, username: 'victim_clone', password: 'of the thief' }
    const stage = stageRotation(thief, trust(), { admin: pair.adminSecret })
    expect(await stage.preflight()).toEqual(['testSecret ACCOUNT_REFUSED'])
    const rotation = stageRotation(thief, trust(), { admin: pair.adminSecret })
    expect(await rotation.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_REFUSED'])
    expect(rotation.problem).toContain('nothing shows that victim is its pair')
    // Nor with a password for the victim that somebody made up.
    const guess = { ...pair.secret, password: 'a guess' }
    const guessed = stageRotation(thief, trust(), { admin: pair.adminSecret, previous: guess })
    expect(await guessed.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_REFUSED'])
    expect(await signsIn(server(), 'victim', 'first victim')).toBe(true)
  })

  test('to somebody else’s clone, until whoever administers the server says that it is the pair’s', async () => {
    const pair = await freshPair(server(), 'shop')
    await createRole(server(), 'shop_clone', 'of somebody')
    const stage = pair.stage()
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_NOT_OURS'])
    expect(await signsIn(server(), 'shop_clone', 'of somebody')).toBe(true)
    expect(stage.labels()).not.toContain('QUARTERTURN_CANDIDATE')
    await server().sql(String(/COMMENT ON .*;$/.exec(String(stage.remedy))?.[0]))
    await setUp(server(), 'shop_clone', 'shop_admin_2')
    await server().sql('GRANT shop_clone TO shop_admin WITH ADMIN OPTION')
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
  })

  test('by a name that PostgreSQL would cut into another one', async () => {
    const long = `u${'x'.repeat(58)}`
    const pair = await freshPair(server(), 'short')
    await createRole(server(), long, 'right')
    const stage = stageRotation({ ...pair.secret, username: long, password: 'right' }, trust(), {
      admin: pair.adminSecret,
    })
    expect(await stage.rotate()).toEqual(['createSecret ACCOUNT_REFUSED'])
    expect(stage.problem).toContain('longer than 63 bytes')
  })

  test('by two secrets for one user, whichever strategy the second has', async () => {
    const pair = await freshPair(server(), 'one')
    const first = pair.stage()
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
    const second = pair.stage({}, { name: 'second' })
    expect(await second.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_SHARED'])
    const alone = stageRotation(first.value('AWSCURRENT'), trust(), { name: 'third' })
    expect(await alone.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_SHARED'])
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
  })

  test('when it is a superuser: it is not used at all', async () => {
    const pair = await freshPair(server(), 'strong')
    await server().sql('ALTER ROLE strong_admin SUPERUSER')
    const stage = pair.stage()
    expect(await stage.preflight()).toEqual(['testSecret ADMIN_REFUSED'])
    expect(stage.remedy).toContain('CREATE ROLE "rotation_admin" LOGIN NOSUPERUSER CREATEROLE;')
    expect(await pair.stage().rotate()).toEqual(['createSecret done', 'setSecret ADMIN_REFUSED'])
  })

  describe('to a user with what no second one shall have', () => {
    test.each(['SUPERUSER', 'REPLICATION', 'BYPASSRLS'])('%s', async (power) => {
      const user = `with_${power.toLowerCase()}`
      const pair = await freshPair(server(), user)
      await server().sql(`ALTER ROLE ${user} ${power}`)
      const stage = pair.stage()
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_REFUSED'])
      expect(stage.problem).toContain(`${user} has ${power}`)
      expect(await server().sql(`SELECT FROM pg_roles WHERE rolname = '${user}_clone'`)).toEqual([])
    })

    test('row policies that name it, in this database or another', async () => {
      const pair = await freshPair(server(), 'rowed')
      await server().sql('CREATE DATABASE elsewhere')
      for (const database of ['postgres', 'elsewhere']) {
        await server().sql('CREATE TABLE rows (); CREATE POLICY own ON rows TO rowed', { database })
        const stage = pair.stage()
        expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_REFUSED'])
        expect(stage.problem).toContain(database === 'postgres' ? 'own ON public.rows' : 'elsewhere')
        await server().sql('DROP TABLE rows', { database })
      }
      await server().sql('DROP DATABASE elsewhere')
    })
  })

  describe('by a secret that proves its password at one server and names the admin of another', () => {
    let other: PostgresServer | undefined
    afterAll(() => other?.stop())

    test('the server of the admin is asked', async () => {
      other = await requirePostgres({ kind: 'embedded' })
      const pair = await freshPair(server(), 'target')
      await createRole(other, 'target', 'made up')
      const secret = {
        ...secretFor(other, { username: 'target', password: 'made up' }),
        adminHost: server().host,
        adminPort: server().port,
      }
      const stage = stageRotation(secret, { ca: `${server().ca}\n${other.ca}` }, { admin: pair.adminSecret })
      expect(await stage.preflight()).toEqual(['testSecret CURRENT_REFUSED'])
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret CURRENT_REFUSED'])
      expect(await server().sql(`SELECT FROM pg_roles WHERE rolname = 'target_clone'`)).toEqual([])
    })
  })
})
