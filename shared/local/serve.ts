import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectionLost, LocalAwsError } from './errors.ts'
import type { LocalSecretsManager } from './model.ts'
import { isOperationName } from './operations/index.ts'
import { decode, decodeText, encode } from './wire.ts'

/** A value of the greatest size with every character escaped, and the other members. */
const LARGEST_BODY = 1_048_576
const TARGET_PREFIX = 'secretsmanager.'

export interface LocalServer {
  /** The endpoint for an AWS SDK or the AWS CLI, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  /** Ends open connections and frees the port. A repeat does nothing. */
  close(): Promise<void>
}

export interface ServeOptions {
  /** A free one by default. */
  readonly port?: number
}

/**
 * Serves the model on 127.0.0.1 in AWS JSON 1.1. Any credentials are accepted, signatures are not looked at.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function serveLocal(
  model: LocalSecretsManager,
  options: ServeOptions = {},
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    answer(model, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
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

async function answer(
  model: LocalSecretsManager,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amzn-RequestId', randomUUID())
  response.setHeader('content-type', 'application/x-amz-json-1.1')
  try {
    const body = await bodyOf(request)
    const output = encode(perform(model, request, body))
    response.writeHead(200).end(output)
  } catch (error) {
    // An injected fault: the caller is left without an answer.
    if (error instanceof ConnectionLost) return void response.destroy()
    const { name, message, statusCode } = error instanceof LocalAwsError ? error : unexpected()
    // What is left of a body that was not read must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close')
    response.writeHead(statusCode).end(JSON.stringify({ __type: name, Message: message }))
  }
}

function perform(model: LocalSecretsManager, request: IncomingMessage, body: string): unknown {
  const target = request.headers['x-amz-target']
  const operation =
    typeof target === 'string' && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : ''
  if (request.method !== 'POST' || !isOperationName(operation))
    throw new LocalAwsError('UnknownOperationException', 'The operation is not known here.')
  return model.handle(operation, decode(body))
}

const unexpected = () =>
  new LocalAwsError('InternalServiceError', 'An error occurred on the server side.', 500)

async function bodyOf(request: IncomingMessage): Promise<string> {
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
  return decodeText(Buffer.concat(chunks))
}
