import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, test } from 'vitest'
import { cwd, functionArn, started, startedWith, VALUE } from './test-local-command.ts'

const moduleWith = (code: string) => writeFileSync(join(cwd, 'f.mjs'), code)

const invoked = async (environment: Record<string, string>, payload: unknown) => {
  const url = `${environment['AWS_ENDPOINT_URL']}/2015-03-31/functions/f/invocations`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(payload) })
  return await response.json()
}

describe('code that fails where nobody waits for it', () => {
  // What happens while a call runs.
  test.each([
    [
      'a rejection',
      "Promise.reject(new TypeError('no host for pass-word-of-the-test'))",
      'Runtime.UnhandledPromiseRejection: TypeError: no host for [redacted]',
    ],
    [
      'an error in a later turn',
      "setImmediate(() => { throw new RangeError('no host for pass-word-of-the-test') })",
      'RangeError: no host for [redacted]',
    ],
    [
      'an event `error` of a socket',
      "import('node:net').then(({ connect }) => connect(1, '127.0.0.1'))",
      'Error: connect ECONNREFUSED 127.0.0.1:1',
    ],
    [
      'an end of the process',
      'process.exit(3)',
      'Runtime.ExitError: Runtime exited with error: exit status 3',
    ],
  ])('fails its step and leaves the service running: %s', async (_what, code, failure) => {
    moduleWith(
      `export const handler = ({ Step }) => Step === undefined ? 'well' : new Promise((resolve) => { ${code}; setTimeout(resolve, 5000) })`,
    )
    const { client, said, says, child, ended, environment } = await started(
      ...['--calm', '--data', 'state.json', '--function', 'f=f.mjs'],
    )
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    await client.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN: functionArn('f') }))
    await says('RotationFailed')
    expect(said.out).toContain(`createSecret  failed`)
    expect(said.out).toContain(`\n    ${failure}\n`)
    expect(await invoked(environment, {})).toBe('well')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(said.err).toBe('')
    expect(said.out).not.toContain(VALUE)
    expect(readdirSync(cwd).sort()).toEqual(['f.mjs', 'state.json'])
  })

  test('is told to the next call, as on Lambda, which goes on where the sandbox is thawed', async () => {
    moduleWith(
      "export const handler = (event) => { if (event.leaves) setTimeout(() => Promise.reject(new Error('late')), 50); return 'well' }",
    )
    const { environment } = await started('--function', 'f=f.mjs')
    expect(await invoked(environment, { leaves: true })).toBe('well')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await invoked(environment, {})).toEqual({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: late',
    })
    expect(await invoked(environment, {})).toBe('well')
  })
})

test('calls at the same time have a sandbox each, and calls in turn share one', async () => {
  moduleWith(`let calls = 0
    export const handler = async ({ ms }) => {
      calls += 1
      const mine = calls
      await new Promise((resolve) => setTimeout(resolve, ms))
      return mine
    }`)
  const { environment } = await started('--function', 'f=f.mjs')
  const atOnce = await Promise.all([500, 500, 500].map((ms) => invoked(environment, { ms })))
  expect(atOnce).toEqual([1, 1, 1])
  expect(await invoked(environment, { ms: 0 })).toBe(2)
})

test('nothing of the shell leads the code to AWS itself', async () => {
  moduleWith('export const handler = () => process.env')
  const shell = {
    AWS_PROFILE: 'production',
    AWS_SESSION_TOKEN: 'of-somebody',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://secretsmanager.eu-west-1.amazonaws.com',
    AWS_ACCESS_KEY_ID: 'AKIAREAL',
    UNCHANGED: 'yes',
  }
  const { environment, said } = await startedWith(shell, '--function', 'f=f.mjs')
  expect(said.out).toContain('unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_SECRETS_MANAGER\nexport ')
  const seen = await invoked(environment, {})
  expect(seen).toMatchObject({ ...environment, UNCHANGED: 'yes' })
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'])
    expect(seen).not.toHaveProperty(name)
})
