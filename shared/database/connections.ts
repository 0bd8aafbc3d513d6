import { budget } from '../network/budget.ts'
import type { OpenRequest, Who } from '../provider/index.ts'

/** A sign-in that may still be under way. */
export interface Attempt {
  /** Resets the connection at once; resolves when it is gone. A repeat does nothing; never rejects. */
  destroy(): Promise<void>
}

/** Every connection of one session: counted here, and ended here all at once. */
export class Connections<Secret, One extends Attempt> {
  readonly #request: OpenRequest<Secret>
  readonly #connectTimeoutMs: number
  /** Those that may still be open. */
  readonly #attempts = new Set<One>()
  #closed: Promise<void> | undefined

  constructor(request: OpenRequest<Secret>, connectTimeoutMs: number) {
    this.#request = request
    this.#connectTimeoutMs = connectTimeoutMs
    if (request.signal.aborted) void this.close()
    request.signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  secret(who: Who): Secret {
    const sealed = this.#request.values[who]
    if (sealed === undefined) throw new Error(`the ${who} value was not read`)
    return sealed.reveal()
  }

  /** Keeps what `begin` starts, which gets the time that a sign-in may take. */
  attempt(begin: (timeoutMs: number) => One): One {
    if (this.#closed !== undefined) throw new Error('the session is closed')
    const attempt = begin(Math.min(this.#connectTimeoutMs, budget(this.#request.timeLeftMs()).clientMs))
    this.#attempts.add(attempt)
    return attempt
  }

  async drop(attempt: One): Promise<void> {
    await attempt.destroy()
    this.#attempts.delete(attempt)
  }

  /** Ends every connection at once. Never rejects; a repeat does nothing. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#attempts].map((attempt) => attempt.destroy())).then(
      () => undefined,
    )
    return this.#closed
  }
}
