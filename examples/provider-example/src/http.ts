import { request as requestOn } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Connect } from 'quarterturn/provider'

export interface HttpRequest {
  readonly method: 'GET' | 'PUT'
  /** An `https:` address; the schema decides where `http:` may stand. */
  readonly url: URL
  readonly username: string
  readonly password: string
  /** Sent as JSON. */
  readonly body?: object
  /** Opens the connection: the engine's own where the deployment limits the hosts, so that no other is reached. */
  readonly connect: Connect
  readonly timeoutMs: number
  /** Ends the request and its connection at once. */
  readonly signal: AbortSignal
}

export interface HttpReply {
  readonly status: number
  /** Of JSON; `undefined` when the body is anything else. */
  readonly body: unknown
}

/** A reply is never larger than this, in bytes: what the target sends is not trusted. */
const LARGEST_REPLY = 65_536

/**
 * Sends one request in a connection of its own, with no redirects. Rejects when there is no whole reply: whether
 * the target acted on the request is then unknown. The error has no header and no body in it.
 */
export async function send(request: HttpRequest): Promise<HttpReply> {
  const { method, url, timeoutMs } = request
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)])
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const socket = request.connect({ host: name, port: portOf(url) })
  try {
    return await new Promise<HttpReply>((resolve, reject) => {
      const end = (): void => reject(new Error(nameOf(signal.reason)))
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
      socket.on('error', (error) => reject(new Error(nameOf(error))))
      socket.on('close', () => reject(new Error('the connection broke')))
      socket.once('connect', () => {
        if (url.protocol !== 'https:') return exchange(request, socket, resolve, reject)
        // Verification is spelt out, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off.
        const tls = connectTls({
          socket,
          host: name,
          ...(isIP(name) === 0 ? { servername: name } : {}),
          minVersion: 'TLSv1.2',
          rejectUnauthorized: true,
        })
        tls.on('error', (error) => reject(new Error(nameOf(error))))
        // Nothing is handed over before the certificate is known to be right.
        tls.once('secureConnect', () => exchange(request, tls, resolve, reject))
      })
    })
  } catch (error) {
    throw new Error(
      `${method} ${url.pathname} failed: ${error instanceof Error ? error.message : 'no reply'}`,
    )
  } finally {
    // No pool: a connection ends with its request, so nothing can be sent after the session is closed.
    socket.destroy()
  }
}

export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)

function exchange(
  { method, url, username, password, body }: HttpRequest,
  socket: Socket,
  resolve: (reply: HttpReply) => void,
  reject: (error: Error) => void,
): void {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const outgoing = requestOn({
    method,
    path: url.pathname + url.search,
    createConnection: () => socket,
    headers: {
      host: url.host,
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      accept: 'application/json',
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  })
  outgoing.on('error', (error) => reject(new Error(nameOf(error))))
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LARGEST_REPLY) chunks.push(chunk)
      else reject(new Error('the reply is too large'))
    })
    incoming.on('error', (error) => reject(new Error(nameOf(error))))
    incoming.on('end', () =>
      resolve({ status: incoming.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks).toString()) }),
    )
  })
  outgoing.end(payload)
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …: never the message, which may repeat what was sent or received. */
const nameOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
