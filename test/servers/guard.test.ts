import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from './binaries.ts'
import { requirePostgres } from './postgres.ts'
import { findServers, POSTGRES_SERVERS } from './required.ts'

const PARENT = fileURLToPath(new URL('test-parent.ts', import.meta.url))
/** A guard is the same for every version; the two are started from different places. */
const kinds = (await findServers(POSTGRES_SERVERS))
  .filter((server) => !isUnavailable(server))
  .map(({ kind }) => kind)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-guard-'))
  // Everybody may write here, as in /tmp: the server has an account of its own.
  await chmod(folder, 0o1777)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const startParent = (kind: string, account: object = {}): ChildProcess =>
  spawn(process.execPath, [PARENT, kind], {
    ...account,
    cwd: '/',
    env: { PATH: process.env['PATH'], TMPDIR: folder, HOME: folder, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const isReady = async (parent: ChildProcess): Promise<string> => {
  if (parent.stdout === null) throw new Error('no output')
  const [first] = await once(parent.stdout, 'data')
  return String(first)
}

/** What is left in the folder, and who still works on it. */
async function left(): Promise<string[]> {
  const processes: string[] = []
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(folder)) processes.push(`${pid}: ${command.replaceAll('\0', ' ').slice(0, 100)}`)
  }
  return [...(await readdir(folder)), ...processes]
}

async function expectNothingLeft(): Promise<void> {
  const end = performance.now() + 20_000
  let found = await left()
  while (found.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    found = await left()
  }
  expect(found).toEqual([])
}

describe('a server whose parent is gone', () => {
  test.each(kinds)('leaves nothing, of kind %s after SIGKILL', (kind) => leavesNothing(kind, 'SIGKILL'))

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing after %s', (signal) =>
    leavesNothing('embedded', signal),
  )

  test('leaves nothing whenever the signal comes, also while it initialises', async () => {
    const delays = [120, 250, 350, 450, 600, 800].map((ms) => ms * (0.75 + Math.random() / 2))
    for (const [index, delay] of delays.entries()) {
      const parent = startParent('embedded')
      const ended = once(parent, 'exit')
      await Promise.race([new Promise((resolve) => setTimeout(resolve, delay)), ended])
      parent.kill(index % 3 === 0 ? 'SIGINT' : index % 3 === 1 ? 'SIGKILL' : 'SIGTERM')
      await ended
    }
    await expectNothingLeft()
  })
})

async function leavesNothing(kind: string, signal: NodeJS.Signals): Promise<void> {
  const parent = startParent(kind)
  expect(await isReady(parent)).toContain('"one":1')
  expect((await left()).length).toBeGreaterThan(1)
  parent.kill(signal)
  await once(parent, 'exit')
  await expectNothingLeft()
}

test('a guard whose parent is gone before it is ready removes what it made', async () => {
  // Started as startGuard does, by a process that ends at once: most of the guards find nobody to report to.
  const guards = 20
  const source = `
    import { startGuard } from ${JSON.stringify(new URL('guard.ts', import.meta.url).href)}
    for (let index = 0; index < ${guards}; index += 1) startGuard(${JSON.stringify(folder)} + '/early-' + index)
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'inherit' })
  await once(parent, 'exit')
  // Also those that had not made their folder yet.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await expectNothingLeft()
})

test.skipIf(process.getuid?.() !== 0)(
  'an ordinary user starts a server without another account',
  async () => {
    // A checkout that only root can enter is of no use to others.
    const isPrivate = ((await stat(fileURLToPath(new URL('../..', import.meta.url)))).mode & 0o005) !== 0o005
    if (isPrivate) return
    const parent = startParent('embedded', { uid: 65_534, gid: 65_534 })
    expect(await isReady(parent)).toContain('"one":1')
    parent.kill('SIGKILL')
    await expectNothingLeft()
  },
)

test('several servers run side by side and stop in any order', async () => {
  const [first, second] = await Promise.all([
    requirePostgres({ kind: 'embedded' }),
    requirePostgres({ kind: 'embedded' }),
  ])
  expect(first.port).not.toBe(second.port)
  await first.stop()
  await expect(stat(first.folder)).rejects.toThrow('ENOENT')
  expect(await second.sql('SELECT 1 AS one')).toEqual([{ one: 1 }])
  await Promise.all([second.stop(), second.stop()])
  await expect(stat(second.folder)).rejects.toThrow('ENOENT')
})

test('a server comes back after a crash with its data, on its port, and changes while it runs', async () => {
  const server = await requirePostgres({ kind: 'embedded' })
  const { port } = server
  await server.sql('CREATE TABLE kept AS SELECT 7 AS seven')
  await server.restart('immediate')
  expect(server.port).toBe(port)
  expect(await server.sql('SELECT seven FROM kept')).toEqual([{ seven: 7 }])

  await server.useSettings({ log_statement: 'all' })
  await server.useHba(['host all nobody 127.0.0.1/32 trust'])
  await server.useCertificate(await server.certificates.issue({ names: ['elsewhere.test'] }))
  expect(await server.sql('SELECT count(*)::int AS lines FROM pg_hba_file_rules')).toEqual([{ lines: 3 }])
  expect(await server.sql('SHOW log_statement')).toEqual([{ log_statement: 'none' }])
  expect(await server.log()).not.toContain('count(*)')
  await server.stop()
})

test('kept connections of the superuser take back what a statement sets', async () => {
  const server = await requirePostgres({ kind: 'embedded', keepsSessions: true })
  const pid = async () => (await server.sql('SELECT pg_backend_pid() AS pid'))[0]?.['pid']
  const first = await pid()
  await server.sql("CREATE ROLE other; SET ROLE other; SET statement_timeout = '7s'; BEGIN; COMMIT")
  expect(await server.sql("SELECT current_user::text, current_setting('statement_timeout') AS ms")).toEqual([
    { current_user: 'postgres', ms: '0' },
  ])
  expect(await pid()).toBe(first)
  await expect(server.sql('SELECT nothing')).rejects.toThrow('nothing')
  expect(await pid()).not.toBe(first)
  await server.stop()
})
