import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bundle, buildHandler } from './build.ts'
import { handlerNames } from './build-options.ts'

/** Runs in a process of its own: imports the bundle and prints what Lambda would make of the error. */
const CHILD = `
const { handler } = await import(process.argv[1])
const context = {
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotate',
  functionName: 'rotate', functionVersion: '1', memoryLimitInMB: '256', awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 10_000,
}
try {
  await handler(JSON.parse(process.argv[2]), context)
} catch (error) {
  const names = Object.getOwnPropertyNames(error).concat('name')
  console.log('thrown ' + JSON.stringify(Object.fromEntries(names.map((name) => [name, error[name]]))))
}`

const environment = { AWS_REGION: 'eu-west-1' }

let folder = ''
const bundles = new Map<string, Bundle>()
beforeAll(async () => {
  // Outside of the project, so that nothing is found in its node_modules.
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-build-'))
  for (const name of handlerNames()) bundles.set(name, await buildHandler(name, folder))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function invoke(name: string, event: unknown, env: Record<string, string> = environment) {
  const file = pathToFileURL(bundles.get(name)?.file ?? '').href
  const args = ['--input-type=module', '--eval', CHILD, file, JSON.stringify(event)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env, cwd: folder })
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '')
  const thrown = lines.find((line) => line.startsWith('thrown '))?.slice('thrown '.length)
  return {
    noise: lines.filter((line) => !/^(thrown )?\{/.test(line)),
    thrown: thrown === undefined ? undefined : JSON.parse(thrown),
    lines: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
  }
}

describe.each(handlerNames())('the function %s', (name) => {
  test('starts alone and answers a malformed event with EVENT_INVALID', async () => {
    const { thrown, lines, noise } = await invoke(name, { Step: 'nextSecret', SecretId: 'x' })
    expect(noise).toEqual([])
    expect(thrown).toEqual({
      name: 'QuarterturnError',
      code: 'EVENT_INVALID',
      message: expect.stringMatching(/^EVENT_INVALID: `Step` must be one of createSecret,.*`SecretId`/),
      stack: expect.not.stringContaining('\n'),
    })
    const line = lines.find(({ message }) => message === 'Rotation step failed')
    expect(line).toMatchObject({
      level: 'ERROR',
      service: 'quarterturn',
      function_request_id: 'request-1',
      errorCode: 'EVENT_INVALID',
      retryable: false,
      actor: 'operator',
    })
    expect(lines.find((one) => '_aws' in one)).toMatchObject({ RotationFailed: 1, provider: 'unknown' })
  })

  test('starts with a wrong configuration and says so at each invocation', async () => {
    const { thrown } = await invoke(
      name,
      {},
      { ...environment, QUARTERTURN_TLS_CERT: 'x', PASSWORD_LENGTH: '4' },
    )
    expect(thrown).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('QUARTERTURN_TLS_CERT'),
    })
  })

  test('says which variable Powertools cannot read', async () => {
    const { thrown } = await invoke(name, {}, { ...environment, POWERTOOLS_LOGGER_LOG_EVENT: 'perhaps' })
    expect(thrown).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('POWERTOOLS_LOGGER_LOG_EVENT'),
    })
  })

  test('reads little at the start: no driver, no tracer, no client it may not need', () => {
    const { atStart = Number.NaN, total = Number.NaN, packagesAtStart = [] } = bundles.get(name) ?? {}
    expect(packagesAtStart.filter((one) => one.startsWith('@aws-sdk/client-'))).toEqual([
      '@aws-sdk/client-secrets-manager',
    ])
    for (const late of ['pg', 'mysql2', 'jsforce', 'oauth4webapi', '@aws-lambda-powertools/tracer'])
      expect(packagesAtStart).not.toContain(late)
    expect(atStart).toBeLessThan(500_000)
    expect(total).toBeGreaterThan(atStart)
  })
})

test('a function holds nothing of the conformance kit', () => {
  for (const [name, { packages }] of bundles)
    expect(
      packages.filter((one) => one === 'reflect-metadata' || one.startsWith('@peculiar/')),
      name,
    ).toEqual([])
})

test('character sets that no connection of ours speaks are left out', () => {
  for (const [name, { packages }] of bundles) expect(packages, name).not.toContain('iconv-lite')
})

test('a function has the credentials of its environment, and looks for no others', () => {
  for (const [name, { packages }] of bundles)
    expect(
      packages.filter((one) => one.includes('credential-provider') || one === '@aws-sdk/nested-clients'),
      name,
    ).toEqual([])
})

test('nothing can be sent by jsforce itself', () => {
  for (const [name, { packages }] of bundles)
    expect(
      packages.filter((one) => ['undici', 'form-data'].includes(one)),
      name,
    ).toEqual([])
})

test('a function holds its own driver and no other', () => {
  const drivers = ['pg', 'mysql2', 'jsforce', 'oauth4webapi']
  for (const [name, { packages }] of bundles) {
    if (name === 'rotate') continue
    const own = {
      'rotate-postgres': ['pg'],
      'rotate-mysql': ['mysql2'],
      'rotate-oauth': ['oauth4webapi'],
      'rotate-rds': [],
      'rotate-salesforce': ['jsforce'],
    }[name]
    expect(
      packages.filter((one) => drivers.includes(one)),
      name,
    ).toEqual(own)
  }
})
