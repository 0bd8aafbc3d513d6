/** A step that failed after so long has held up others: what fails sooner costs nobody anything. In milliseconds. */
const SLOW_MS = 5_000
/** So many in a row, without one that went well. */
const MOST = 3
/** For how long an account is paused then. */
const PAUSE_MS = 300_000
/** What a step of a paused account may take, in milliseconds: enough for a target that answers again. */
export const PAUSED_STEP_MS = 15_000

/**
 * Notices accounts whose steps fail slowly, one after the other, so that what one account's dead targets cost a container is
 * bounded. Each container notices by itself. A pause ends by itself too; the next slow failure then begins it anew.
 */
export class Breaker {
  readonly #now: () => number
  readonly #accounts = new Map<string, { failures: number; pausedUntil: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  isPaused(account: string): boolean {
    return (this.#accounts.get(account)?.pausedUntil ?? 0) > this.#now()
  }

  /** A step of the account ended; one that was held back says nothing. */
  ended(account: string, { failed, tookMs }: { readonly failed: boolean; readonly tookMs: number }): void {
    if (!failed) {
      this.#accounts.delete(account)
      return
    }
    if (tookMs < SLOW_MS) return
    const failures = (this.#accounts.get(account)?.failures ?? 0) + 1
    const pausedUntil = failures >= MOST ? this.#now() + PAUSE_MS : 0
    this.#accounts.set(account, { failures, pausedUntil })
  }
}
