/** What was started and must end, last first. */
export class Household {
  readonly #ends: (() => Promise<unknown>)[] = []
  #ended: Promise<void> | undefined

  /**
   * Keeps what is starting; `end` is called even when the start is still under way or failed, so that a signal at
   * any moment finds it.
   */
  async keep<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> {
    this.#ends.push(() => starting.then(end))
    return await starting
  }

  /** Ends everything. Never rejects: what cannot be ended has failed before, or never started. A repeat waits for the first. */
  end(): Promise<void> {
    this.#ended ??= this.#endAll()
    return this.#ended
  }

  async #endAll(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end().catch(() => {})
  }
}
