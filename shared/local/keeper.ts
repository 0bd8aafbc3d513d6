import type { DataFile } from './data-file.ts'

/** How long what only a read has changed may wait: when a secret was last accessed. */
const LAZY_MS = 1000

/**
 * Writes the state to its file when it has changed. A write that fails is told once and tried again at the next
 * change; until then the state is in memory alone.
 */
export class Keeper {
  readonly #file: DataFile
  readonly #state: () => unknown
  readonly #failed: (error: unknown) => void
  #written = ''
  #isFailing = false
  #later: NodeJS.Timeout | undefined

  constructor(file: DataFile, state: () => unknown, failed: (error: unknown) => void) {
    this.#file = file
    this.#state = state
    this.#failed = failed
  }

  /** Writes now if anything has changed; answers whether the file holds the state. */
  save(): boolean {
    clearTimeout(this.#later)
    this.#later = undefined
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

  saveLater(): void {
    this.#later ??= setTimeout(() => this.save(), LAZY_MS).unref()
  }

  /** Writes what is left, and gives the file free; answers whether the file holds the state. */
  close(): boolean {
    const isKept = this.save()
    this.#file.close()
    return isKept
  }
}
