import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LambdaFunction, startFunction } from './lambda.ts'

let folder = ''
let bundle = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-function-'))
  bundle = join(folder, 'index.mjs')
  const source = `export const handler = async ({ what }, { getRemainingTimeInMillis }) => {
    console.log('it was asked to', what)
    if (what === 'fail') throw Object.assign(new Error('no'), { name: 'Refusal', code: 'REFUSED' })
    if (what === 'exit') process.exit(3)
    if (what === 'hang') await new Promise(() => setTimeout(() => {}, 60_000))
    return { left: getRemainingTimeInMillis(), seen: process.env.SEEN, path: process.env.PATH }
  }`
  await writeFile(bundle, source)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function started<T>(work: (started: LambdaFunction) => Promise<T>): Promise<T> {
  const lambda = await startFunction({
    bundle,
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:one',
    timeoutMs: 5_000,
    environment: { SEEN: 'yes' },
    onLog: () => {},
  })
  try {
    return await work(lambda)
  } finally {
    await lambda.kill()
  }
}

/** Who works on the bundle of this test. */
async function left(): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return commands.filter((command) => command.includes(bundle))
}

describe('a function in a process of its own', () => {
  test('answers, has the environment that it was given and no other, and its log comes before its answer', () =>
    started(async (lambda) => {
      const lines: string[] = []
      const answer = await lambda.invoke({ what: 'work' }, (line) => lines.push(line))
      expect(answer).toEqual({ left: expect.any(Number), seen: 'yes' })
      expect(lines).toEqual(['it was asked to work'])
    }))

  test('fails with the name, the message and the code of what it threw', () =>
    started(async (lambda) => {
      const failure = lambda.invoke({ what: 'fail' }, () => {})
      await expect(failure).rejects.toMatchObject({ name: 'Refusal', message: 'no', code: 'REFUSED' })
    }))

  test('that ends by itself says so at once, and at each later invocation', () =>
    started(async (lambda) => {
      await expect(lambda.invoke({ what: 'exit' }, () => {})).rejects.toThrow('ended by itself (3)')
      await expect(lambda.invoke({ what: 'work' }, () => {})).rejects.toThrow('ended by itself (3)')
    }))

  test('is gone when it was killed, whatever it was at; a repeat does nothing', () =>
    started(async (lambda) => {
      const hanging = lambda.invoke({ what: 'hang' }, () => {})
      const rejected = expect(hanging).rejects.toThrow('SIGKILL')
      await lambda.kill()
      await rejected
      await lambda.kill()
      expect(await left()).toEqual([])
    }))

  test('ends when its parent is killed', async () => {
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('test-parent.ts', import.meta.url)), bundle],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(parent.stdout, 'data')
    expect((await left()).length).toBeGreaterThan(0)
    const ended = once(parent, 'exit')
    parent.kill('SIGKILL')
    await ended
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
  })
})
