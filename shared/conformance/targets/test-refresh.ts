/** A small authorization server with one chain of refresh tokens, each used once, and a sound provider for it. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import * as z from 'zod'
import {
  defineProvider,
  ONLY_MINTS,
  type OpenRequest,
  type Provider,
  proposesNothing,
  QuarterturnError,
  type Session,
  type StoredSecret,
  type Verdict,
} from '../../provider/index.ts'
import type { End, FreshTarget } from '../options.ts'
import { bodyOf } from './test-mint-server.ts'
import { Requests, secretIn } from './test-requests.ts'

const RefreshSecret = z.looseObject({
  url: z.string(),
  account: z.string(),
  refresh: z.string(),
  access: z.string(),
})
type RefreshSecret = z.infer<typeof RefreshSecret>

interface Pair {
  readonly refresh: string
  readonly access: string
}

const newPair = (): Pair => ({ refresh: `refresh-${randomUUID()}`, access: `access-${randomUUID()}` })

/** A second use of a refresh token ends the chain. */
class Chain {
  /** Undefined: it was ended. */
  head: Pair | undefined = newPair()
  isDown = false
  held: Promise<void> = Promise.resolve()

  use(refresh: unknown): Pair | undefined {
    this.head = this.head?.refresh === refresh ? newPair() : undefined
    return this.head
  }
}

const chains = new Map<string, Chain>()

/** Whether the tokens are those in force; a use of the refresh token would tell by using it up. */
export const holdsRefreshToken = async ({ account, refresh }: StoredSecret): Promise<boolean> =>
  chains.get(String(account))?.head?.refresh === refresh

let made = 0

export async function freshRefresh(): Promise<FreshTarget> {
  made += 1
  const account = `chain-${made}`
  const chain = new Chain()
  chains.set(account, chain)
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    answer(chain, request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (chain.isDown) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stored = { engine: 'refresh', url: `http://127.0.0.1:${port}`, account, note: 'kept' }
  return {
    secret: { ...stored, ...chain.head },
    wire: {
      upstream: { host: '127.0.0.1', port },
      framing: 'http',
      at: (secret, place) => ({ ...secret, url: `http://${place.host}:${place.port}` }),
    },
    live: async () => (chain.head === undefined ? [] : [chain.head.refresh]),
    issueAnew: async () => {
      chain.head = newPair()
      return { ...stored, ...chain.head }
    },
    outage: async (): Promise<End> => {
      chain.isDown = true
      for (const socket of sockets) socket.destroy()
      return async () => {
        chain.isDown = false
      }
    },
    slow: async (): Promise<End> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      chain.held = promise
      return async () => resolve()
    },
    connections: async () => sockets.size,
    async close() {
      chains.delete(account)
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function answer(chain: Chain, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  const isIn = request.headers['authorization'] === `Bearer ${chain.head?.access}`
  if (request.method === 'GET') return void response.writeHead(isIn ? 200 : 401).end('{}')
  await chain.held
  // Whoever asked is gone, and would not hear of it.
  if (request.socket.destroyed) return
  const { refresh }: { refresh?: unknown } = JSON.parse(body)
  const next = chain.use(refresh)
  response.writeHead(next === undefined ? 400 : 200).end(JSON.stringify(next ?? {}))
}

export function refreshingProvider(): Provider<typeof RefreshSecret> {
  return defineProvider({
    name: 'refresh',
    serves: { engines: ['refresh'] },
    schema: RefreshSecret,
    capabilities: {
      strategies: ['refresh-token'],
      repeat: 'once',
      lock: 'none',
      failedProbe: 'free',
      mint: { marked: false, readable: false, livesAtOnce: 1, consuming: true },
    },
    identity: ({ url, account, refresh }) => ({ account, endpoint: url, credential: refresh }),
    withCredential: ({ into, from }) => ({ ...into, refresh: from['refresh'], access: from['access'] }),
    propose: proposesNothing,
    open: openRefresh,
  })
}

const Pair = z.object({ refresh: z.string(), access: z.string() })

function openRefresh(opened: OpenRequest<RefreshSecret>): Session {
  const requests = new Requests(opened.connect)
  const secretOf = secretIn(opened)
  const unreachable = () => new QuarterturnError('TARGET_UNREACHABLE', { problem: 'no answer that tells' })
  return {
    ...ONLY_MINTS,
    check: async () => ({ possible: true, missing: [] }),
    async probe({ who }): Promise<Verdict> {
      const { url, access, account } = secretOf(who)
      const reply = await requests.ask({ url, secret: access }, { method: 'GET', path: '/me' })
      if (reply?.status === 200) return { verdict: 'accepted', as: account }
      if (reply?.status === 401) return { verdict: 'rejected' }
      return { verdict: 'unknown', reason: 'no answer', code: 'TARGET_UNREACHABLE' }
    },
    async mint({ from }) {
      const { url, refresh } = secretOf(from)
      const reply = await requests.ask(
        { url, secret: '' },
        { method: 'POST', path: '/token', body: { refresh } },
      )
      if (reply?.status === 400) return { result: 'declined', reason: 'the refresh token is not taken' }
      const pair = Pair.safeParse(reply?.body)
      if (reply?.status !== 200 || !pair.success) throw unreachable()
      return { result: 'minted', value: { ...secretOf('current'), ...pair.data } }
    },
    close: () => requests.close(),
  }
}
