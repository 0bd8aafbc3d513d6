import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { abortOptions } from '../aws/abort.ts'
import { systemClock } from '../aws/clock.ts'
import type { SecretsManagerPort } from '../aws/secrets-manager.ts'
import type { EngineDeps } from '../engine/ports.ts'
import { createEntropy, DEFAULT_POLICY } from '../password.ts'
import type { ProviderEntry } from './choose-provider.ts'
import { createRotationHandler, type RotationHandlerOptions } from './handler.ts'

const event = {
  Step: 'createSecret',
  SecretId: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/db-AbCdEf',
  ClientRequestToken: 'a1b2c3d4-5678-90ab-cdef-111111111111',
  RotationToken: 'b2c3d4e5-6789-01ab-cdef-222222222222',
}
const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

/** What Lambda gives to a handler, with so much time left. */
function contextWith(timeLeftMs = 10_000) {
  const end = Date.now() + timeLeftMs
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'rotate',
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: '256',
    awsRequestId: 'request-1',
    logGroupName: '/aws/lambda/rotate',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => end - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  }
}

const entry = (load: ProviderEntry['load']): ProviderEntry => ({
  name: 'postgres',
  engines: ['postgres'],
  load,
})
const unused = entry(() => Promise.reject(new Error('not loaded here')))

/** A secret in its first step, with a current value that names the engine. */
const secretsManager = (changes: Partial<SecretsManagerPort> = {}): SecretsManagerPort => ({
  describeSecret: async () => ({
    RotationEnabled: true,
    RotationLambdaARN: functionArn,
    VersionIdsToStages: { current: ['AWSCURRENT'], [event.ClientRequestToken]: ['AWSPENDING'] },
  }),
  getSecretValue: async ({ VersionStage }) => {
    if (VersionStage === 'AWSCURRENT') {
      return { VersionId: 'current', VersionStages: ['AWSCURRENT'], SecretString: '{"engine":"postgres"}' }
    }
    throw Object.assign(new Error('no value'), { name: 'ResourceNotFoundException' })
  },
  putSecretValue: () => Promise.reject(new Error('not expected')),
  updateSecretVersionStage: () => Promise.reject(new Error('not expected')),
  ...changes,
})

const handlerWith = (port: Partial<SecretsManagerPort>, options: Partial<RotationHandlerOptions> = {}) =>
  createRotationHandler({
    providers: [unused],
    env: {},
    deps: (_, observe): EngineDeps => ({
      secretsManager: secretsManager(port),
      entropy: createEntropy(DEFAULT_POLICY),
      clock: systemClock,
      observe,
    }),
    ...options,
  })

const printed: string[] = []
beforeEach(() => {
  printed.length = 0
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      printed.push(String(chunk))
      return true
    })
  }
})
afterEach(() => vi.restoreAllMocks())

describe('an error leaves the handler', () => {
  test('with a name, a message and a code, and nothing else', async () => {
    const refused = Object.assign(new Error('not authorized'), {
      name: 'AccessDeniedException',
      $response: 'body',
    })
    const handler = handlerWith({ describeSecret: () => Promise.reject(refused) })
    const error: unknown = await handler(event, contextWith()).catch((thrown: unknown) => thrown)
    if (!(error instanceof Error)) throw new Error('it resolved')
    expect(Object.getOwnPropertyNames(error).toSorted()).toEqual(['code', 'message', 'name', 'stack'])
    expect(error).toMatchObject({ name: 'QuarterturnError', code: 'AWS_ACCESS_DENIED' })
    expect(error.stack).toBe(`QuarterturnError: ${error.message}`)
  })

  test('and its causes are in the line of the log', async () => {
    const handler = handlerWith({ describeSecret: () => Promise.reject(new Error('socket hang up')) })
    await expect(handler(event, contextWith())).rejects.toThrow()
    const line = printed.find((text) => text.includes('"Rotation step failed"')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({
      function_request_id: 'request-1',
      step: 'createSecret',
      error: { name: 'QuarterturnError', cause: { message: 'socket hang up' } },
    })
  })
})

describe('a configuration that cannot work', () => {
  test.each([
    [{ QUARTERTURN_STRATEGI: 'single-user' }, 'did you mean QUARTERTURN_STRATEGY?'],
    [{ QUARTERTURN_PROVIDERS: 'mysql' }, 'QUARTERTURN_PROVIDERS names mysql'],
    [{ PASSWORD_LENGTH: '8' }, 'raise PASSWORD_LENGTH to 13'],
  ])('%j fails every invocation', async (env, message) => {
    const handler = createRotationHandler({ providers: [unused], env })
    for (let time = 0; time < 2; time += 1) {
      await expect(handler(event, contextWith())).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
      })
    }
    expect(printed.filter((text) => text.includes('"Rotation step failed"'))).toHaveLength(2)
  })
})

describe('the provider', () => {
  test('is loaded once, and again after a load that failed', async () => {
    const load = vi.fn(() => Promise.reject(new Error('disk')))
    const handler = handlerWith({}, { providers: [entry(load)] })
    await expect(handler(event, contextWith())).rejects.toThrow('disk')
    await expect(handler(event, contextWith())).rejects.toThrow('disk')
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is not loaded for a secret that it does not serve', async () => {
    const SecretString = '{"engine":"oracle"}'
    const handler = handlerWith({
      getSecretValue: async () => ({ VersionId: 'current', VersionStages: ['AWSCURRENT'], SecretString }),
    })
    await expect(handler(event, contextWith())).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' })
  })
})

test('a call to AWS ends with the deadline, in time to report', async () => {
  const ended = vi.fn()
  const handler = handlerWith(
    {
      describeSecret: () =>
        new Promise((_, reject) => {
          abortOptions().abortSignal?.addEventListener('abort', () => {
            ended()
            reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
          })
        }),
    },
    { env: { QUARTERTURN_RESERVE_MS: '500' } },
  )
  const context = contextWith(700)
  await expect(handler(event, context)).rejects.toMatchObject({ code: 'DEADLINE' })
  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(300)
  await vi.waitFor(() => expect(ended).toHaveBeenCalled())
})
