/** Consumers may be sent to a replica or a pooler, and changes are made at the server itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { type MysqlServer, requireMysql } from '../../test/servers/mysql/server.ts'
import { type Pooler, startPooler } from '../../test/servers/pooler.ts'
import { freshPair, WHOLE } from './alternating/test-pair.ts'
import { createMysql } from './index.ts'
import { createAccount, createAdmin, secretFor, signsIn, stageRotation } from './test-target.ts'

test('an admin secret of RDS has no engine, host or port; RDS names them, and the secret nothing but TLS', () => {
  const { admin, schema } = createMysql()
  const secret = { host: 'copy', adminHost: 'evil', dbname: 'shop', ssl: true, port: 1 }
  for (const engine of ['mysql', 'aurora-mysql', 'mariadb']) {
    const completed = { username: 'admin', password: 'p', engine, host: 'Main.example', port: 3307 }
    const value = admin?.value({ admin: completed, secret })
    expect(schema.parse(value)).toEqual({ ...completed, host: 'main.example', ssl: true })
  }
})

describeOnEachMysql('the server of changes', {}, (server, kind) => {
  let pooler: Pooler | undefined
  let other: MysqlServer | undefined
  beforeAll(async () => {
    pooler = await startPooler(server().port, withAnotherThread)
    other = await requireMysql({ kind })
  })
  afterAll(async () => {
    await pooler?.close()
    await other?.stop()
  })

  test('is not a pooler: the session then belongs to another thread than the one that greeted', async () => {
    const pair = await freshPair(server(), 'pooled')
    const at = { port: pooler?.port, ssl: false }
    const options = { allowClearTextLoopback: true, ca: server().ca }
    const admin = { ...pair.adminSecret, ...at }
    const stage = stageRotation({ ...pair.secret, ...at }, options, { admin })
    expect(await stage.preflight()).toEqual(['testSecret ADMIN_INVALID'])
    expect(stage.problem).toContain('a pooler or a proxy')
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_INVALID'])
    // Consumers may go on through it where the server itself is named for changes.
    const named = stageRotation(
      { ...pair.secret, ...at, adminHost: 'localhost', adminPort: server().port },
      options,
      { admin: { ...pair.adminSecret, ssl: false }, strategy: 'alternating-users' },
    )
    expect(await named.rotate(), named.problem).toEqual(WHOLE)
    expect(named.value('AWSCURRENT')).toMatchObject({ port: pooler?.port, username: 'pooled_clone' })
  })

  describe('may be another than the replica of consumers', () => {
    const replica = (): MysqlServer => {
      if (other === undefined) throw new Error('the other server is there only while the cases run')
      return other
    }
    const options = () => ({ ca: `${server().ca}\n${replica().ca}` })
    const behind = () => ({
      host: replica().host,
      port: replica().port,
      adminHost: server().host,
      adminPort: server().port,
    })

    test('of two users: AWSCURRENT stays until the replica knows the new one', async () => {
      const pair = await freshPair(server(), 'behind')
      const staging = { admin: pair.adminSecret, strategy: 'alternating-users' } as const
      const stage = stageRotation({ ...pair.secret, ...behind() }, options(), staging)
      expect(await stage.preflight()).toEqual(['testSecret CONSUMER_REFUSED'])
      await createAccount(replica(), 'behind', 'first behind')
      expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
      expect(await stage.rotate()).toEqual([...WHOLE.slice(0, 3), 'finishSecret CONSUMER_REFUSED'])
      expect(stage.value('AWSCURRENT')['username']).toBe('behind')
      // What replication brings.
      await createAccount(replica(), 'behind_clone', String(stage.password('AWSPENDING')))
      expect(await stage.repeat(['finishSecret']), stage.problem).toEqual(['finishSecret done'])
      expect(stage.value('AWSCURRENT')).toMatchObject({
        username: 'behind_clone',
        port: replica().port,
      })
    })

    test('of one user with two passwords as well, which costs one failed sign-in there', async () => {
      await createAccount(server(), 'sole', 'first sole')
      await createAccount(replica(), 'sole', 'first sole')
      await createAdmin(server(), 'sole_admin', 'of the admin')
      const admin = secretFor(server(), { username: 'sole_admin', password: 'of the admin' })
      const secret = secretFor(replica(), { username: 'sole', password: 'first sole' })
      const stage = stageRotation({ ...secret, ...behind() }, options(), { admin })
      expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
      expect(await stage.rotate()).toEqual([...WHOLE.slice(0, 3), 'finishSecret CONSUMER_REFUSED'])
      expect(stage.password('AWSCURRENT')).toBe('first sole')
      await replica().sql(`ALTER USER sole IDENTIFIED BY '${stage.password('AWSPENDING')}'`)
      expect(await stage.repeat(['finishSecret']), stage.problem).toEqual(['finishSecret done'])
      expect(await signsIn(server(), 'sole', String(stage.password('AWSCURRENT')))).toBe(true)
    })

    test('of one user in place, which is changed and proven there alone', async () => {
      await createAccount(server(), 'placed', 'first placed')
      const secret = secretFor(replica(), { username: 'placed', password: 'first placed' })
      const stage = stageRotation({ ...secret, ...behind() }, options(), { strategy: 'single-user' })
      expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      expect(stage.value('AWSCURRENT')).toMatchObject({ port: replica().port })
      expect(await signsIn(server(), 'placed', String(stage.password('AWSCURRENT')))).toBe(true)
    })
  })
})

/** Head of 4 bytes, version of the protocol, version of the server that ends in a zero, thread of 4 bytes. */
function withAnotherThread(piece: Buffer, isFirst: boolean): Buffer {
  if (!isFirst) return piece
  const changed = Buffer.from(piece)
  const at = changed.indexOf(0, 5) + 1
  changed.writeUInt32LE(changed.readUInt32LE(at) + 1_000_000, at)
  return changed
}
