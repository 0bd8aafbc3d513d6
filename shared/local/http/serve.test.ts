import { connect } from 'node:net'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createClock,
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalServer,
  serveLocal,
} from '../index.ts'

const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

let model: LocalSecretsManager
let server: LocalServer

beforeEach(async () => {
  model = createLocalSecretsManager({ clock: createClock(1_767_225_600_500) })
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
  server = await serveLocal(model)
})

afterEach(() => server.close())

const post = (target: string, body: string | Uint8Array<ArrayBuffer>, method = 'POST') =>
  fetch(server.url, {
    method,
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    ...(method === 'GET' ? {} : { body }),
  })

describe('AWS JSON 1.1:', () => {
  test('dates are seconds since the epoch, every answer has a request id', async () => {
    const response = await post('secretsmanager.DescribeSecret', '{"SecretId":"db"}')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.json()).toMatchObject({ CreatedDate: 1_767_225_600.5 })
  })

  test('binary is base64', async () => {
    const put = { SecretId: 'db', SecretBinary: 'AQID', ClientRequestToken: token(1) }
    await post('secretsmanager.PutSecretValue', JSON.stringify(put))
    const response = await post('secretsmanager.GetSecretValue', '{"SecretId":"db"}')
    expect(await response.json()).toMatchObject({ SecretBinary: 'AQID' })
  })

  test('null counts as left out', async () => {
    const body = '{"SecretId":"db","VersionId":null,"VersionStage":null}'
    expect((await post('secretsmanager.GetSecretValue', body)).status).toBe(200)
  })

  test.each<[why: string, target: string, body: string | Uint8Array<ArrayBuffer>, type: string]>([
    ['an unknown operation', 'secretsmanager.Nothing', '{}', 'UnknownOperationException'],
    ['a member of every object', 'secretsmanager.constructor', '{}', 'UnknownOperationException'],
    ['another service', 'sqs.DescribeSecret', '{}', 'UnknownOperationException'],
    ['no JSON', 'secretsmanager.DescribeSecret', '{"SecretId":', 'SerializationException'],
    ['no object', 'secretsmanager.DescribeSecret', '["db"]', 'SerializationException'],
    ['null', 'secretsmanager.DescribeSecret', 'null', 'SerializationException'],
    ['no UTF-8', 'secretsmanager.DescribeSecret', Uint8Array.of(0x7b, 0xff, 0x7d), 'SerializationException'],
    [
      'no base64',
      'secretsmanager.PutSecretValue',
      '{"SecretId":"db","SecretBinary":"*"}',
      'SerializationException',
    ],
    ['a number', 'secretsmanager.DescribeSecret', '{"SecretId":1}', 'SerializationException'],
    [
      'depth',
      'secretsmanager.DescribeSecret',
      `{"a":${'['.repeat(20)}${']'.repeat(20)}}`,
      'SerializationException',
    ],
    ['great depth', 'secretsmanager.DescribeSecret', '['.repeat(500_000), 'SerializationException'],
    ['nothing', 'secretsmanager.DescribeSecret', '', 'ValidationException'],
    [
      'a prototype',
      'secretsmanager.DescribeSecret',
      '{"__proto__":{"SecretId":"db"}}',
      'ValidationException',
    ],
    [
      'a secret that is not there',
      'secretsmanager.DescribeSecret',
      '{"SecretId":"x"}',
      'ResourceNotFoundException',
    ],
  ])('%s is refused by name', async (_why, target, body, type) => {
    const response = await post(target, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ __type: type, Message: expect.any(String) })
  })

  test('GET is refused', async () => {
    expect(await (await post('secretsmanager.DescribeSecret', '', 'GET')).json()).toMatchObject({
      __type: 'UnknownOperationException',
    })
  })

  test.each([
    ['SecretString', '"a\\ud800"'],
    ['Name', '"\\udc00"'],
  ])('half of a surrogate pair in %s is refused', async (member, value) => {
    const response = await post('secretsmanager.CreateSecret', `{"Name":"new","${member}":${value}}`)
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' })
  })

  test.each([
    ['its headers', 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow:'],
    ['its body', 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{'],
  ])(
    'a request that never ends %s is refused in time, and others are answered meanwhile',
    async (_what, begun) => {
      const hasty = await serveLocal(model, { requestMs: 200 })
      const socket = connect(hasty.port, '127.0.0.1')
      let received = ''
      socket.on('data', (data) => {
        received += data
      })
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.write(begun)
      expect((await fetch(hasty.url)).status).toBe(400)
      await closed
      await hasty.close()
      expect(received).toMatch(/^HTTP\/1\.1 408 /)
      expect(JSON.parse(received.slice(received.indexOf('\r\n\r\n')))).toMatchObject({
        __type: 'RequestTimeoutException',
      })
    },
  )

  test('a body over a mebibyte is refused, announced or not', async () => {
    const response = await post('secretsmanager.DescribeSecret', ' '.repeat(1_048_577))
    expect(response.status).toBe(413)
    const socket = connect(server.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nhost: local\r\ntransfer-encoding: chunked\r\n\r\n')
    for (let sent = 0; sent < 20; sent += 1) socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`)
    await closed
    expect((await post('secretsmanager.DescribeSecret', '{"SecretId":"db"}')).status).toBe(200)
  })
})

test('a lost answer is a broken connection, and the SDK’s own retry finds the call carried out', async () => {
  const client = new SecretsManagerClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  model.inject({ operation: 'PutSecretValue', when: 'after' })
  await client.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' }))
  expect(model.log.count('PutSecretValue')).toBe(2)
  expect((await client.send(new GetSecretValueCommand({ SecretId: 'db' }))).SecretString).toBe('two')
  client.destroy()
})

test('close ends what is open, twice if need be', async () => {
  const socket = connect(server.port, '127.0.0.1')
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  await server.close()
  await server.close()
  await closed
  await expect(fetch(server.url)).rejects.toThrow()
})

test('a port that is taken is an error', async () => {
  await expect(serveLocal(model, { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
