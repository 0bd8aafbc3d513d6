import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withAbort } from './abort.ts'
import { createEventSender, createSecretsManager, credentialsOf } from './clients.ts'

type Answer = (call: { target: string; body: unknown }, response: ServerResponse) => void

let server: Server
let answer: Answer
const calls: { target: string; body: unknown }[] = []
/** Requests whose connection ended before they were answered. */
const closed: string[] = []

const reply = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}

beforeEach(async () => {
  calls.length = 0
  closed.length = 0
  server = createServer(async (request: IncomingMessage, response) => {
    const target = String(request.headers['x-amz-target'])
    response.once('close', () => response.writableFinished || closed.push(target))
    const call = { target, body: JSON.parse(await text(request)) as unknown }
    calls.push(call)
    answer(call, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint)
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint)
})
afterEach(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

describe('Secrets Manager', () => {
  test('is called at the endpoint of the environment, with four operations', async () => {
    answer = (_, response) => reply(response, 200, {})
    const port = createSecretsManager()
    await port.describeSecret({ SecretId: 's' })
    await port.getSecretValue({ SecretId: 's', VersionStage: 'AWSCURRENT' })
    await port.putSecretValue({
      SecretId: 's',
      ClientRequestToken: 'a1b2c3d4-5678-90ab-cdef-111111111111',
      SecretString: '{}',
      VersionStages: ['AWSPENDING'],
      RotationToken: 'b2c3d4e5-6789-01ab-cdef-222222222222',
    })
    await port.updateSecretVersionStage({ SecretId: 's', VersionStage: 'AWSCURRENT', MoveToVersionId: 'v' })
    expect(calls.map(({ target }) => target)).toEqual([
      'secretsmanager.DescribeSecret',
      'secretsmanager.GetSecretValue',
      'secretsmanager.PutSecretValue',
      'secretsmanager.UpdateSecretVersionStage',
    ])
    expect(calls[2]?.body).toMatchObject({ RotationToken: 'b2c3d4e5-6789-01ab-cdef-222222222222' })
  })

  test("keeps AWS's own error names", async () => {
    answer = (_, response) =>
      reply(response, 400, { __type: 'ResourceExistsException', message: 'You already have a value' })
    await expect(createSecretsManager().describeSecret({ SecretId: 's' })).rejects.toMatchObject({
      name: 'ResourceExistsException',
      $fault: 'client',
    })
    expect(calls).toHaveLength(1)
  })

  test('is asked three times when it has an outage', async () => {
    answer = (_, response) => reply(response, 500, { __type: 'InternalServiceError', message: 'oops' })
    await expect(createSecretsManager().describeSecret({ SecretId: 's' })).rejects.toMatchObject({
      name: 'InternalServiceError',
      $metadata: { attempts: 3 },
    })
    expect(calls).toHaveLength(3)
  })

  test('is broken off at the deadline, on the wire too', async () => {
    answer = () => undefined
    const started = performance.now()
    const call = withAbort(AbortSignal.timeout(100), () =>
      createSecretsManager().describeSecret({ SecretId: 's' }),
    )
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    expect(performance.now() - started).toBeLessThan(1_000)
    await vi.waitFor(() => expect(closed).toEqual(['secretsmanager.DescribeSecret']))
    expect(calls).toHaveLength(1)
  })
})

test("what a provider's own calls are signed with is what the environment or the session gives", async () => {
  expect(await credentialsOf()).toEqual({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' })
  vi.stubEnv('AWS_SESSION_TOKEN', 'token')
  expect(await credentialsOf()).toMatchObject({ sessionToken: 'token' })
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'other', sessionToken: 'of the session' }
  expect(await credentialsOf({ region: 'eu-west-1', credentials: { ...credentials } })).toEqual(credentials)
})

describe('EventBridge', () => {
  const event = {
    detailType: 'Rotation Evidence',
    resources: ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf'],
    time: new Date(0),
    detail: { schema: 'quarterturn.evidence/1' },
  }

  test('receives an event of our source on the bus', async () => {
    answer = (_, response) => reply(response, 200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] })
    await createEventSender('evidence')(event)
    expect(calls).toEqual([
      {
        target: 'AWSEvents.PutEvents',
        body: {
          Entries: [
            {
              EventBusName: 'evidence',
              Source: 'quarterturn',
              DetailType: 'Rotation Evidence',
              Resources: event.resources,
              Time: 0,
              Detail: '{"schema":"quarterturn.evidence/1"}',
            },
          ],
        },
      },
    ])
  })

  test('is not believed when it answers 200 for an entry that it did not take', async () => {
    answer = (_, response) =>
      reply(response, 200, {
        FailedEntryCount: 1,
        Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'full' }],
      })
    await expect(createEventSender('evidence')(event)).rejects.toThrow(
      'EventBridge refused the event: InternalFailure full',
    )
  })
})
