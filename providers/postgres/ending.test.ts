/** Connections that break, hang or are closed: what was not committed by then never happens. */
import { expect, test } from 'vitest'
import { isQuarterturnError } from '../../shared/provider/index.ts'
import { type CutProxy, type Passing, startCutProxy } from '../../test/servers/cut-proxy.ts'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { startFakePostgres } from '../../test/servers/fake-postgres.ts'
import { createRole, openSession, secretFor, signsIn, withSession } from './test-target.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describeOnEachPostgres('an interrupted change', {}, (server) => {
  const secrets = (at: { host: string; port: number }, username: string, password = 'old') => {
    const current = secretFor(at, { username, password, ssl: false })
    return { current, pending: { ...current, password: 'new' } }
  }
  const clear = { allowClearTextLoopback: true }
  const changeThrough = (proxy: CutProxy, username: string, password: string, next: string) =>
    withSession(
      {
        current: secretFor(proxy, { username, password, ssl: false }),
        pending: secretFor(proxy, { username, password: next, ssl: false }),
      },
      { ...clear, connectTimeoutMs: 2000 },
      (session) =>
        session.exclusive({
          as: 'current',
          work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
        }),
    )
  /** Backends of the role that are still there, after a moment. */
  const gone = async (username: string) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const rows = await server().sql('SELECT pid FROM pg_stat_activity WHERE usename = $1', {
        values: [username],
      })
      if (rows.length === 0) return
      await pause(20)
    }
    throw new Error(`a session of ${username} does not end`)
  }

  test('leaves exactly one of the two credentials in force, wherever the connection is cut', async () => {
    await createRole(server(), 'cut', 'password 0')
    let inForce = 'password 0'
    let applied = 0
    let messages = Number.POSITIVE_INFINITY
    for (let point = 1; point <= messages; point += 1) {
      const next = `password ${point}`
      const proxy = await startCutProxy(server().port, ({ index, type }) =>
        index === point && type !== 'X' ? 'cut' : 'pass',
      )
      const outcome = await changeThrough(proxy, 'cut', inForce, next).catch((error: unknown) => error)
      await proxy.stop()
      await gone('cut')
      const [isOld, isNew] = [await signsIn(server(), 'cut', inForce), await signsIn(server(), 'cut', next)]
      expect([isOld, isNew].filter(Boolean), `cut at message ${point}`).toHaveLength(1)
      if (!isQuarterturnError(outcome)) {
        expect(outcome).toEqual({ result: 'applied' })
        expect(isNew).toBe(true)
        applied += 1
      }
      if (proxy.seen.length < point) break
      messages = Math.min(messages, 200)
      if (isNew) inForce = next
    }
    // The last round had nothing left to cut.
    expect(applied).toBeGreaterThan(0)
  })

  const rule = (matches: (passing: Passing) => boolean, ruling: 'cut' | 'hold') => (passing: Passing) =>
    matches(passing) ? ruling : ('pass' as const)

  test('does not happen when the connection breaks before the server has the commit', async () => {
    await createRole(server(), 'before', 'old')
    const isCommit = ({ from, text }: Passing) => from === 'client' && text.startsWith('COMMIT')
    const proxy = await startCutProxy(server().port, rule(isCommit, 'cut'))
    await expect(changeThrough(proxy, 'before', 'old', 'new')).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
    })
    await proxy.stop()
    expect(await signsIn(server(), 'before', 'old')).toBe(true)
  })

  test('rejects when the reply to the commit is lost, although the new credential is in force', async () => {
    await createRole(server(), 'after', 'old')
    const isReply = ({ from, type, text }: Passing) =>
      from === 'server' && type === 'C' && text.startsWith('COMMIT')
    const proxy = await startCutProxy(server().port, rule(isReply, 'cut'))
    await expect(changeThrough(proxy, 'after', 'old', 'new')).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
    })
    await proxy.stop()
    expect(await signsIn(server(), 'after', 'new')).toBe(true)
  })

  test('is not carried out by the server after the session was closed', async () => {
    await createRole(server(), 'late', 'old')
    // Somebody else holds the row of the role, so the statement waits at the server when the session is closed.
    const blocker = server().sql('BEGIN; ALTER ROLE late CONNECTION LIMIT 9; SELECT pg_sleep(1.5); ROLLBACK')
    await pause(200)
    const session = openSession(secrets(server(), 'late'), clear)
    const work = session
      .exclusive({
        as: 'current',
        work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
      })
      .catch((error: unknown) => error)
    await pause(400)
    const waiting = await server().sql(`SELECT query FROM pg_stat_activity WHERE usename = 'late'`)
    expect(waiting[0]?.['query']).toContain('ALTER ROLE')
    await session.close()
    expect(isQuarterturnError(await work)).toBe(true)
    await blocker
    await gone('late')
    expect(await signsIn(server(), 'late', 'old')).toBe(true)
    expect(await signsIn(server(), 'late', 'new')).toBe(false)
  })

  test('waits for a lock at the server for less than its time, and then says so', async () => {
    await createRole(server(), 'waits', 'old')
    const blocker = server().sql('BEGIN; ALTER ROLE waits CONNECTION LIMIT 9; SELECT pg_sleep(3); ROLLBACK')
    await pause(200)
    const started = performance.now()
    const work = withSession(secrets(server(), 'waits'), { ...clear, timeLeftMs: 2000 }, (session) =>
      session.exclusive({
        as: 'current',
        work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
      }),
    )
    await expect(work).rejects.toMatchObject({ code: 'TARGET_BUSY' })
    expect(performance.now() - started).toBeLessThan(1700)
    await blocker
    expect(await signsIn(server(), 'waits', 'old')).toBe(true)
  })

  test('ends at the server by itself when this process does not come back', async () => {
    await createRole(server(), 'frozen', 'old')
    const isAlter = ({ from, text }: Passing) => from === 'client' && text.startsWith('ALTER ROLE')
    const proxy = await startCutProxy(server().port, rule(isAlter, 'hold'))
    const session = openSession(secrets(proxy, 'frozen'), { ...clear, timeLeftMs: 1200 })
    const work = session
      .exclusive({
        as: 'current',
        work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
      })
      .catch((error: unknown) => error)
    await pause(300)
    expect(await server().sql(`SELECT state FROM pg_stat_activity WHERE usename = 'frozen'`)).toEqual([
      { state: 'idle in transaction' },
    ])
    // idle_in_transaction_session_timeout, while neither our side nor the proxy says anything.
    await gone('frozen')
    expect(isQuarterturnError(await work)).toBe(true)
    await session.close()
    await proxy.stop()
    expect(await signsIn(server(), 'frozen', 'old')).toBe(true)
  })

  test('ends with the signal of the engine', async () => {
    await createRole(server(), 'aborted', 'old')
    const controller = new AbortController()
    const session = openSession(secrets(server(), 'aborted'), { ...clear, signal: controller.signal })
    const work = session.exclusive({
      as: 'current',
      work: () => pause(200).then(() => session.check({ as: 'current' })),
    })
    const settled = work.catch((error: unknown) => error)
    await pause(100)
    controller.abort()
    expect(await settled).toBeInstanceOf(Error)
    await gone('aborted')
    await expect(session.probe({ who: 'current', at: 'writer' })).rejects.toThrow('closed')
  })
})

test('closing ends a sign-in that hangs, at once and more than once, and no byte follows', async () => {
  const fake = await startFakePostgres({})
  const current = secretFor(fake, { username: 'app', password: 'x', ssl: false })
  const session = openSession({ current }, { allowClearTextLoopback: true })
  const verdict = session.probe({ who: 'current', at: 'writer' })
  await pause(100)
  const started = performance.now()
  await Promise.all([session.close(), session.close()])
  expect(performance.now() - started).toBeLessThan(200)
  expect(await verdict).toEqual({
    verdict: 'unknown',
    reason: 'the session was closed',
    code: 'TARGET_UNREACHABLE',
  })
  const count = fake.received.length
  await pause(100)
  expect(fake.received.length).toBe(count)
  // A reset also throws away what the system had not sent yet.
  expect(fake.endings).toEqual(['ECONNRESET'])
  await session.close()
  await fake.stop()
})
