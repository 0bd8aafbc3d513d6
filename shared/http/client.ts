import { budget } from '../network/budget.ts'
import type { Connect } from '../network/connect.ts'
import type { Trust } from '../network/tls.ts'
import { Exchange, type HttpReply, type HttpRequest } from './exchange.ts'
import { HttpFailure } from './failure.ts'

export interface HttpClientOptions {
  readonly trust: Trust
  /** Opens its connections: what the engine gave with `OpenRequest`. Undefined: to any host. */
  readonly connect: Connect | undefined
  /** Milliseconds for one request, connecting included. */
  readonly timeoutMs: number
  /** Ends every request. */
  readonly signal: AbortSignal
  /** Milliseconds that the whole session may still take. */
  readonly timeLeftMs: () => number
}

/** Every request of one session: counted here, and ended here all at once. */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #running = new Set<Exchange>()
  #closed: Promise<void> | undefined

  constructor(options: HttpClientOptions) {
    this.#options = options
    if (options.signal.aborted) void this.close()
    options.signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  /** Sends once, whatever comes of it. Rejects with an `HttpFailure` where there is no whole reply. */
  async send(request: HttpRequest): Promise<HttpReply> {
    if (this.#closed !== undefined)
      throw new HttpFailure({ kind: 'closed', message: 'the session is closed' })
    const { trust, connect, timeoutMs, timeLeftMs } = this.#options
    const exchange = new Exchange(request, {
      trust,
      connect,
      timeoutMs: Math.min(timeoutMs, budget(timeLeftMs()).clientMs),
    })
    this.#running.add(exchange)
    try {
      return await exchange.reply
    } finally {
      await exchange.end()
      this.#running.delete(exchange)
    }
  }

  /** Ends every request at once. After it resolves no byte leaves. Never rejects; a repeat does nothing. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#running].map((exchange) => exchange.end())).then(() => undefined)
    return this.#closed
  }
}
