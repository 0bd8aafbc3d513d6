/** The org on loopback over HTTP, which misbehaves on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { APP, CONSUMER, Org, type Pair, type Variant } from './org.ts'
import type { Answer, Asked } from './reply.ts'
import { restFor } from './rest.ts'
import { soapFor } from './soap.ts'
import { tokenFor } from './token.ts'

/** What happens to a request instead of the usual: the connection ends before or after it is carried out, or nothing comes. */
export type Mishap = 'cut before' | 'cut after' | 'stall' | Answer

export interface OrgServer {
  readonly org: Org
  readonly url: string
  readonly port: number
  /** One line for each request: what was asked, and the status; names that change are cut. */
  readonly log: string[]
  /** Each is used up by the first request whose method and path match. */
  readonly mishaps: { readonly on: RegExp; readonly what: Mishap }[]
  /** Is called before each request is carried out. */
  before: ((line: string) => unknown) | undefined
  /** Whether every error says what was sent, credentials and all, as a careless gateway would. */
  echoes: boolean
  /** Nothing is answered. */
  down: boolean
  /** Changes wait; what has lost its connection meanwhile is not carried out. */
  slow: boolean
  /** Every request is answered by a redirect to there. */
  redirectsTo: string | undefined
  /** What is said of the org in answers. Default: the address of this server. */
  saysToBeAt: string | undefined
  readonly openConnections: number
  /** A secret of the app's consumer, with its primary pair or another. */
  client(pair?: Pair): Readonly<Record<string, unknown>>
  dropConnections(): void
  close(): Promise<void>
}

export async function startOrg(variant: Partial<Variant> = {}, now?: () => number): Promise<OrgServer> {
  const org = new Org(variant, now)
  const log: string[] = []
  const mishaps: { readonly on: RegExp; readonly what: Mishap }[] = []
  const sockets = new Set<Socket>()

  const answerTo = (asked: Asked): Answer => {
    const base = running.saysToBeAt ?? running.url
    if (asked.path === '/services/oauth2/token') return tokenFor(org, base, asked)
    return asked.path.startsWith('/services/Soap/') ? soapFor(org, base, asked) : restFor(org, asked)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request
    // A POST without a length is waited for, for ever.
    if (method === 'POST' && !(Number(headers['content-length']) > 0)) return
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url ?? '', running.url)
    const asked: Asked = {
      method,
      path: url.pathname,
      query: url.searchParams,
      token: /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1],
      body: Buffer.concat(chunks).toString(),
    }
    const [, call = ''] = /<soapenv:Body[^>]*><(\w+)/.exec(asked.body) ?? []
    const path = url.pathname.replace(/\/9Sc\w+/, '/ID').replace(/\/005\w+/, '/USER')
    const line = `${method} ${path}${call === '' ? '' : ` ${call}`}`
    await running.before?.(line)
    if (running.slow && CHANGE.test(line)) {
      while (running.slow && !response.destroyed) await pause(5)
      // The end of a connection is heard of a turn later than it happened.
      await pause(50)
    }
    if (response.destroyed) return
    if (running.redirectsTo !== undefined)
      return void response.writeHead(307, { location: running.redirectsTo }).end()
    const at = mishaps.findIndex(({ on }) => on.test(line))
    const what = at < 0 ? undefined : mishaps.splice(at, 1)[0]?.what
    if (what === 'stall') return
    if (what === 'cut before' || running.down) return void response.destroy()
    const answer = typeof what === 'object' ? what : answerTo(asked)
    log.push(`${line} ${answer.status}`)
    if (what === 'cut after') return void response.destroy()
    const body =
      answer.status >= 400 && running.echoes
        ? echoing(answer.body ?? '', `${headers.authorization} ${asked.body}`)
        : answer.body
    response.writeHead(answer.status, answer.type === undefined ? {} : { 'content-type': answer.type })
    response.end(body)
  }
  const server = createServer((request, response) => serve(request, response).catch(() => response.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const running: OrgServer = {
    org,
    url: `http://127.0.0.1:${port}`,
    port,
    log,
    mishaps,
    before: undefined,
    echoes: false,
    down: false,
    slow: false,
    redirectsTo: undefined,
    saysToBeAt: undefined,
    get openConnections() {
      return sockets.size
    },
    client: ({ key, secret } = org.primary) => ({
      consumerKey: key,
      consumerSecret: secret,
      baseUri: running.url,
      appId: APP,
      consumerId: CONSUMER,
      note: 'kept',
    }),
    dropConnections: () => server.closeAllConnections(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
  return running
}

/** Puts what was sent into each text of an error, so that it stays one. */
const echoing = (body: string, sent: string): string => {
  const inJson = JSON.stringify(sent).slice(1, -1)
  const inXml = sent.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return body
    .replaceAll(/("(?:message|error_description)":")/g, `$1${inJson.replaceAll('$', '$$$$')} `)
    .replaceAll(/(<faultstring>[A-Z_]+:)/g, `$1 ${inXml.replaceAll('$', '$$$$')}`)
}

const CHANGE = /changeOwnPassword$|^(POST|PATCH|DELETE) .*\/(staged(\/ID)?|password)$/
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
