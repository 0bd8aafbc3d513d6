import { QuarterturnError } from '../errors/index.ts'

/** The time a step may take: Lambda's, less what is kept back to close connections and to report. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined
  readonly #end: number

  /** `ms` until the deadline; `Infinity` for none. */
  constructor(ms: number) {
    this.#end = performance.now() + ms
    if (ms <= 0) this.#controller.abort()
    else if (Number.isFinite(ms)) this.#timer = setTimeout(() => this.#controller.abort(), ms)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Milliseconds left, never negative. */
  timeLeftMs(): number {
    return Math.max(0, this.#end - performance.now())
  }

  error(): QuarterturnError {
    return new QuarterturnError('DEADLINE', { problem: 'the step ran out of time' })
  }

  /**
   * Begins `work` unless the time is up, and settles as it does, or rejects when the deadline fires first; a late
   * result is dropped.
   */
  limit<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const expire = (): void => reject(this.error())
      if (signal.aborted) {
        expire()
        return
      }
      signal.addEventListener('abort', expire, { once: true })
      void work()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', expire))
    })
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
