import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  CreateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MANIFEST, ROOT } from '../test/tree.ts'
import { HELP } from './help.ts'
import { LOCAL_HELP } from './local-help.ts'
import { main } from './main.ts'

const VALUE = 'pass-word-of-the-test'

let cwd = ''
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
async function refused(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const root = pathToFileURL(join(ROOT, '/'))
  const status = await main(['local', ...args], {
    root,
    cwd,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { status, ...said }
}

/** The command as a process of its own, once it is ready or has ended. */
async function started(...args: readonly string[]) {
  const command = [join(ROOT, MANIFEST.bin.quarterturn), 'local', ...args]
  const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
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

const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`

describe('help', () => {
  test('says what there is, and no line of it is wide', async () => {
    expect(await refused('--help')).toEqual({ status: 0, out: LOCAL_HELP, err: '' })
    expect(LOCAL_HELP.split('\n').filter((line) => line.length > 110)).toEqual([])
    expect(HELP).toContain('  local  ')
  })
})

describe('refused, naming the option and the remedy:', () => {
  test.each([
    [['--port', '0'], '--port `0` is no whole number from 1 to 65535; give one'],
    [['--port', 'x'], '--port `x` is no whole number from 1 to 65535; give one'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--seed', '1.5'], '--seed `1.5` is no whole number from 0 to 4294967295; give one'],
    [['--delay-ms', 'soon'], '--delay-ms `soon` is no whole number from 0 to 86400000; give one'],
    [['--account', '1234'], '--account `1234` is not right; it has 12 digits, such as 111122223333'],
    [['--region', 'Ireland'], '--region `Ireland` is not right; it is a Region, such as eu-west-1'],
    [['--data', ''], '--data is empty; give a file'],
    [['--function', 'x.mjs'], '--function `x.mjs` is not NAME=path/to/module.mjs'],
    [['--function', 'a b=x.mjs'], '`a b` is no name; give up to 64 letters, digits, - and _'],
    [['--function', 'f=https://127.0.0.1/'], '`https://127.0.0.1/` is no http:// URL; give one such as'],
    [['--function', 'f=http://example.com/'], 'example.com is another machine; give one on 127.0.0.1'],
    [['--function', 'f=http://127.0.0.1', '--function', 'f=http://127.0.0.1'], '--function f is given twice'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['db'], "Unexpected argument 'db'"],
  ])('%j', async (args, problem) => {
    const { status, out, err } = await refused(...args)
    expect(err).toContain(problem)
    expect(err).toContain('`quarterturn local --help` shows what there is.')
    expect({ status, out }).toEqual({ status: 2, out: '' })
  })

  test.each([
    ['f=none.mjs', 'none.mjs is no file; give a module'],
    ['f=broken.mjs', 'broken.mjs cannot be loaded; mend it'],
    ['f=good.mjs#other', 'good.mjs exports no function `other`; name another by good.mjs#name'],
  ])('--function %s', async (given, problem) => {
    writeFileSync(join(cwd, 'broken.mjs'), 'export const handler = (')
    writeFileSync(join(cwd, 'good.mjs'), 'export const handler = async () => {}')
    const { ended, said } = await started('--function', given)
    expect(await ended).toBe(1)
    expect(said.err).toContain(`quarterturn: --function f: ${problem}`)
  })

  test('a file of state that is damaged', async () => {
    writeFileSync(join(cwd, 'state.json'), '{')
    const { ended, said } = await started('--data', 'state.json')
    expect(await ended).toBe(1)
    expect(said.err).toMatch(
      /^quarterturn: --data .*state\.json: it is damaged: it is no JSON; it was left as it is\n$/,
    )
  })

  test('a port that is taken', async () => {
    const first = await started()
    const port = new URL(first.environment['AWS_ENDPOINT_URL'] ?? '').port
    const { ended, said } = await started('--port', port)
    expect(await ended).toBe(1)
    expect(said.err).toContain(`--port ${port} is taken; give another, or none for a free one`)
  })
})

describe('served', () => {
  test('a function of a module finds the service by its environment, rotates, and each step is shown', async () => {
    // The SDK comes from our own modules.
    const sdk = pathToFileURL(
      join(ROOT, 'node_modules/@aws-sdk/client-secrets-manager/dist-cjs/index.js'),
    ).href
    writeFileSync(
      join(cwd, 'rotate.mjs'),
      `import sdk from '${sdk}'
       const client = new sdk.SecretsManager({})
       export const rotate = async ({ Step, SecretId, ClientRequestToken, RotationToken }) => {
         if (Step === 'createSecret')
           await client.putSecretValue({ SecretId, ClientRequestToken, RotationToken, SecretString: 'rotated', VersionStages: ['AWSPENDING'] })
         if (Step !== 'finishSecret') return
         const { VersionId } = await client.getSecretValue({ SecretId })
         await client.updateSecretVersionStage({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken, RemoveFromVersionId: VersionId })
       }`,
    )
    const { client, child, said, says, ended } = await started('--calm', '--function', 'r=rotate.mjs#rotate')
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN: functionArn('r') }))
    await says('RotationSucceeded')
    expect([...said.out.matchAll(/ {2}(\w+Secret) +ok /g)].map(([, step]) => step)).toEqual([
      'createSecret',
      'setSecret',
      'testSecret',
      'finishSecret',
    ])
    child.kill('SIGUSR1')
    await says('AWSPREVIOUS')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(said.err).toBe('')
    expect(said.out).not.toContain(VALUE)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s waits for a step under way, and the second one does not', async (signal, status) => {
    writeFileSync(
      join(cwd, 'hangs.mjs'),
      'export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
    )
    const { client, child, says, ended } = await started('--calm', '--function', 'h=hangs.mjs')
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN: functionArn('h') }))
    child.kill(signal)
    await says('Waiting for the steps under way (db). Ctrl-C again ends at once.')
    child.kill(signal)
    expect(await ended).toBe(status)
  })

  test('several accounts have a Secrets Manager each, by their access key', async () => {
    const { client, environment } = await started('--account', '111122223333', '--account', '444455556666')
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    const other = new SecretsManagerClient({
      endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: '444455556666', secretAccessKey: '444455556666' },
    })
    const { ARN } = await other.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    expect(ARN).toContain(':444455556666:')
  })

  test('Ctrl-C ends it with 0 though a function keeps something open, such as a pool', async () => {
    writeFileSync(join(cwd, 'pool.mjs'), 'setInterval(() => {}, 1000); export const handler = () => null')
    const { child, ended, said } = await started('--function', 'rotate-db=pool.mjs')
    expect(said.out).toContain('Ready.')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('Ctrl-C ends it with 0 while a module is still loading', async () => {
    writeFileSync(
      join(cwd, 'slow.mjs'),
      "process.stdout.write('Ready. Or nearly'); await new Promise((resolve) => setTimeout(resolve, 60000))",
    )
    const { child, ended } = await started('--function', 'rotate-db=slow.mjs')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })
})
