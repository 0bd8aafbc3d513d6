import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { awsAround, LocalAws } from '../accounts/local-aws.ts'
import { ConnectionLost, LocalAwsError } from '../errors.ts'
import type { LocalSecretsManager } from '../model/model.ts'
import { answer, type Behind, type DoorAnswer, errorAnswer } from './door.ts'

/** A value of the greatest size with every character escaped, and the other members. */
const LARGEST_BODY = 1_048_576
/** How long the headers of a request may take, and the whole of it. */
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000

export interface LocalServer {
  /** The endpoint for an AWS SDK or the AWS CLI, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  /** Ends open connections and frees the port. A repeat does nothing. */
  close(): Promise<void>
}

export interface ServeOptions extends Omit<Behind, 'aws'> {
  /** A free one by default. */
  readonly port?: number | undefined
  /** How long a request may take to arrive, in milliseconds. 30,000 by default, of which the headers have 10,000. */
  readonly requestMs?: number | undefined
}

/**
 * Serves Secrets Manager, STS and EventBridge Scheduler on 127.0.0.1, and Lambda's Invoke for the functions. One model
 * by itself accepts any credentials and looks at no signature; `LocalAws` knows by the signature whose account a
 * request is for. Rejects when the port is taken.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function serveLocal(
  served: LocalSecretsManager | LocalAws,
  { port: wanted, requestMs = REQUEST_MS, ...behind }: ServeOptions = {},
): Promise<LocalServer> {
  const aws = served instanceof LocalAws ? served : awsAround(served)
  const server = createServer(
    {
      headersTimeout: Math.min(HEADERS_MS, requestMs),
      requestTimeout: requestMs,
      // Node looks every 30 seconds by itself, which would be the limit.
      connectionsCheckingInterval: Math.min(1000, requestMs),
    },
    (request, response) => {
      respond({ aws, ...behind }, request, response).catch(() => response.destroy())
    },
  )
  server.on('clientError', refuse)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      if (!server.listening) return
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Words of another answer would be taken for the rest of the one that is on its way. */
const beingAnswered = new WeakSet<Duplex>()

async function respond(behind: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url: path = '', headers, socket } = request
  // ConnectionLost, an injected fault too, leaves the caller without an answer.
  const made = await bodyOf(request)
    .then((body) => answer(behind, { method, path, headers, body }))
    .catch((error: unknown) => {
      if (error instanceof ConnectionLost) throw error
      return errorAnswer(error)
    })
  // What is left of a body that was not read must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  beingAnswered.add(socket)
  response.once('close', () => beingAnswered.delete(socket))
  response.writeHead(made.status, made.headers).end(made.body)
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY)
    throw new LocalAwsError('RequestEntityTooLargeException', `The body is over ${LARGEST_BODY} bytes.`, 413)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > LARGEST_BODY) throw new ConnectionLost(`The body did not end within ${LARGEST_BODY} bytes.`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** What is no request in HTTP, or takes too long to become one. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || beingAnswered.has(socket))
    return void socket.destroy()
  const made = errorAnswer(
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new LocalAwsError('RequestTimeoutException', 'The request took too long to arrive.', 408)
      : new LocalAwsError('MalformedHttpRequestException', 'The request is not valid HTTP.'),
  )
  socket.end(rawOf(made))
}

function rawOf({ status, headers, body }: DoorAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(body)
  return `HTTP/1.1 ${status} Refused\r\n${lines.join('')}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`
}
