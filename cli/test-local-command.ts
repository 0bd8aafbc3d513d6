import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach } from 'vitest'
import { MANIFEST, ROOT } from '../test/tree.ts'
import { runCommand } from './test-run.ts'

export const VALUE = 'pass-word-of-the-test'

/** An empty folder for each test, in which the command runs. */
export let cwd = ''
const running: ChildProcess[] = []
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'quarterturn-cli-'))
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(cwd, { recursive: true, force: true })
})

/** Runs the command in this process; for words that it refuses. */
export const refused = (...args: readonly string[]) => runCommand(['local', ...args], cwd)

/** The command as a process of its own, once it is ready or has ended. */
export async function started(...args: readonly string[]) {
  return await startedWith({}, ...args)
}

export async function startedWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const command = [join(ROOT, MANIFEST.bin.quarterturn), 'local', ...args]
  const child = spawn(process.execPath, command, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  running.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (data: Buffer) => {
    said.out += data
  })
  child.stderr.on('data', (data: Buffer) => {
    said.err += data
  })
  const ended = once(child, 'close').then(([status]) => Number(status))
  /** Resolves when it has said so, or has ended. */
  const says = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (said.out.includes(text)) resolve()
      }
      child.stdout.on('data', look)
      void ended.then(() => resolve())
      look()
    })
  await says('Ready.')
  const environment = Object.fromEntries(
    [...said.out.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  const client = new SecretsManagerClient({
    endpoint: environment['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:1',
    region: environment['AWS_REGION'] ?? 'none',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  })
  return { child, said, ended, says, environment, client }
}

export const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`
