import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildHandler } from '../scripts/build.ts'
import { isUnavailable } from '../test/servers/binaries.ts'
import { findMysql, type MysqlKind } from '../test/servers/mysql/binaries.ts'
import { findMysqlTarget } from './mysql/target.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

let folder: string
beforeAll(async () => {
  await buildHandler('rotate-postgres')
  await buildHandler('rotate-mysql')
  await buildHandler('rotate-oauth')
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-demo-'))
  // Everybody may write here, as in /tmp: as root the server has an account of its own.
  await chmod(folder, 0o1777)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const started = new Set<ChildProcess>()
// A test that failed or ran out of time has not ended its demo.
afterEach(() => {
  for (const demo of started) demo.kill('SIGKILL')
  started.clear()
})

/** In a process group of its own, by which what it started can be found. */
function startDemo(...args: readonly string[]): ChildProcess {
  const demo = spawn(process.execPath, [MAIN, ...args], {
    detached: true,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(demo)
  return demo
}

async function outcomeOf(demo: ChildProcess) {
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    demo[name]?.on('data', (data) => {
      text[name] += String(data)
    })
  const [code, signal]: unknown[] = await once(demo, 'close')
  return { code, signal, ...text }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null

/** Files in the temp folder, programs that work there, and whoever is left of the process group. */
async function leftBy({ pid }: ChildProcess): Promise<string[]> {
  const left = await readdir(folder)
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [command, status] = await Promise.all(
      ['cmdline', 'stat'].map((name) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '')),
    )
    // After the name in parentheses: state, parent, group. A zombie is gone but for its parent's notice.
    const [state, , group] = status?.replace(/^.*\) /s, '').split(' ') ?? []
    if (state !== 'Z' && (command?.includes(folder) || group === String(pid)))
      left.push(`${id}: ${command?.replaceAll('\0', ' ')}`)
  }
  return left
}

/** The guard of a killed server needs a moment. */
async function expectNothingLeft(demo: ChildProcess, hint: string): Promise<void> {
  const end = performance.now() + 20_000
  let left = await leftBy(demo)
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    left = await leftBy(demo)
  }
  expect(left, hint).toEqual([])
}

/** What every strategy must end with, and which one was shown. */
function expectProof(stdout: string, strategies: readonly string[]): void {
  const lines = stdout.split('\n')
  for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
    expect(lines.filter((line) => line.startsWith(`ok      ${step}: `))).toHaveLength(strategies.length)
  const shown = [...stdout.matchAll(/"strategy": "(.+)"/g)].map(([, strategy]) => strategy)
  expect(shown).toEqual(strategies)
  expect(stdout).toContain('"schema": "quarterturn.evidence/1"')
  expect(stdout).toContain('The proof held.')
  expect(stdout).not.toContain('\u001B')
}

test('the demo proves both strategies, in plain lines when piped, and leaves nothing', async () => {
  const demo = startDemo()
  const { code, stdout, stderr } = await outcomeOf(demo)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(await leftBy(demo)).toEqual([])
  expectProof(stdout, ['single-user', 'alternating-users'])
  // single-user, with its gap
  expect(stdout).toMatch(/\d+ queries, .* \d+ failures within the gap, 0 outside of it/)
  expect(stdout).toMatch(/\d+ ms from the server's commit to the label's move, at most \d+ ms stated/)
  // alternating-users, with two users that sign in, and without a failure
  expect(stdout).toContain('AWSCURRENT, QUARTERTURN_CANDIDATE: app_clone signs in')
  expect(stdout).toContain('AWSPREVIOUS: app signs in')
  expect(stdout).toContain('The new password signs in: as app_clone, acting as app')
  expect(stdout).toContain('The previous password still signs in: as app,')
  expect(stdout).toContain('"rights": "equal"')
  expect(stdout).toMatch(/[1-9]\d* queries, .* 0 failures; .* [1-9]\d* as app, [1-9]\d* as app_clone/)
})

describe.each(['mysql', 'mariadb'] as const)('on %s', async (kind) => {
  const found = await findMysql(kind)
  test.skipIf(isUnavailable(found))(
    `two passwords of one account sign in, and the application never fails ${isUnavailable(found) ? found.unavailable : ''}`,
    async () => {
      const demo = startDemo(kind)
      const { code, stdout, stderr } = await outcomeOf(demo)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(await leftBy(demo)).toEqual([])
      expectProof(stdout, ['dual-password'])
      expect(stdout).toContain(`Rotates real ${kind === 'mysql' ? 'MySQL' : 'MariaDB'} passwords`)
      expect(stdout).toContain('AWSCURRENT, QUARTERTURN_CANDIDATE: app signs in')
      expect(stdout).toContain('AWSPREVIOUS: app signs in')
      expect(stdout).toMatch(
        /[1-9]\d* queries, .* 0 failures; .* [1-9]\d* with the new password, [1-9]\d* with the old one/,
      )
    },
  )
})

test('two secrets of an OAuth client get tokens, and no request for one is refused', async () => {
  const demo = startDemo('oauth')
  const { code, stdout, stderr } = await outcomeOf(demo)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(await leftBy(demo)).toEqual([])
  expectProof(stdout, ['overlapping'])
  expect(stdout).toContain('Rotates real OAuth client secrets')
  expect(stdout).toContain('No other client secret lives at the server: two,')
  expect(stdout).toMatch(
    /[1-9]\d* token requests, 0 failures; .* [1-9]\d* with the new secret, [1-9]\d* with the old/,
  )
})

describe('which server `mysql` stands for', () => {
  const unavailable = 'not here; on Debian: install it'
  const ANY = { server: ['a server'], initialise: ['a server'], root: undefined, version: '1.2.3' } as const

  test('MySQL, or MariaDB where there is no MySQL', async () => {
    for (const kind of ['mysql', 'mariadb'] as const) {
      const present = async (asked: MysqlKind) => (asked === kind ? { ...ANY, kind } : { unavailable })
      expect((await findMysqlTarget('mysql', present)).name).toBe(kind === 'mysql' ? 'MySQL' : 'MariaDB')
    }
  })

  test('where there is none it says what was looked for, and how to get it', async () => {
    const none = async () => ({ unavailable })
    await expect(findMysqlTarget('mysql', none)).rejects.toThrow(
      /no server to rotate passwords on.*MySQL: not here; on Debian: install it.*MariaDB: not here/s,
    )
  })
})

test('one strategy is shown alone, with what the handler logs', async () => {
  const { code, stdout } = await outcomeOf(startDemo('single-user', '--logs'))
  expect(code).toBe(0)
  expectProof(stdout, ['single-user'])
  expect(stdout).toContain('"message":"Rotation step ended"')
})

describe('options', () => {
  test('--help tells about all of them', async () => {
    const { code, stdout } = await outcomeOf(startDemo('--help'))
    expect(code).toBe(0)
    for (const word of ['--logs', 'single-user', 'alternating-users', 'mysql', 'mariadb', 'dual-password'])
      expect(stdout).toContain(word)
  })

  test('a strategy that is unknown is answered with those that exist', async () => {
    const { code, stderr } = await outcomeOf(startDemo('two-users'))
    expect(code).toBe(2)
    expect(stderr).toContain(
      "'two-users' is no strategy of the demo; there are single-user and alternating-users",
    )
  })

  test('a strategy that the target has not, or two targets, are refused', async () => {
    const alternating = await outcomeOf(startDemo('mysql', 'alternating-users'))
    expect(alternating.code).toBe(2)
    expect(alternating.stderr).toContain(
      "'alternating-users' is no strategy of the demo for mysql; there is dual-password",
    )
    const both = await outcomeOf(startDemo('mysql', 'postgres'))
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('one target at a time, not mysql and postgres')
  })

  test.each(['--log', 'now'])('%s is refused by name', async (option) => {
    const { code, stdout, stderr } = await outcomeOf(startDemo(option))
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(`'${option}'`)
    expect(stderr).toContain('Usage: npm run demo')
  })
})

describe('a demo that is ended leaves no process and no file', () => {
  const seed = Date.now()
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const
  const moments = fc.sample(fc.integer({ min: 50, max: 6_000 }), { seed, numRuns: 2 })

  test.each(SIGNALS)('by %s, at any moment', async (signal) => {
    for (const moment of moments) {
      const demo = startDemo()
      const ended = outcomeOf(demo)
      await Promise.race([new Promise((resolve) => setTimeout(resolve, moment)), ended])
      demo.kill(signal)
      await ended
      await expectNothingLeft(demo, `after ${moment} ms, seed ${seed}`)
    }
  })

  test('by Ctrl-C, which reaches the whole group, and twice', async () => {
    for (const moment of moments) {
      const demo = startDemo()
      const ended = outcomeOf(demo)
      await Promise.race([new Promise((resolve) => setTimeout(resolve, moment)), ended])
      for (let times = 0; times < 2 && isRunning(demo); times += 1) {
        if (demo.pid !== undefined) process.kill(-demo.pid, 'SIGINT')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await ended
      await expectNothingLeft(demo, `after ${moment} ms, seed ${seed}`)
    }
  })

  test('by a reader that closes the pipe', async () => {
    const demo = startDemo()
    if (demo.stdout !== null) await once(demo.stdout, 'data')
    demo.stdout?.destroy()
    const [code] = await once(demo, 'exit')
    expect(code).toBe(1)
    await expectNothingLeft(demo, 'closed pipe')
  })
})
