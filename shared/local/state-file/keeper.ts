import type { DataFile } from './data-file.ts'

/** How late at most the file learns what changed without a request. */
const EVERY_MS = 1000

/**
 * Writes the state to its file when it has changed: when it is told to, and once a second. A write that fails is told
 * once and tried again; until then the state is in memory alone.
 */
export class Keeper {
  readonly #file: DataFile
  readonly #state: () => unknown
  readonly #failed: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #written: string
  #isFailing = false
  #isReleased = false

  constructor(file: DataFile, state: () => unknown, failed: (error: unknown) => void) {
    this.#file = file
    this.#state = state
    this.#failed = failed
    // What nobody has changed needs no file.
    this.#written = JSON.stringify(state())
    this.#timer = setInterval(() => this.save(), EVERY_MS).unref()
  }

  /** Writes now if anything has changed; answers whether the file holds the state. */
  save(): boolean {
    // Whoever has the file now must not find ours in it.
    if (this.#isReleased) return !this.#isFailing
    const state = JSON.stringify(this.#state())
    if (state === this.#written) return true
    try {
      this.#file.write(state)
      this.#written = state
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#failed(error)
      this.#isFailing = true
    }
    return !this.#isFailing
  }

  /** Writes what is left, and gives the file free; answers whether the file holds the state. */
  close(): boolean {
    const isKept = this.save()
    this.release()
    return isKept
  }

  /** Gives the file free as it is. */
  release(): void {
    this.#isReleased = true
    clearInterval(this.#timer)
    this.#file.close()
  }
}
