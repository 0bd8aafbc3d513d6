import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  CreateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, test } from 'vitest'
import { startLocal } from '../shared/local/index.ts'
import { ROOT } from '../test/tree.ts'
import { HELP } from './help.ts'
import { LOCAL_HELP } from './local-help.ts'
import { cwd, functionArn, refused, started, VALUE } from './test-local-command.ts'

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
    [['--seed', '-1'], '--seed has no value; give one, as --seed=VALUE if it begins with a hyphen'],
    [['--seed=-1'], '--seed `-1` is no whole number from 0 to 4294967295; give one'],
    [['--port'], '--port has no value; give one'],
    [['--calm=yes'], '--calm takes no value; leave it out'],
    [['-x'], '-x is no option; leave it out'],
    [['--no-calm'], '--no-calm is no option; leave it out'],
    [['--seed', '1.5'], '--seed `1.5` is no whole number from 0 to 4294967295; give one'],
    [['--delay-ms', 'soon'], '--delay-ms `soon` is no whole number from 0 to 86400000; give one'],
    [['--account', '1234'], '--account `1234` is not right; it has 12 digits, such as 111122223333'],
    [['--region', 'Ireland'], '--region `Ireland` is not right; it is a Region, such as eu-west-1'],
    [['--data', ''], '--data is empty; give a file'],
    [['--function', 'x.mjs'], '--function `x.mjs` is not NAME=path/to/module.mjs'],
    [['--function', 'a b=x.mjs'], '`a b` is no name; give up to 64 letters, digits, - and _'],
    [
      ['--function', 'f=https://127.0.0.1/'],
      'its URL begins with https://; give one such as http://127.0.0.1:9000',
    ],
    [['--function', 'f=http://127.0.0.1:x/'], 'its URL cannot be read; give one such as'],
    [['--function', 'f=http://127.0.0.1:0/'], 'nothing answers on port 0; give the port of the function'],
    [['--function', 'f=http://127.0.0.1/#a'], 'its URL has a space, a backslash or a `#`'],
    [['--function', 'f=http://127.0.0.1/a b'], 'its URL has a space, a backslash or a `#`'],
    [['--function', 'f=http://127.0.0.1\\@example.com/'], 'its URL has a space, a backslash or a `#`'],
    [['--function', 'f=http://example.com/'], 'example.com is another machine; give one on 127.0.0.1'],
    [['--function', 'f=http://127.0.0.1', '--function', 'f=http://127.0.0.1'], '--function f is given twice'],
    [['--prot', '1'], '--prot is no option; leave it out'],
    [['db'], '`db` belongs to no option; leave it out'],
  ])('%j', async (args, problem) => {
    const { status, out, err } = await refused(...args)
    expect(err).toContain(problem)
    expect(err.split('\n').slice(1)).toEqual(['`quarterturn local --help` shows what there is.', ''])
    expect({ status, out }).toEqual({ status: 2, out: '' })
  })

  test.each(['http://app:pass-word@127.0.0.1:9000', 'https://app:pass-word@x/', 'http://app:pass-word@:x/'])(
    'a password in the URL of a function, which is not repeated: %s',
    async (url) => {
      const { status, err } = await refused('--function', `f=${url}`)
      expect({ status, err }).toEqual({
        status: 2,
        err: expect.stringMatching(/; (leave that out|give one)/),
      })
      expect(err).not.toContain('pass-word')
    },
  )

  test.each([
    ['{', 'it is no JSON; mend it'],
    ['[]', 'it: Invalid input: expected object, received array; mend it'],
    ['{"accounts":{"1":{}}}', 'accounts.1: is no account; give its 12 digits; mend it'],
    [
      '{"accounts":{"444455556666":{"roles":{"target":{"trust":{"Statement":[{"Effect":"Permit"}]}}}}}}',
      'accounts.444455556666.roles.target.trust.Statement.0.Effect: Invalid option',
    ],
    ['{"acounts":{}}', 'it: Unrecognized key: "acounts"; mend it'],
  ])('a setup: %s', async (text, problem) => {
    writeFileSync(join(cwd, 'setup.json'), text)
    const { status, err } = await refused('--setup', 'setup.json')
    expect(err).toContain(`setup.json: ${problem}`)
    expect(status).toBe(1)
  })

  test.each([
    ['f=none.mjs', 'none.mjs is no file; give a module'],
    ['f=broken.mjs', 'broken.mjs cannot be loaded; mend it'],
    ['f=exits.mjs', 'exits.mjs cannot be loaded; mend it: Runtime.ExitError: Runtime exited with error'],
    ['f=good.mjs#other', 'good.mjs exports no function `other`; name another by good.mjs#name'],
  ])('--function %s', async (given, problem) => {
    writeFileSync(join(cwd, 'broken.mjs'), 'export const handler = (')
    writeFileSync(join(cwd, 'exits.mjs'), 'process.exit(0)')
    writeFileSync(join(cwd, 'good.mjs'), 'export const handler = async () => {}')
    const { status, err } = await refused('--function', given)
    expect(status).toBe(1)
    expect(err).toContain(`quarterturn: --function f: ${problem}`)
  })

  test('a file of state that is damaged', async () => {
    writeFileSync(join(cwd, 'state.json'), '{')
    const { status, err } = await refused('--data', 'state.json')
    expect(status).toBe(1)
    expect(err).toMatch(
      /^quarterturn: --data .*state\.json: it is damaged: it is no JSON; it was left as it is, so mend it or give another file\n$/,
    )
  })

  test('a folder that is not there, of which nothing is said to be left as it was', async () => {
    const { status, err } = await refused('--data', 'none/state.json')
    expect(status).toBe(1)
    expect(err).toMatch(/^quarterturn: --data .*state\.json: there is no folder .*none; make it\n$/)
  })

  test('a port that is taken, and neither a file of state nor a lock is left', async () => {
    await using taken = await startLocal()
    const { status, err } = await refused('--port', String(taken.port), '--data', 'state.json')
    expect(status).toBe(1)
    expect(err).toContain(`--port ${taken.port} is taken; give another, or none for a free one`)
    expect(readdirSync(cwd)).toEqual([])
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
    const { client, child, says, ended } = await started(
      ...['--calm', '--data', 'state.json', '--function', 'h=hangs.mjs'],
    )
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN: functionArn('h') }))
    child.kill(signal)
    await says('Waiting for the steps under way (db). Ctrl-C again ends at once.')
    child.kill(signal)
    expect(await ended).toBe(status)
    expect(readdirSync(cwd).sort()).toEqual(['hangs.mjs', 'state.json'])
  })

  test('several accounts have a Secrets Manager each, by their access key', async () => {
    const { client, environment, child, says, said } = await started(
      ...['--account', '111122223333', '--account', '444455556666'],
    )
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    const other = new SecretsManagerClient({
      endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: '444455556666', secretAccessKey: '444455556666' },
    })
    const { ARN } = await other.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    expect(ARN).toContain(':444455556666:')
    child.kill('SIGUSR1')
    await says('db (444455556666)')
    expect(said.out).toContain('\nAccount 444455556666: its number is its access key and its secret key\n')
    expect(said.out).toContain('\ndb\n')
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
