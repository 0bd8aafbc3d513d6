import { type StoredSecret, snapshotOf } from './secret.ts'

/** How long reads keep seeing the state before a write. Both may be given: the first that is reached counts. */
export interface VisibilityDelay {
  /** Reads of the secret that still see the old state. */
  readonly reads?: number
  /** Milliseconds of the model's clock. */
  readonly ms?: number
}

interface Earlier {
  readonly state: StoredSecret
  readsLeft: number
  readonly untilMs: number
}

/**
 * Delayed visibility: after each write the next reads of that secret still get the state from before it. Writes always
 * act on the true state, so that a compare-and-swap decides by it. Off by default.
 */
export class Visibility {
  #delay: VisibilityDelay | undefined
  /** Oldest first: a read gets the first that is still in force. */
  readonly #earlier = new Map<StoredSecret, Earlier[]>()

  /** `undefined` switches the delay off for later writes. */
  set(delay: VisibilityDelay | undefined): void {
    this.#delay = delay
  }

  /** Everything written so far becomes visible. */
  catchUp(): void {
    this.#earlier.clear()
  }

  keep(secret: StoredSecret, nowMs: number): void {
    if (this.#delay === undefined) return
    const { reads, ms } = this.#delay
    const states = this.#earlier.get(secret) ?? []
    states.push({
      state: snapshotOf(secret),
      readsLeft: reads ?? Number.POSITIVE_INFINITY,
      untilMs: ms === undefined ? Number.POSITIVE_INFINITY : nowMs + ms,
    })
    this.#earlier.set(secret, states)
  }

  /** The state that this read sees; counts it. */
  viewOf(secret: StoredSecret, nowMs: number): StoredSecret {
    const states = this.#earlier.get(secret)
    if (states === undefined) return secret
    const inForce = states.filter(({ readsLeft, untilMs }) => readsLeft > 0 && nowMs < untilMs)
    for (const state of inForce) state.readsLeft -= 1
    if (inForce.length === 0) this.#earlier.delete(secret)
    else this.#earlier.set(secret, inForce)
    return inForce[0]?.state ?? secret
  }
}
