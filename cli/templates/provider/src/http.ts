import { request as requestInClearText } from 'node:http'
import { request as requestOverTls } from 'node:https'

export interface HttpRequest {
  readonly method: 'GET' | 'PUT'
  /** An `https:` address; the schema decides where `http:` may stand. */
  readonly url: URL
  readonly username: string
  readonly password: string
  /** Sent as JSON. */
  readonly body?: object
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
export function send(request: HttpRequest): Promise<HttpReply> {
  const { method, url, username, password, body, timeoutMs } = request
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)])
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const open = url.protocol === 'https:' ? requestOverTls : requestInClearText
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${method} ${url.pathname} failed: ${why}`))
    const outgoing = open(url, {
      method,
      signal,
      // No pool: a connection ends with its request, so nothing can be sent after the session is closed.
      agent: false,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        accept: 'application/json',
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      },
    })
    outgoing.on('error', (error) => fail(nameOf(error)))
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= LARGEST_REPLY) chunks.push(chunk)
        else {
          fail('the reply is too large')
          outgoing.destroy()
        }
      })
      incoming.on('error', (error) => fail(nameOf(error)))
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks).toString()) }),
      )
    })
    outgoing.end(payload)
  })
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
