/** Which of the two ends something came from. */
export type Side = 'client' | 'server'

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client')

/** A message that a framing has found at the start of the bytes. */
export interface Framed<State> {
  /** What it is, for people and for telling one run from another. Never holds text that may be secret. */
  readonly name: string
  /** How many bytes it takes. */
  readonly length: number
  /** What the framing knows after it. */
  readonly state: State
  /** False: it is passed on without being a point of its own, such as a goodbye, which races with the other end's. */
  readonly isPoint: boolean
  /** After this message has been passed on, both ends turn to TLS. */
  readonly startsTls?: true
}

/** What lies before a framing. */
export interface Received<State> {
  readonly state: State
  readonly from: Side
  /** What came from that side and was not yet part of a message. Never empty. */
  readonly bytes: Buffer
  /** Nothing follows from that side. */
  readonly hasEnded: boolean
}

/**
 * How a protocol divides its bytes into messages. Pure data and a pure function: the same bytes give the same
 * messages however the network has cut or merged them, which is what makes a run repeatable.
 */
export interface Framing<State = unknown> {
  readonly name: string
  /** `messages`: each is a point. `turns`: only the first after the direction changes is, so cuts within one burst are missed. */
  readonly counts: 'messages' | 'turns'
  readonly initial: State
  /**
   * The first whole message, or `undefined` while it is not complete. Throws `FramingError` for bytes that are not
   * the protocol.
   */
  next(received: Received<State>): Framed<State> | undefined
  /** True for the name of a message by which a server refuses a credential. Left out: such are not counted on the wire. */
  isRefusal?(name: string): boolean
}

/** The bytes are not the protocol that the framing reads. Holds none of them. */
export class FramingError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FramingError'
  }
}
