/** What stands between a function and Secrets Manager: each call passes one by one, and may be the last. */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Hears of each call, and is waited for. */
export interface Listener {
  /** It came and is not carried out. `call` names it as the kit's other stories do. False: it never will be. */
  came(call: string): Promise<boolean>
  /** It was carried out. False: there is no answer. */
  carriedOut(): Promise<boolean>
  /** The answer is on its way. */
  answered(): void
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
  if (!(await listener.came(nameOf(request, body)))) return void response.destroy()
  const { status, headers, text } = await forward(upstream, request, body)
  if (!(await listener.carriedOut())) return void response.destroy()
  response.writeHead(status, { 'content-type': headers['content-type'] }).end(text)
  listener.answered()
}

/** `GetSecretValue AWSPENDING`; never a value. */
function nameOf({ headers }: IncomingMessage, body: Buffer): string {
  const operation = String(headers['x-amz-target']).replace(/^secretsmanager\./, '')
  const { VersionStage, VersionStages = [] }: { VersionStage?: string; VersionStages?: readonly string[] } =
    JSON.parse(body.toString())
  return [operation, ...(VersionStage === undefined ? VersionStages : [VersionStage])].join(' ')
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
