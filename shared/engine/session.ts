import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { OpenRequest, Provider, Session } from '../provider/contract.ts'
import type { Deadline } from './deadline.ts'

/**
 * The provider's session with what every provider needs around it: opened at the first use, closed once, every
 * operation held to the deadline, and every error one of ours. When the deadline fires the connections are closed,
 * and that is awaited, before anybody hears of it: a statement left running could overwrite a newer credential.
 */
export class GuardedSession {
  readonly #open: () => Session
  readonly #deadline: Deadline
  readonly #provider: string
  #session: Session | undefined

  constructor(
    provider: Provider,
    request: Omit<OpenRequest<unknown>, 'signal' | 'timeLeftMs'>,
    deadline: Deadline,
  ) {
    this.#provider = provider.name
    this.#deadline = deadline
    this.#open = () =>
      provider.open({ ...request, signal: deadline.signal, timeLeftMs: () => deadline.timeLeftMs() })
  }

  async run<T>(operation: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#deadline.limit(async () => {
        this.#session ??= this.#open()
        return await operation(this.#session)
      })
    } catch (error) {
      if (this.#deadline.signal.aborted) {
        await this.close()
        throw this.#deadline.error()
      }
      if (isQuarterturnError(error)) throw error
      throw new QuarterturnError('PROVIDER_FAILED', {
        problem: `the provider ${this.#provider} failed: ${error instanceof Error ? error.message : String(error)}`,
        cause: error,
      })
    }
  }

  /** Ends every connection. Never rejects; a repeat does nothing. */
  async close(): Promise<void> {
    const session = this.#session
    // A provider that fails to close has broken its contract; the outcome of the step is settled by then.
    await session?.close().catch(() => undefined)
  }
}
