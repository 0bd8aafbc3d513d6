/** A small target over HTTP that issues client secrets: each account has its own server, so that ports tell them apart. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { markText } from '../../provider/index.ts'
import type { End, FreshTarget, KitTime } from '../options.ts'

/** What the target is like. */
export interface MintKind {
  readonly livesAtOnce: number
  /** The list shows the values. Default: it does not. */
  readonly readable?: boolean
  /** A new secret is refused for so long, in milliseconds. Default 0. */
  readonly settlesMs?: number
  /** A new one ends those before it, so many milliseconds later. Default: they live on. */
  readonly endsOldAfterMs?: number
  /** An admin has them issued. Default: each is made with the one before. */
  readonly byAdmin?: boolean
  /** It lives so long, in milliseconds. Default: until it is revoked. */
  readonly lifeMs?: number
}

interface ClientSecret {
  readonly secret: string
  readonly name: string
  readonly createdAt: number
  readonly expiresAt: number
}

type Trouble = 'down' | 'limited' | 'read-only' | 'slow' | 'locked' | 'dropped' | 'echo' | { to: string }

/** One account and its client secrets. */
export class MintServer {
  readonly kind: MintKind
  readonly now: () => number
  readonly secrets = new Map<string, ClientSecret>()
  readonly sockets = new Set<Socket>()
  readonly troubles = new Set<Trouble>()
  readonly log: string[] = []
  failedSignIns = 0
  readonly admin = `admin-${crypto.randomUUID()}`
  #made = 0
  #healed = Promise.withResolvers<void>()

  constructor(kind: MintKind, now: () => number) {
    this.kind = kind
    this.now = now
  }

  get live(): readonly string[] {
    return [...this.secrets].filter(([, one]) => !this.isOver(one)).map(([id]) => id)
  }

  isOver({ expiresAt }: ClientSecret): boolean {
    return this.now() >= expiresAt
  }

  issue(name: string, createdAt = this.now()): { readonly id: string; readonly secret: string } {
    this.#made += 1
    const id = `s${this.#made}-${crypto.randomUUID().slice(0, 8)}`
    const secret = `issued-${crypto.randomUUID()}`
    const { endsOldAfterMs, lifeMs = Number.POSITIVE_INFINITY } = this.kind
    if (endsOldAfterMs !== undefined)
      for (const [old, one] of this.secrets)
        this.secrets.set(old, { ...one, expiresAt: Math.min(one.expiresAt, createdAt + endsOldAfterMs) })
    this.secrets.set(id, { secret, name, createdAt, expiresAt: createdAt + lifeMs })
    return { id, secret }
  }

  accepts(secret: unknown): boolean {
    const found = [...this.secrets.values()].find((one) => one.secret === secret)
    if (this.troubles.has('dropped') || found === undefined || this.isOver(found)) return false
    return this.now() >= found.createdAt + (this.kind.settlesMs ?? 0)
  }

  trouble(what: Trouble): () => Promise<End> {
    return async () => {
      this.troubles.add(what)
      if (what === 'down') this.dropAll()
      return async () => {
        this.troubles.delete(what)
        this.#healed.resolve()
        this.#healed = Promise.withResolvers()
      }
    }
  }

  /** Resolves when the target is slow no more. */
  async notSlow(): Promise<void> {
    while (this.troubles.has('slow')) await this.#healed.promise
  }

  dropAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }
}

const servers = new Map<string, MintServer>()

/** The server that a stored secret is of. */
export function mintServerOf(secret: Readonly<Record<string, unknown>>): MintServer {
  const server = servers.get(String(secret['account']))
  if (server === undefined) throw new Error('no such account')
  return server
}

export const signsInToMint = async (secret: Readonly<Record<string, unknown>>): Promise<boolean> =>
  mintServerOf(secret).accepts(secret['secret'])

let made = 0

export async function freshMint(kind: MintKind, { now }: KitTime): Promise<FreshTarget> {
  made += 1
  const account = `client-${made}`
  const state = new MintServer(kind, now)
  servers.set(account, state)
  // The first one has settled long ago.
  const { id, secret } = state.issue('made by hand', now() - (kind.settlesMs ?? 0))
  const server = createServer((request, response) => {
    answer(state, account, request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    state.sockets.add(socket)
    socket.once('close', () => state.sockets.delete(socket))
    if (state.troubles.has('down')) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const stored = { engine: 'mint', url, account, secret, secretId: id, note: 'kept' }
  return {
    secret: stored,
    wire: {
      upstream: { host: '127.0.0.1', port },
      framing: 'http',
      at: (secret, place) => ({ ...secret, url: `http://${place.host}:${place.port}` }),
    },
    ...(kind.byAdmin === true && {
      admin: {
        value: { engine: 'mint', url, account: 'admin', secret: state.admin, secretId: 'admin' },
        named: (secret, masterarn) => ({ ...secret, masterarn }),
      },
    }),
    outage: state.trouble('down'),
    limitConnections: state.trouble('limited'),
    readOnly: state.trouble('read-only'),
    slow: state.trouble('slow'),
    lockUser: state.trouble('locked'),
    dropUser: state.trouble('dropped'),
    echo: state.trouble('echo'),
    redirectTo: (to) => state.trouble({ to })(),
    dropConnections: async () => state.dropAll(),
    connections: async () => state.sockets.size,
    failedSignIns: async () => state.failedSignIns,
    log: async () => state.log.join('\n'),
    live: async () => state.live,
    issueByHand: async (mark) => state.issue(mark === undefined ? 'by hand' : markText(mark)).id,
    issueAnew: async () => {
      const fresh = state.issue('by hand')
      return { ...stored, secret: fresh.secret, secretId: fresh.id }
    },
    revokeByHand: async (one) => void state.secrets.delete(one),
    async close() {
      servers.delete(account)
      const closed = once(server, 'close')
      server.close()
      state.dropAll()
      await closed
    },
  }
}

async function answer(
  state: MintServer,
  account: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  const reply = (status: number, what: unknown, headers: Record<string, string> = {}): void => {
    const text = status === 204 ? '' : JSON.stringify(what)
    const type = { 'content-type': 'application/json' }
    response.writeHead(status, { ...(status === 204 ? {} : type), ...headers }).end(text)
  }
  const { method = '', url = '' } = request
  const given = request.headers['authorization']?.replace(/^Bearer /, '')
  for (const trouble of state.troubles)
    if (typeof trouble === 'object') return reply(307, {}, { location: trouble.to })
  if (state.troubles.has('echo')) return reply(400, { method, url, headers: request.headers, body })
  if (state.troubles.has('limited')) return reply(429, { error: 'slow_down' })
  if (state.troubles.has('locked')) return reply(403, { error: 'client_disabled' })
  if (given !== state.admin && !state.accepts(given)) {
    state.failedSignIns += 1
    state.log.push('sign-in failed')
    return reply(401, { error: 'invalid_client' })
  }
  if (method === 'GET' && url === '/me') return reply(200, { account })
  if (method === 'GET' && url === '/secrets') return reply(200, { secrets: shown(state) })
  if (state.troubles.has('read-only')) return reply(503, { error: 'read_only' })
  await state.notSlow()
  // Whoever asked is gone, and nobody would hear of it.
  if (request.socket.destroyed) return
  change(state, method, url, body, reply)
}

function change(
  state: MintServer,
  method: string,
  url: string,
  body: string,
  reply: (status: number, what: unknown) => void,
): void {
  if (method === 'POST' && url === '/secrets') {
    const isFull = state.kind.endsOldAfterMs === undefined && state.live.length >= state.kind.livesAtOnce
    if (isFull) {
      reply(409, { error: 'limit_reached' })
      return
    }
    const { name }: { name?: unknown } = JSON.parse(body)
    const { id, secret } = state.issue(String(name))
    state.log.push(`issued ${id}`)
    reply(201, { id, secret, ...lifeOf(state) })
    return
  }
  const id = /^\/secrets\/([^/?#]+)/.exec(url)?.[1] ?? ''
  const isGone = method === 'DELETE' && state.secrets.delete(decodeURIComponent(id))
  if (isGone) state.log.push('revoked one')
  reply(isGone ? 204 : 404, { error: 'not_found' })
}

const lifeOf = ({ kind: { lifeMs, endsOldAfterMs = 0 }, now }: MintServer): object => ({
  ...(lifeMs === undefined ? {} : { expiresAt: now() + lifeMs }),
  ...(endsOldAfterMs === 0 ? {} : { oldExpiresAt: now() + endsOldAfterMs }),
})

const shown = (state: MintServer): readonly object[] =>
  state.live.map((id) => {
    const { name, createdAt, secret } = state.secrets.get(id) ?? {}
    return { id, name, createdAt, ...(state.kind.readable === true ? { secret } : {}) }
  })

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}
