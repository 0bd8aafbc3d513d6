/** Where consumers are sent and where changes are made: replicas, proxies and poolers. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeOnNewestPostgres } from '../../../test/servers/each.ts'
import { startPooler } from '../../../test/servers/pooler.ts'
import { type PostgresServer, requirePostgres } from '../../../test/servers/postgres.ts'
import { createPostgres } from '../index.ts'
import { stageRotation } from '../test-rotation.ts'
import { createRole, openSession, secretFor, signsIn } from '../test-target.ts'
import { freshPair, WHOLE } from './test-pair.ts'

const PAIR = { strategy: 'alternating-users' } as const
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-AbCdEf'

describe('an RDS Proxy as `host`', () => {
  const proxied = {
    engine: 'postgres',
    host: 'shop.proxy-c1a2b3.eu-west-1.rds.amazonaws.com',
    username: 'app',
    password: 'p',
  }
  const issues = (secret: object) =>
    createPostgres()
      .schema.safeParse(secret)
      .error?.issues.map(({ message }) => message)

  test('is refused, with the reason and the field that helps', () => {
    const writer = 'db.c1a2b3.eu-west-1.rds.amazonaws.com'
    for (const secret of [proxied, { ...proxied, masterarn: ARN }]) {
      expect(issues(secret)).toEqual([expect.stringContaining('`adminHost`')])
      expect(issues({ ...secret, adminHost: writer })).toBeUndefined()
      expect(issues({ ...secret, adminHost: proxied.host })).toEqual([
        expect.stringContaining('put the writer itself there'),
      ])
    }
  })

  test('has a server of its own for changes, to which the admin secret is compared', () => {
    const { schema, identity } = createPostgres()
    const parsed = schema.parse({
      ...proxied,
      masterarn: ARN,
      adminHost: 'DB.example.com',
      adminPort: '5433',
    })
    expect(identity(parsed)).toMatchObject({ server: { host: 'db.example.com', port: 5433 } })
  })
})

describeOnNewestPostgres(
  'the server of changes',
  { settings: { max_wal_senders: '0', wal_level: 'replica' } },
  (server) => {
    const ends: (() => Promise<unknown>)[] = []
    afterAll(() => Promise.all(ends.map((end) => end())))

    test('is not a pooler: the session then belongs to another process than the one that greeted', async () => {
      const pair = await freshPair(server(), 'pooled')
      const pooler = await startPooler(server().port, withAnotherKey)
      ends.push(() => pooler.close())
      const at = { port: pooler.port, ssl: false }
      const options = { allowClearTextLoopback: true }
      const stage = stageRotation({ ...pair.secret, ...at }, options, {
        admin: { ...pair.adminSecret, ...at },
      })
      expect(await stage.preflight()).toEqual(['testSecret ADMIN_INVALID'])
      expect(stage.problem).toContain('a pooler or a proxy')
      expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_INVALID'])
      // Consumers may go on through it where the server itself is named for changes.
      const named = stageRotation(
        { ...pair.secret, ...at, adminHost: 'localhost', adminPort: server().port },
        options,
        { admin: { ...pair.adminSecret, ssl: false } },
      )
      expect(await named.rotate(), named.problem).toEqual(WHOLE)
      expect(named.value('AWSCURRENT')).toMatchObject({ port: pooler.port, username: 'pooled_clone' })
    })

    describe('may have a replica as the secret’s `host`', () => {
      let started: PostgresServer | undefined
      beforeAll(async () => {
        started = await requirePostgres({ kind: 'embedded' })
      })
      afterAll(() => started?.stop())
      const other = () => {
        if (started === undefined) throw new Error('the other server is there only while the cases run')
        return started
      }

      test('whose consumers keep the old user until the replica knows the new one', async () => {
        const replica = other()
        const pair = await freshPair(server(), 'behind')
        const verifierOf = async (role: string) => {
          const [row] = await server().sql(`SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`)
          return String(row?.['rolpassword'])
        }
        const { host, port } = replica
        const secret = { ...pair.secret, host, port, adminHost: server().host, adminPort: server().port }
        const stage = stageRotation(
          secret,
          { ca: `${server().ca}\n${replica.ca}` },
          { admin: pair.adminSecret },
        )
        expect(await stage.preflight()).toEqual(['testSecret CONSUMER_REFUSED'])
        await replica.sql(`CREATE ROLE behind LOGIN PASSWORD '${await verifierOf('behind')}'`)
        expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
        expect(await stage.rotate()).toEqual([...WHOLE.slice(0, 3), 'finishSecret CONSUMER_REFUSED'])
        expect(stage.value('AWSCURRENT')['username']).toBe('behind')
        // What replication brings.
        await replica.sql(`CREATE ROLE behind_clone LOGIN PASSWORD '${await verifierOf('behind_clone')}'`)
        expect(await stage.repeat(['finishSecret']), stage.problem).toEqual(['finishSecret done'])
        expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'behind_clone', port })
      })

      test('of one user, which is changed and proven at `adminHost` alone', async () => {
        await createRole(server(), 'sole', 'first sole')
        const { host, port } = other()
        const secret = {
          ...secretFor(other(), { username: 'sole', password: 'first sole' }),
          adminHost: server().host,
          adminPort: server().port,
        }
        const stage = stageRotation(secret, { ca: server().ca })
        expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
        expect(stage.value('AWSCURRENT')).toMatchObject({ host, port })
        expect(await signsIn(server(), 'sole', String(stage.password('AWSCURRENT')))).toBe(true)
      })

      test('then a password is taken there for the time being, and proven at the writer before anything is changed', async () => {
        const replica = other()
        const pair = await freshPair(server(), 'reader')
        await createRole(replica, 'reader', 'first reader')
        await createRole(replica, 'stale', 'an old one')
        await createRole(server(), 'stale', 'the new one')
        const standby = join(replica.dataFolder, 'standby.signal')
        await writeFile(standby, '')
        await replica.restart()
        const secret = {
          ...secretFor(replica, { username: 'reader', password: 'first reader' }),
          masterarn: ARN,
        }
        const trust = { ca: `${server().ca}\n${replica.ca}` }

        const single = openSession({ current: secret }, trust)
        expect(await single.probe({ who: 'current', at: 'writer' })).toMatchObject({
          code: 'TARGET_READ_ONLY',
        })
        await single.close()

        const before = openSession({ current: secret }, { ...trust, ...PAIR })
        expect(await before.probe({ who: 'current', at: 'writer' })).toMatchObject({ verdict: 'accepted' })
        await before.close()

        const pending = { ...secret, username: 'reader_clone', password: 'new' }
        const after = openSession(
          { current: secret, pending, admin: pair.adminSecret },
          { ...trust, ...PAIR },
        )
        expect(await after.check({ as: 'admin' })).toMatchObject({ possible: true })
        expect(
          await after.exclusive({
            as: 'admin',
            work: () => after.apply({ from: 'current', to: 'pending', as: 'admin' }),
          }),
        ).toEqual({ result: 'applied' })
        expect(await after.probe({ who: 'pending', at: 'writer' })).toMatchObject({ verdict: 'accepted' })
        await after.close()

        const old = { ...secret, username: 'stale', password: 'an old one' }
        const behind = openSession(
          { current: old, pending: { ...old, username: 'stale_clone' }, admin: pair.adminSecret },
          { ...trust, ...PAIR },
        )
        await expect(behind.check({ as: 'admin' })).rejects.toMatchObject({ code: 'CURRENT_REFUSED' })
        await expect(
          behind.exclusive({
            as: 'admin',
            work: () => behind.apply({ from: 'current', to: 'pending', as: 'admin' }),
          }),
        ).rejects.toMatchObject({ code: 'CURRENT_REFUSED' })
        await behind.close()
        await replica.halt()
        await rm(standby)
        await replica.restart()
      })
    })
  },
)

/** What a pooler greets with: a key of its own making. `K`, length 12, process, key. */
function withAnotherKey(chunk: Buffer): Buffer {
  const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
  if (at < 0) return chunk
  const changed = Buffer.from(chunk)
  changed.writeUInt32BE(1, at + 5)
  return changed
}
