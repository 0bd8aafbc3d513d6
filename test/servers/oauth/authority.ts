/** A real authorization server in this process, with the management APIs of vendors beside it. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createClearServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import Provider from 'oidc-provider'
import { ClientBook } from './book.ts'
import { MemoryAdapter } from './memory-adapter.ts'

export interface ApiRequest {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** The body as it came. */
  readonly text: string
  /** Of a JSON body; else undefined. */
  readonly body: unknown
  /** What an access token says that this server issued, if one came along. */
  readonly token:
    | {
        readonly clientId: string
        readonly scopes: readonly string[]
        /** What the client may, asked for or not. */
        readonly rights: readonly string[]
      }
    | undefined
}

export interface ApiReply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The management API of one vendor; undefined where the path is none of it. */
export type Vendor = (
  request: ApiRequest,
  authority: Authority,
) => ApiReply | undefined | Promise<ApiReply | undefined>

export interface Authority {
  readonly url: string
  readonly oidc: Provider
  readonly book: ClientBook
  /** Each request by method and path, in order. */
  readonly seen: string[]
  /** Everything that came and went, for canaries. */
  readonly exchanges: string[]
  /** Asked before a reply leaves; true cuts it off. */
  loses: (seen: string) => boolean
  /** Asked before a request is looked at; a reply given here goes out instead. */
  answers: (seen: string, headers: IncomingMessage['headers'], text: () => Promise<string>) => Answer
  /** Waited for before a change by the management API. */
  holds: (seen: string) => Promise<unknown>
  /** Every connection is closed at once. */
  isDown: boolean
  readonly sockets: ReadonlySet<Socket>
  stop(): Promise<void>
}

type Answer = ApiReply | undefined | Promise<ApiReply | undefined>

export interface AuthorityOptions {
  readonly vendor?: Vendor
  /** By id: how each client authenticates, and what it may ask for. */
  readonly clients: Readonly<
    Record<string, { readonly secret: string; readonly by?: 'basic' | 'post'; readonly scope: string }>
  >
  /** With TLS, by this certificate. Default: clear text. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Milliseconds since the epoch; of what the management API says. Default: the machine's. */
  readonly now?: () => number
  /** More of what `oidc-provider` is told. */
  readonly oidc?: object
  /** What it answers itself beside token requests. Default: nothing. */
  readonly passes?: RegExp
  /** Assertions must be for the address of the token endpoint, as it was asked. Default: for that or the issuer. */
  readonly wantsEndpoint?: boolean
}

/** The address of each token request, as whoever asked knows it. */
const askedAt = new WeakMap<IncomingMessage, string>()

export async function startAuthority({
  vendor,
  clients,
  tls,
  now = Date.now,
  oidc: more = {},
  passes,
  wantsEndpoint = false,
}: AuthorityOptions): Promise<Authority> {
  const book = new ClientBook(now)
  for (const [id, { secret }] of Object.entries(clients)) book.add(id, secret, { id: `by-hand-${id}` })
  const server = tls === undefined ? createClearServer() : createTlsServer(tls)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const oidc = createOidc(url, book, clients, more)
  if (wantsEndpoint)
    oidc.OIDCContext.prototype.clientJwtAuthExpectedAudience = function () {
      return new Set([askedAt.get(this.ctx.req) ?? ''])
    }
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    if (authority.isDown) socket.destroy()
    socket.once('close', () => sockets.delete(socket))
  })
  const authority: Authority = {
    url,
    oidc,
    book,
    seen: [],
    exchanges: [],
    loses: () => false,
    answers: () => undefined,
    holds: () => Promise.resolve(),
    isDown: false,
    sockets,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  const callback = oidc.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void serve(request, response).catch(() => response.destroy())
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url)
    const what = `${request.method} ${decodeURIComponent(pathname)}`
    authority.seen.push(what)
    const answer = await authority.answers(what, request.headers, () => textOf(request))
    if (answer !== undefined) return send(response, answer)
    const isToken = /\/token$/.test(pathname)
    if (isToken || passes?.test(pathname) === true) {
      if (request.method !== 'GET') await authority.holds(what)
      if (request.socket.destroyed) return
      if (isToken) {
        askedAt.set(request, `${url.split('://')[0]}://${request.headers.host}${pathname}`)
        request.url = '/token'
      }
      if (authority.loses(what)) cutAtEnd(request, response)
      return await callback(request, response)
    }
    const text = await textOf(request)
    const token = await tokenOf(oidc, clients, request)
    if (request.method !== 'GET') await authority.holds(what)
    // Whoever asked is gone, and nobody would hear of it.
    if (request.socket.destroyed) return
    const reply = (await vendor?.(
      {
        method: request.method ?? '',
        path: decodeURIComponent(pathname),
        headers: request.headers,
        text,
        body: jsonOf(text),
        token,
      },
      authority,
    )) ?? { status: 404, body: {} }
    authority.exchanges.push(`${what} ${text} ${JSON.stringify(reply)}`)
    if (authority.loses(what)) return void request.socket.destroy()
    send(response, reply)
  }
  return authority
}

/** What was asked for is done, and nobody hears of it. */
function cutAtEnd(request: IncomingMessage, response: ServerResponse): void {
  response.end = () => {
    request.socket.destroy()
    return response
  }
}

const SIGNING_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

export const FEATURES = { clientCredentials: { enabled: true }, devInteractions: { enabled: false } }

function createOidc(
  url: string,
  book: ClientBook,
  clients: AuthorityOptions['clients'],
  more: object,
): Provider {
  const scopes = new Set(Object.values(clients).flatMap(({ scope }) => scope.split(' ')))
  const oidc = new Provider(url, {
    clients: Object.entries(clients).map(([client_id, { secret, by = 'basic', scope }]) => ({
      client_id,
      client_secret: secret,
      token_endpoint_auth_method: `client_secret_${by}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope,
    })),
    scopes: [...scopes],
    features: FEATURES,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: { ClientCredentials: 600 },
    // Without these two it warns, and there would be no end of it.
    adapter: MemoryAdapter,
    jwks: { keys: [SIGNING_KEY] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    ...more,
  })
  oidc.silent = true
  // Its clients have one secret each; these have as many as the book says.
  const { compareClientSecret } = oidc.Client.prototype
  oidc.Client.prototype.compareClientSecret = function (actual) {
    // One that registered itself is known to the server alone.
    return book.ids.includes(this.clientId)
      ? book.accepts(this.clientId, actual)
      : compareClientSecret.call(this, actual)
  }
  return oidc
}

async function tokenOf(
  oidc: Provider,
  clients: AuthorityOptions['clients'],
  request: IncomingMessage,
): Promise<ApiRequest['token']> {
  const [, value] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  const token = value === undefined ? undefined : await oidc.ClientCredentials.find(value)
  return (
    token && {
      clientId: token.clientId,
      scopes: (token.scope ?? '').split(' '),
      rights: (clients[token.clientId]?.scope ?? '').split(' '),
    }
  )
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: ApiReply): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { ...(text === '' ? {} : { 'content-type': 'application/json' }), ...headers })
  response.end(text)
}
