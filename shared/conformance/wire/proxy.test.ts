/** The proxy, in front of small servers that are not the target of any provider. */
import { once } from 'node:events'
import { createServer as createHttps, request } from 'node:https'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Framing } from './framing.ts'
import { httpFraming } from './http.ts'
import { createWireIdentity, type WireIdentity } from './identity.ts'
import { cutBefore, holdFirst, type Point, pointName, type Rule } from './point.ts'
import { postgresFraming } from './postgres.ts'
import { startWireProxy, type WireProxy } from './proxy.ts'
import { turns } from './turns.ts'

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

let identity: WireIdentity
let target: WireIdentity
beforeAll(async () => {
  ;[identity, target] = await Promise.all([createWireIdentity(), createWireIdentity()])
})

async function withProxy<State, T>(
  options: { port: number; framing: Framing<State>; rule?: Rule; ca?: string },
  play: (proxy: WireProxy) => Promise<T>,
): Promise<T> {
  const { port, framing, rule, ca = target.ca } = options
  const upstream = { host: 'localhost', port, ca }
  const proxy = await startWireProxy({ upstream, framing, identity, ...(rule && { rule }) })
  try {
    return await play(proxy)
  } finally {
    await proxy.close()
  }
}

describe('HTTP over TLS', () => {
  const bodies: string[] = []
  let answered = 0
  const server = createHttps((incoming, outgoing) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    incoming.on('end', () => {
      bodies.push(body)
      outgoing.end(`seen ${body}`, () => {
        answered += 1
      })
    })
  })
  beforeAll(async () => {
    server.setSecureContext({ cert: target.cert, key: target.key })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  /** Answers the body, or the code of the error. */
  const post = (
    proxy: WireProxy,
    body: string,
    { ca = identity.ca, timeout = 30_000 } = {},
  ): Promise<string> =>
    new Promise((resolve) => {
      const { host, port } = proxy
      const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)
      const outgoing = request({ host, port, ca, method: 'POST', path: '/', agent: false, timeout })
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.on('error', failed)
      outgoing.on('response', (incoming) => {
        let text = ''
        incoming.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        incoming.on('error', failed)
        incoming.on('end', () => resolve(text))
      })
      outgoing.end(body)
    })
  const POINTS = [
    'run 1: client: TLS handshake',
    'run 2: client: POST head',
    'run 3: client: POST body',
    'run 4: server: 200 head',
    'run 5: server: 200 body',
  ]
  const at = (place: number): Point => ({ n: place, scope: 'run', place, from: 'client', name: '' })

  test('is passed on unchanged, and every message is seen', async () => {
    await withProxy({ port: portOf(server), framing: httpFraming }, async (proxy) => {
      expect(await post(proxy, 'hello')).toBe('seen hello')
      expect(proxy.seen.map(pointName)).toEqual(POINTS)
      await proxy.idle()
      expect(proxy.problems).toEqual([])
    })
  })

  test.each(POINTS.map((name, index) => ({ name, place: index + 1 })))(
    'is cut before $name',
    async ({ place }) => {
      bodies.length = 0
      await withProxy(
        { port: portOf(server), framing: httpFraming, rule: cutBefore(at(place)) },
        async (proxy) => {
          expect(await post(proxy, 'hello')).toBe('ECONNRESET')
          expect(proxy.seen.map(pointName)).toEqual(POINTS.slice(0, place))
          await proxy.idle()
          expect(bodies).toEqual(place > 3 ? ['hello'] : [])
          expect(proxy.problems).toEqual([])
          // One cut; the next connection is left alone.
          expect(await post(proxy, 'again')).toBe('seen again')
        },
      )
    },
  )

  test('a reply is held back while the server finishes', async () => {
    const rule = holdFirst(({ from }) => from === 'server')
    await withProxy({ port: portOf(server), framing: httpFraming, rule }, async (proxy) => {
      const before = answered
      expect(await post(proxy, 'held', { timeout: 300 })).toBe('timeout')
      await expect.poll(() => answered).toBe(before + 1)
      await expect.poll(() => proxy.seen.at(-1)?.name).toBe('200 head')
      await proxy.idle()
    })
  })

  test('a reply that was held comes in the end, whole and in order', async () => {
    const held = Promise.withResolvers<void>()
    const hold = holdFirst(({ from }) => from === 'server')
    const rule: Rule = (point) => {
      const ruling = hold(point)
      if (point.name === '200 head') held.resolve()
      return ruling
    }
    await withProxy({ port: portOf(server), framing: httpFraming, rule }, async (proxy) => {
      const answer = post(proxy, 'late')
      await held.promise
      expect(proxy.clients).toBe(1)
      proxy.release()
      expect(await answer).toBe('seen late')
      await proxy.idle()
      expect(proxy.clients).toBe(0)
    })
  })

  test('a request that is held does not reach the server, and neither does the end of the client', async () => {
    bodies.length = 0
    const rule = holdFirst(({ name }) => name === 'POST body')
    await withProxy({ port: portOf(server), framing: httpFraming, rule }, async (proxy) => {
      expect(await post(proxy, 'held', { timeout: 300 })).toBe('timeout')
      expect(bodies).toEqual([])
      expect(await Promise.race([proxy.idle().then(() => 'idle'), sleep(100).then(() => 'open')])).toBe(
        'open',
      )
    })
  })

  test('TLS that one of the two does not trust is said, not passed over', async () => {
    await withProxy({ port: portOf(server), framing: httpFraming }, async (proxy) => {
      expect(await post(proxy, 'x', { ca: target.ca })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    })
    await withProxy({ port: portOf(server), framing: httpFraming, ca: identity.ca }, async (proxy) => {
      expect(await post(proxy, 'x')).toBe('ECONNRESET')
      expect(proxy.problems).toEqual(['TLS to the target failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'])
    })
  })
})

describe('a protocol that the kit does not know', () => {
  const sockets: Socket[] = []
  const heard: string[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => heard.push('reset'))
    socket.on('end', () => heard.push('end'))
    socket.on('data', (chunk) => {
      heard.push(chunk.toString())
      socket.write(`re: ${chunk}`)
    })
    socket.write('welcome')
  })
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const join = async (proxy: WireProxy): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port })
    socket.on('error', () => {})
    await once(socket, 'data')
    return socket
  }

  test('is cut by turns, scopes count for themselves', async () => {
    await withProxy({ port: portOf(server), framing: turns }, async (proxy) => {
      const socket = await join(proxy)
      proxy.enter('asking')
      socket.write('a')
      expect(String((await once(socket, 'data'))[0])).toBe('re: a')
      socket.end()
      await proxy.idle()
      expect(proxy.seen.map(({ n, ...point }) => `${n} ${pointName({ n, ...point })}`)).toEqual([
        '1 run 1: server: turn',
        '2 asking 1: client: turn',
        '3 asking 2: server: turn',
      ])
    })
  })

  test.each([
    ['end', 'closed'],
    ['resetAndDestroy', 'reset'],
  ] as const)('the other side hears how a connection ended (%s)', async (leave, how) => {
    heard.length = 0
    await withProxy({ port: portOf(server), framing: turns }, async (proxy) => {
      const socket = await join(proxy)
      socket[leave]()
      await proxy.idle()
      expect(proxy.endings).toEqual([{ scope: 'run', from: 'client', how }])
      await expect.poll(() => heard).toEqual([how === 'reset' ? 'reset' : 'end'])
    })
  })

  test('is not taken for one that it knows', async () => {
    await withProxy({ port: portOf(server), framing: postgresFraming }, async (proxy) => {
      const socket = connect({ host: '127.0.0.1', port: proxy.port })
      const [error] = await once(socket, 'error')
      expect(error).toMatchObject({ code: 'ECONNRESET' })
      expect(proxy.problems).toEqual(['the server sent a PostgreSQL message of impossible length'])
    })
  })
})

test('nothing listens any more after close, and open connections are gone', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).write('x')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  const proxy = await startWireProxy({ upstream: { host: '127.0.0.1', port }, framing: turns, identity })
  const socket = connect({ host: '127.0.0.1', port: proxy.port }).on('error', () => {})
  await once(socket, 'data')
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  await proxy.close()
  await proxy.close()
  await closed
  const [refused] = await once(connect({ host: '127.0.0.1', port: proxy.port }), 'error')
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  server.close()
  await once(server, 'close')
})

test('a target that is not there resets the client', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const port = portOf(gone)
  gone.close()
  await once(gone, 'close')
  await withProxy({ port, framing: turns }, async (proxy) => {
    const socket = connectTls({ host: '127.0.0.1', port: proxy.port, ca: identity.ca })
    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' })
    expect(proxy.seen).toEqual([])
  })
})
