import type { Framed, Framing, Side } from './framing.ts'

/** A whole message with its bytes. */
export interface Message extends Omit<Framed<unknown>, 'state' | 'length'> {
  readonly from: Side
  readonly bytes: Buffer
}

/** Divides the two streams of one connection into messages. */
export class Dialogue<State> {
  readonly #framing: Framing<State>
  readonly #rest: Record<Side, Buffer> = { client: Buffer.alloc(0), server: Buffer.alloc(0) }
  #state: State

  constructor(framing: Framing<State>) {
    this.#framing = framing
    this.#state = framing.initial
  }

  add(from: Side, bytes: Buffer): void {
    this.#rest[from] = Buffer.concat([this.#rest[from], bytes])
  }

  /**
   * Takes the next whole message of that side, or `undefined` while there is none. One at a time, since what follows
   * may be TLS. Throws `FramingError`.
   */
  next(from: Side, hasEnded = false): Message | undefined {
    const bytes = this.#rest[from]
    if (bytes.length === 0) return undefined
    const framed = this.#framing.next({ state: this.#state, from, bytes, hasEnded })
    if (framed === undefined) return undefined
    const { length, state, ...message } = framed
    this.#state = state
    this.#rest[from] = bytes.subarray(length)
    return { ...message, from, bytes: bytes.subarray(0, length) }
  }

  /** Takes what is not yet a message. */
  takeRest(from: Side): Buffer {
    const rest = this.#rest[from]
    this.#rest[from] = Buffer.alloc(0)
    return rest
  }
}
