import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isQuarterturnError } from '../../shared/provider/index.ts'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { freshPair, PAIR, WHOLE } from './alternating/test-pair.ts'
import { createQuietly } from './test-household.ts'
import { change, secretFor, withSession } from './test-target.ts'

const SETTINGS = {
  'log-bin': 'binlog',
  'server-id': '1',
  'slow-query-log': '1',
  'long-query-time': '0',
  'slow-query-log-file': 'slow.log',
}

describeOnEachMysql('what the logs of the server hold', { settings: SETTINGS }, (server, kind) => {
  const OLD = 'the old password, whole'
  const NEW = 'the new password, whole'
  const NEWER = 'the newer password, whole'

  const everything = async (): Promise<string> => {
    const { dataFolder } = server()
    const files = (await readdir(dataFolder)).filter((name) => /^(binlog\.\d+|slow\.log)$/.test(name))
    expect(files.length).toBeGreaterThanOrEqual(2)
    return [
      await server().log(),
      await server().generalLog(),
      ...(await Promise.all(files.map((name) => readFile(join(dataFolder, name), 'latin1')))),
    ].join('\n')
  }

  test('no password: not in the general log, the slow log, the binary log or the error log', async () => {
    await createQuietly(server(), 'quiet', OLD)
    await createQuietly(server(), 'quiet_admin', 'that of the admin')
    await server().sql(`GRANT CREATE USER ON *.* TO quiet_admin@'%'`)
    await server().sql(
      `GRANT SELECT ON ${kind === 'mysql' ? 'mysql.user' : 'mysql.global_priv'} TO quiet_admin@'%'`,
    )
    const secret = (password: string) => secretFor(server(), { username: 'quiet', password })
    const admin = secretFor(server(), { username: 'quiet_admin', password: 'that of the admin' })
    const { ca } = server()
    expect(
      await change({ current: secret(OLD), pending: secret(NEW) }, { ca, strategy: 'single-user' }),
    ).toEqual({ result: 'applied' })
    const both = { current: secret(NEW), pending: secret(NEWER), admin }
    expect(await change(both, { ca })).toEqual({ result: 'applied' })
    // A statement that fails is logged as well.
    await change({ current: secret(OLD), pending: secret('yet another, whole') }, { ca }).catch(
      () => undefined,
    )

    const logs = await everything()
    expect(logs).toContain('quiet')
    for (const password of [OLD, NEW, NEWER, 'that of the admin', 'yet another, whole'])
      expect(logs.includes(password), password.slice(0, 12)).toBe(false)
  })

  test('no password of two users in turn, nor of one that was retired', async () => {
    const pair = await freshPair(server(), 'hushed')
    // What the test itself set is in the logs, so the values of the rotation are looked for.
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    const [gone, current] = [stage.value('AWSPREVIOUS'), stage.value('AWSCURRENT')]
    await withSession({ gone, current, admin: pair.adminSecret }, { ca: server().ca, ...PAIR }, (session) =>
      session.exclusive({
        as: 'admin',
        work: async () =>
          expect(await session.retire?.({ gone: 'gone', keep: 'current', as: 'admin' })).toEqual({
            result: 'retired',
          }),
      }),
    )
    const logs = await everything()
    expect(logs).toContain('hushed_clone')
    for (const { password } of [gone, current]) expect(logs.includes(String(password))).toBe(false)
  })

  test('errors hold neither a password nor a statement', async () => {
    await createQuietly(server(), 'failing', OLD)
    const secret = (password: string) => secretFor(server(), { username: 'failing', password })
    const failed = await withSession(
      { current: secret(OLD), pending: secret(NEW) },
      { ca: server().ca, strategy: 'single-user' },
      (session) =>
        session.exclusive({
          as: 'current',
          work: async () => {
            await server().sql(`DROP USER failing@'%'`)
            return session.apply({ from: 'current', to: 'pending', as: 'current' })
          },
        }),
    ).catch((error: unknown) => error)
    expect(isQuarterturnError(failed) && failed.code).toBe('CURRENT_REFUSED')
    const text = failed instanceof Error ? `${failed.stack} ${JSON.stringify(failed)} ${failed.cause}` : ''
    expect(text).not.toContain(NEW)
    expect(text).not.toMatch(/ALTER USER|SET PASSWORD/)
  })
})
