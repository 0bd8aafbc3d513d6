/** What stands between a function and Secrets Manager: each call passes one by one, and may be the last. */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Hears of each call. A promise is waited for; what is told to the function, if it is still there, goes on afterwards. */
export interface Listener {
  /** It came and is not carried out. False: it never will be, and there is no answer. */
  came(operation: string): Promise<boolean>
  /** It was carried out and not answered. False: there is no answer. */
  carriedOut(operation: string): Promise<boolean>
  /** The answer is on its way. */
  answered(operation: string): void
}

export interface Gateway {
  /** For the SDK: `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string
  /** Ends open connections and frees the port. */
  close(): Promise<void>
}

/** Starts a gateway on loopback in front of `upstream`, a served local Secrets Manager. */
export async function startGateway(upstream: string, listener: Listener): Promise<Gateway> {
  const server = createServer((request, response) => {
    pass(upstream, listener, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function pass(
  upstream: string,
  listener: Listener,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  const operation = String(request.headers['x-amz-target']).replace(/^secretsmanager\./, '')
  if (!(await listener.came(operation))) return void response.destroy()
  const { status, headers, text } = await forward(upstream, request, body)
  if (!(await listener.carriedOut(operation))) return void response.destroy()
  response.writeHead(status, { 'content-type': headers['content-type'] }).end(text)
  listener.answered(operation)
}

function forward(upstream: string, { method, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; text: Buffer }>(
    (resolve, reject) => {
      const outgoing = send(upstream, { method, headers, agent: false }, (incoming) => {
        bodyOf(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, text }),
          reject,
        )
      })
      outgoing.once('error', reject)
      outgoing.end(body)
    },
  )
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
