import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestOn } from 'node:http'
import type { Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type Connect, connectAnywhere } from '../network/connect.ts'
import { networkFailure } from '../network/network-failure.ts'
import { reset } from '../network/reset.ts'
import { type Trust, tlsFailure, tlsOptions } from '../network/tls.ts'
import { HttpFailure } from './failure.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Scheme, host and port, as `URL.origin` spells them. The only place that anything is sent to. */
  readonly origin: string
  /** Begins with a slash; names in it are encoded already. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with its length; an empty one too, since some servers wait for a length. */
  readonly body?: string
}

export interface HttpReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Of what a target sends nothing is trusted, so nothing of it goes into a message. */
  readonly body: string
}

/** A reply is never larger than this, in bytes. */
export const LARGEST_REPLY = 262_144

/**
 * One request in a connection of its own: nothing is kept open, tried again or redirected. Whatever comes of it, the
 * connection is reset then, so that no byte leaves afterwards. Every rejection is an `HttpFailure`.
 */
export class Exchange {
  readonly reply: Promise<HttpReply>
  readonly #tcp: Socket
  #tls: TLSSocket | undefined
  #outgoing: ClientRequest | undefined
  #fail: (failure: HttpFailure) => void = () => {}

  constructor(
    request: HttpRequest,
    {
      trust,
      connect = connectAnywhere,
      timeoutMs,
    }: { readonly trust: Trust; readonly connect?: Connect | undefined; readonly timeoutMs: number },
  ) {
    const url = new URL(request.path, request.origin)
    if (url.origin !== request.origin) throw new Error('a path led away from its origin')
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const isSecure = url.protocol === 'https:'
    this.#tcp = connect({ host, port: Number(url.port === '' ? (isSecure ? 443 : 80) : url.port) })
    const timer = setTimeout(
      () => this.#fail(new HttpFailure({ kind: 'timeout', message: 'the target did not answer in time' })),
      timeoutMs,
    )
    const reply = new Promise<HttpReply>((resolve, reject) => {
      this.#fail = reject
      const send = (socket: Socket): void => {
        try {
          this.#outgoing = begin(request, url, socket)
        } catch {
          // It is called by an event, and would end the process. A token that a target issued may be anything.
          reject(new HttpFailure({ kind: 'protocol', message: 'the request has what cannot be sent' }))
          return
        }
        this.#outgoing.on('error', (error) => reject(failureOf(error)))
        this.#outgoing.on('response', (incoming) => read(incoming, resolve, reject))
      }
      this.#tcp.on('error', (error) => reject(failureOf(error)))
      this.#tcp.on('close', () =>
        reject(new HttpFailure({ kind: 'network', message: 'the connection broke' })),
      )
      this.#tcp.once('connect', () => {
        if (!isSecure) return send(this.#tcp)
        this.#tls = connectTls({ socket: this.#tcp, ...tlsOptions(host, trust()) })
        this.#tls.on('error', (error) => reject(failureOf(error)))
        // Nothing is handed over before the certificate is known to be right.
        this.#tls.once('secureConnect', () => send(this.#tls ?? this.#tcp))
      })
    })
    this.reply = reply
      .catch((failure: HttpFailure) => {
        failure.isUnsent = this.#outgoing === undefined
        throw failure
      })
      .finally(() => {
        clearTimeout(timer)
        this.#reset()
      })
    this.reply.catch(() => {})
  }

  /** Breaks it off at once; resolves when the connection is gone. A repeat does nothing; never rejects. */
  async end(): Promise<void> {
    this.#fail(new HttpFailure({ kind: 'closed', message: 'the session was closed while it ran' }))
    this.#reset()
    if (!this.#tcp.closed) await once(this.#tcp, 'close').catch(() => {})
  }

  #reset(): void {
    this.#outgoing?.on('error', () => {})
    reset(this.#tcp, this.#tls)
  }
}

function begin({ method, headers, body }: HttpRequest, url: URL, socket: Socket): ClientRequest {
  const outgoing = requestOn({
    method,
    path: url.pathname + url.search,
    createConnection: () => socket,
    headers: {
      host: url.host,
      connection: 'close',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
  })
  outgoing.end(body)
  return outgoing
}

function read(
  incoming: IncomingMessage,
  resolve: (reply: HttpReply) => void,
  reject: (failure: HttpFailure) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= LARGEST_REPLY) chunks.push(chunk)
    else reject(new HttpFailure({ kind: 'protocol', message: 'the reply of the target is too large' }))
  })
  incoming.on('error', (error) => reject(failureOf(error)))
  incoming.on('end', () =>
    resolve({
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }),
  )
}

/** Node's parser has codes of its own for what is not HTTP. */
function failureOf(error: Error): HttpFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code.startsWith('HPE_'))
    return new HttpFailure({ kind: 'protocol', message: `what the target sends is not HTTP (${code})` })
  return new HttpFailure(tlsFailure(error) ?? networkFailure(error))
}
