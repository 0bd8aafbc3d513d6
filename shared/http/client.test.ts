import { createServer as createClearServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createTestCa } from '../../test/servers/certificates.ts'
import { type Connect, connectAnywhere, connectTo } from '../network/connect.ts'
import { createPublicTrust, HttpClient, HttpFailure, origin } from './index.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listen(server: ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

const serve = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createClearServer(listener))}`

const answering = async (bytes: string): Promise<string> =>
  `http://127.0.0.1:${await listen(createTcpServer((socket) => socket.on('error', () => {}).end(bytes)))}`

function client(
  more: {
    readonly ca?: string
    readonly timeoutMs?: number
    readonly signal?: AbortSignal
    readonly connect?: Connect
  } = {},
) {
  const { ca, connect, timeoutMs = 2_000, signal = new AbortController().signal } = more
  return new HttpClient({
    trust: createPublicTrust(ca),
    connect,
    timeoutMs,
    signal,
    timeLeftMs: () => 20_000,
  })
}

const failure = async (work: Promise<unknown>): Promise<HttpFailure> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HttpFailure)) throw new Error(`it ended in ${String(error)}`)
  return error
}

describe('a request', () => {
  test('carries its headers and the length of its body, and its reply comes whole', async () => {
    const at = await serve((request, response) => {
      request.on('data', (body) => {
        const { authorization, 'content-length': length, connection } = request.headers
        response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${authorization}` })
        response.end(`${body} ${length} ${connection}`)
      })
    })
    const reply = await client().send({
      method: 'POST',
      origin: at,
      path: '/a?b=c',
      headers: { authorization: 'Bearer x' },
      body: '{}',
    })
    expect(reply).toMatchObject({
      status: 201,
      headers: { 'x-seen': 'POST /a?b=c Bearer x' },
      body: '{} 2 close',
    })
  })

  test('is never redirected, and a path never leads to another origin', async () => {
    let seen = 0
    const at = await serve((_request, response) => {
      seen += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    const one = client()
    expect((await one.send({ method: 'GET', origin: at, path: '/' })).status).toBe(307)
    await expect(one.send({ method: 'GET', origin: at, path: '//elsewhere.example/' })).rejects.toThrow(
      /origin/,
    )
    expect(seen).toBe(1)
  })

  test('is not repeated when the connection breaks', async () => {
    let seen = 0
    const at = await serve((request) => {
      seen += 1
      request.socket.destroy()
    })
    const error = await failure(client().send({ method: 'GET', origin: at, path: '/' }))
    expect(error).toMatchObject({ kind: 'network', isUnsent: false })
    expect(seen).toBe(1)
  })

  test('of which nothing could leave says so', async () => {
    const untrusted = createTlsServer(await (await createTestCa()).issue())
    const port = await listen(untrusted)
    for (const [origin, kind] of [
      ['http://127.0.0.1:1', 'network'],
      [`https://127.0.0.1:${port}`, 'tls-untrusted'],
    ] as const)
      expect(await failure(client().send({ method: 'POST', origin, path: '/', body: 'x' }))).toMatchObject({
        kind,
        isUnsent: true,
      })
  })

  test('with a header that cannot be sent fails, and says nothing of it', async () => {
    const at = await serve((_request, response) => response.end())
    const headers = { authorization: 'Bearer secret\r\nhost: elsewhere' }
    const error = await failure(client().send({ method: 'GET', origin: at, path: '/', headers }))
    expect(error).toMatchObject({ kind: 'protocol', isUnsent: true })
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(/secret|elsewhere/)
  })

  test.each([
    ['too large', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(300_000)}`, 'protocol'],
    ['no HTTP', 'SSH-2.0-secret\r\n\r\n', 'protocol'],
    ['cut short', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nsecret', 'network'],
    ['nothing', '', 'network'],
  ])('with a reply that is %s fails without repeating it', async (_name, bytes, kind) => {
    const error = await failure(client().send({ method: 'GET', origin: await answering(bytes), path: '/' }))
    expect(error.kind).toBe(kind)
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('secret')
  })

  test('that is not answered ends in time', async () => {
    const at = await serve(() => {})
    const error = await failure(client({ timeoutMs: 50 }).send({ method: 'GET', origin: at, path: '/' }))
    expect(error).toMatchObject({ kind: 'timeout' })
  })

  test('ends with its session, and none begins afterwards', async () => {
    const arrived = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const at = await serve((request) => {
      request.socket.on('close', () => gone.resolve())
      arrived.resolve()
    })
    const stop = new AbortController()
    const one = client({ signal: stop.signal })
    const running = failure(one.send({ method: 'GET', origin: at, path: '/' }))
    await arrived.promise
    stop.abort()
    expect((await running).kind).toBe('closed')
    await one.close()
    await gone.promise
    expect((await failure(one.send({ method: 'GET', origin: at, path: '/' }))).kind).toBe('closed')
  })

  test('goes by the connections that are given to it, and not at all where these refuse the host', async () => {
    let seen = 0
    const at = await serve((_request, response) => {
      seen += 1
      response.end('hello')
    })
    const led: string[] = []
    const leading: Connect = (to) => {
      led.push(`${to.host}:${to.port}`)
      return connectAnywhere(to)
    }
    const ask = { method: 'GET', origin: at, path: '/' } as const
    expect((await client({ connect: leading }).send(ask)).body).toBe('hello')
    expect(led).toEqual([new URL(at).host])
    const refusing = connectTo(() => Promise.reject(new Error('not this one')))
    expect(await failure(client({ connect: refusing }).send(ask))).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('is not one that this function may reach'),
    })
    expect(seen).toBe(1)
  })
})

describe('TLS', () => {
  test('is verified, and nothing is sent to a server that is not trusted', async () => {
    const ca = await createTestCa()
    const { cert, key } = await ca.issue()
    let seen = 0
    const port = await listen(
      createTlsServer({ cert, key }, (_request, response) => {
        seen += 1
        response.end('hello')
      }),
    )
    const ask = { method: 'GET', origin: `https://localhost:${port}`, path: '/' } as const
    expect((await client({ ca: ca.pem }).send(ask)).body).toBe('hello')
    expect((await failure(client().send(ask))).kind).toBe('tls-untrusted')
    const other = await createTestCa('another')
    expect((await failure(client({ ca: other.pem }).send(ask))).kind).toBe('tls-untrusted')
    expect(seen).toBe(1)
  })
})

describe('an address', () => {
  const of = (value: string, allowClearTextLoopback = false) =>
    origin('url', { allowClearTextLoopback }).safeParse(value).data

  test('is scheme, host and port alone', () => {
    expect(of('https://Api.example.com/')).toBe('https://api.example.com')
    expect(of('https://api.example.com:8443')).toBe('https://api.example.com:8443')
    for (const wrong of [
      'api.example.com',
      'https://u@api.example.com',
      'https://a.example/b',
      'https://a?b',
    ])
      expect(of(wrong), wrong).toBeUndefined()
    for (const wrong of ['https://a.example/#', 'http://a.example', 'https://0x7f000001', 'ftp://a.example'])
      expect(of(wrong, true), wrong).toBeUndefined()
  })

  test('may be clear text for this machine where that is allowed', () => {
    expect(of('http://127.0.0.1:8080/', true)).toBe('http://127.0.0.1:8080')
    expect(of('http://[::1]:8080', true)).toBe('http://[::1]:8080')
    expect(of('http://127.0.0.1:8080')).toBeUndefined()
  })
})
