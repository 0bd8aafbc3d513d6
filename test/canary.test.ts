import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildHandler } from '../scripts/build.ts'
import { formsOf } from '../shared/redact-forms.ts'
import { error, type FakeAws, startFakeAws } from './canary/aws.ts'
import { type RunningFunction, startFunction } from './canary/function.ts'
import { type PostgresServer, requirePostgres } from './servers/postgres.ts'

/** Quotes, a backslash, a percent sign and a letter outside ASCII show each encoding. */
const OLD = `Canary'old"\\%é-5e5a1f`
const WRONG = 'Canary-never-set-91c4'
const ROTATION_TOKEN = 'ca7a2100-5678-90ab-cdef-5ec2e7000001'
const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:canary-AbCdEf'
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:canary'
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']

/** Whatever may print more than it should, turned on. */
const SWITCHES: Record<string, string> = {
  // All of Node's sections that are let through; the others are refused, which has its own case.
  NODE_DEBUG:
    'tls,dns,timer,module,esm,fs,child_process,worker,permission,source_map,diagnostics_channel,util',
  DEBUG: '*',
  NODE_OPTIONS: '--enable-source-maps --trace-warnings',
  POWERTOOLS_LOG_LEVEL: 'TRACE',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  POWERTOOLS_LOGGER_SAMPLE_RATE: '1',
  POWERTOOLS_TRACER_CAPTURE_RESPONSE: 'true',
  POWERTOOLS_TRACER_CAPTURE_ERROR: 'true',
  POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'true',
  POWERTOOLS_TRACE_ENABLED: 'true',
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_XRAY_DEBUG_MODE: 'TRUE',
  AWS_XRAY_LOG_LEVEL: 'debug',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  LAMBDA_TASK_ROOT: '/var/task',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
}

let folder = ''
let bundle = ''
let postgres: PostgresServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-canary-'))
  bundle = (await buildHandler('rotate-postgres', folder)).file
  postgres = await requirePostgres({ kind: 'embedded' })
})
afterAll(async () => {
  await postgres?.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Scene {
  readonly aws: FakeAws
  readonly lambda: RunningFunction
  readonly versionId: string
  step(name: string): ReturnType<RunningFunction['invoke']>
}

/** One secret and one user of their own; afterwards nothing that left the function may hold a secret value. */
async function play(
  act: (scene: Scene) => Promise<void>,
  { stored = OLD, raw, env = {} }: { stored?: string; raw?: string; env?: Record<string, string> } = {},
): Promise<void> {
  const user = `canary_${randomUUID().slice(0, 8)}`
  await postgres.sql(
    `CREATE ROLE ${user} LOGIN PASSWORD E'${OLD.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  )
  const aws = await startFakeAws(SECRET_ARN, FUNCTION_ARN)
  const value = {
    engine: 'postgres',
    host: 'localhost',
    port: postgres.port,
    username: user,
    password: stored,
  }
  const versionId = randomUUID()
  aws.versions.set(randomUUID(), {
    value: raw ?? JSON.stringify(value),
    labels: ['AWSCURRENT'],
    createdAt: 0,
  })
  aws.versions.set(versionId, { value: undefined, labels: ['AWSPENDING'], createdAt: Date.now() })
  const lambda = await startFunction(bundle, FUNCTION_ARN, {
    ...SWITCHES,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: aws.endpoint,
    QUARTERTURN_EVENT_BUS: 'evidence',
    QUARTERTURN_TLS_CA: postgres.ca,
    ...env,
  })
  const step = (Step: string) =>
    lambda.invoke({
      Step,
      SecretId: SECRET_ARN,
      ClientRequestToken: versionId,
      RotationToken: ROTATION_TOKEN,
    })
  try {
    await act({ aws, lambda, versionId, step })
  } finally {
    await lambda.stop()
    await aws.stop()
  }
  const documents = [...aws.versions.values()].map(({ value: text }) => text ?? '')
  expect(leaksIn([lambda.output(), ...aws.events].join('\n'), documents)).toEqual([])
}

/** The lines that hold a secret value, or eight characters of a password or token, in any form; the value cut out. */
function leaksIn(output: string, documents: readonly string[]): readonly string[] {
  const stored = documents.flatMap((text) => /"password":("(?:[^"\\]|\\.)*")/.exec(text)?.[1] ?? [])
  const passwords = [OLD, WRONG, ROTATION_TOKEN, ...stored.map((text): string => JSON.parse(text))]
  // Node prints the first 50 bytes of a Buffer, so a value may be there in part.
  const parts = passwords.flatMap((secret) =>
    Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8)),
  )
  const whole = [...passwords, ...documents].flatMap(formsOf)
  const needles = [...new Set([...whole, ...parts, ...parts.map(hexPairs)])]
  return output
    .split('\n')
    .filter((line) => needles.some((needle) => line.includes(needle)))
    .map((line) => needles.reduce((text, needle) => text.replaceAll(needle, '(LEAK)'), line).slice(0, 300))
}

const hexPairs = (text: string): string =>
  [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')

describe('with every switch on, nothing that leaves the function holds a secret value', () => {
  test('when a rotation succeeds', async () => {
    await play(async ({ aws, lambda, step }) => {
      for (const name of STEPS) expect(await step(name)).toMatchObject({ report: { outcome: 'done' } })
      // The switches are really on, and there is something to search.
      expect(lambda.output()).toMatch(/^TIMER \d+:/m)
      expect(lambda.output()).toContain('"message":"Rotation evidence"')
      expect(lambda.traces.join('\n')).toContain('Rotation step')
      expect(aws.events).toHaveLength(1)
    })
  })

  test('when the server refuses the current credential', async () => {
    await play(
      async ({ step }) => {
        await step('createSecret')
        expect((await step('setSecret')).thrown?.['code']).toBe('CURRENT_REFUSED')
      },
      { stored: WRONG },
    )
  })

  test('when AWS repeats its input in a refusal', async () => {
    await play(async ({ aws, step }) => {
      aws.refuse = (operation, { SecretString, RotationToken }) =>
        operation === 'PutSecretValue'
          ? error(
              'ValidationException',
              `Value '${SecretString}' at 'secretString' with ${RotationToken} and ${SecretString}`,
            )
          : undefined
      expect((await step('createSecret')).thrown?.['code']).toBe('AWS_REFUSED')
    })
  })

  test('when the secret is not JSON, lacks a field, or has the password in the wrong one', async () => {
    const wrong = [
      [`${OLD} is the password`, 'SECRET_NOT_JSON'],
      [`{"password":${JSON.stringify(OLD)},`, 'SECRET_NOT_JSON'],
      [JSON.stringify({ engine: 'postgres', username: 'u', password: OLD }), 'SECRET_INVALID'],
      [JSON.stringify({ engine: OLD, host: 'localhost', username: 'u', password: OLD }), 'PROVIDER_UNKNOWN'],
      [
        JSON.stringify({ engine: 'postgres', host: 'localhost', port: OLD, username: 'u', password: OLD }),
        'SECRET_INVALID',
      ],
      [JSON.stringify({ engine: 'postgres', host: OLD, username: 'u', password: OLD }), 'SECRET_INVALID'],
    ] as const
    for (const [raw, code] of wrong) {
      await play(async ({ step }) => expect((await step('createSecret')).thrown?.['code']).toBe(code), {
        raw,
      })
    }
  })

  test('when the event is malformed around its RotationToken', async () => {
    await play(async ({ lambda, versionId }) => {
      for (const event of [
        {
          Step: ROTATION_TOKEN,
          SecretId: SECRET_ARN,
          ClientRequestToken: versionId,
          RotationToken: ROTATION_TOKEN,
        },
        { Step: 'createSecret', SecretId: ROTATION_TOKEN, RotationToken: ROTATION_TOKEN },
        {
          Step: 'createSecret',
          SecretId: SECRET_ARN,
          ClientRequestToken: versionId,
          RotationToken: [ROTATION_TOKEN],
        },
        { [ROTATION_TOKEN]: { RotationToken: ROTATION_TOKEN } },
      ]) {
        expect((await lambda.invoke(event)).thrown?.['code']).toBe('EVENT_INVALID')
      }
    })
  })

  test('when the server is gone, and when its certificate is not trusted', async () => {
    await play(
      async ({ step }) => {
        await step('createSecret')
        expect((await step('setSecret')).thrown?.['code']).toBe('TLS_UNTRUSTED')
      },
      { env: { QUARTERTURN_TLS_CA: '' } },
    )
    try {
      await play(async ({ step }) => {
        await step('createSecret')
        await postgres.halt()
        expect((await step('setSecret')).thrown?.['code']).toBe('TARGET_UNREACHABLE')
      })
    } finally {
      await postgres.restart()
    }
  })

  test('when NODE_DEBUG would print what the sockets receive', async () => {
    await play(
      async ({ lambda, step }) => {
        expect((await step('createSecret')).thrown?.['code']).toBe('CONFIG_INVALID')
        expect(lambda.output()).not.toMatch(/^HTTPS? \d+:|host: '127.0.0.1'/m)
      },
      { env: { NODE_DEBUG: 'net,http' } },
    )
  })

  test('when the password travels as plain text, and Powertools is in its development mode', async () => {
    await play(
      async ({ step }) => {
        for (const name of STEPS) expect(await step(name)).toMatchObject({ report: { outcome: 'done' } })
      },
      { env: { QUARTERTURN_POSTGRES_PASSWORD_FORM: 'plaintext', POWERTOOLS_DEV: 'true' } },
    )
  })
})

test('the search finds what it should', () => {
  for (const form of [...formsOf(OLD), OLD.slice(3, 11)]) {
    expect(leaksIn(`x ${form} y`, []).join('')).toContain('LEAK')
  }
  expect(leaksIn('nothing here', [])).toEqual([])
})
