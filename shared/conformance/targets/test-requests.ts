/** How the sound providers of targets over HTTP ask: the requests of one session, each in a connection of its own. */
import { type ClientRequest, request as send } from 'node:http'
import { type Connect, connectAnywhere, type OpenRequest, type Who } from '../../provider/index.ts'

export interface HttpReply {
  readonly status: number
  readonly body: unknown
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: object
}

export class Requests {
  readonly #open = new Set<ClientRequest>()
  readonly #connect: Connect
  #isClosed = false

  constructor(connect: Connect = connectAnywhere) {
    this.#connect = connect
  }

  /** Undefined: no whole answer came, or the session is closed. */
  async ask(
    { url, secret }: { readonly url: string; readonly secret: string },
    { method, path, body }: Asked,
  ): Promise<HttpReply | undefined> {
    if (this.#isClosed) return undefined
    return await new Promise((resolve) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${secret}`,
        ...(text === '' ? {} : { 'content-length': text.length }),
      }
      const { hostname: host, port } = new URL(url)
      const createConnection = () => this.#connect({ host, port: Number(port) })
      const request = send(new URL(path, url), { method, headers, createConnection }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(chunks) }))
        response.on('error', () => resolve(undefined))
      })
      this.#open.add(request)
      request.on('error', () => resolve(undefined))
      request.on('close', () => {
        this.#open.delete(request)
        resolve(undefined)
      })
      request.end(text)
    })
  }

  /** Resolves when every connection is gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(
      [...this.#open].map((one) => {
        const gone = new Promise<void>((resolve) => one.once('close', () => resolve()))
        one.destroy()
        return gone
      }),
    )
  }
}

function parsed(chunks: readonly Buffer[]): unknown {
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return undefined
  }
}

/** The secret that somebody has. Throws where it was not read. */
export const secretIn =
  <S>({ values }: OpenRequest<S>) =>
  (who: Who): S => {
    const secret = values[who]?.reveal()
    if (secret === undefined) throw new Error(`${who} was not read`)
    return secret
  }
