import { PostgresFailure } from './failure.ts'

/** One message of the server, checked to be whole and of its declared form. */
export interface Frame {
  /** The type byte: `R` for authentication, `E` for an error, … */
  readonly type: string
  /** What follows type and length. */
  readonly body: Buffer
}

/** Our statements answer with a few short rows; nothing that is longer is for us. */
const MAX_FRAME_BYTES = 64 * 1024
const MAX_TOTAL_BYTES = 1024 * 1024
const HEADER_BYTES = 5

/**
 * Cuts the server's bytes into messages and refuses those that the driver would choke on: its parser trusts lengths
 * and terminators, and with a hostile reply throws where nobody can catch it, or loops without end.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  #total = 0

  /** Answers the messages completed by these bytes. Throws `PostgresFailure` of kind `protocol`. */
  read(chunk: Buffer): Frame[] {
    this.#total += chunk.length
    if (this.#total > MAX_TOTAL_BYTES)
      throw bad('the server sends more than the answer to a few short questions')
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    while (bytes.length >= HEADER_BYTES) {
      const type = String.fromCharCode(bytes.readUInt8(0))
      const length = bytes.readUInt32BE(1)
      const isWellFormed = FORMS[type]
      if (isWellFormed === undefined) throw bad('the server sends a kind of message that we did not ask for')
      if (length < 4 || length > MAX_FRAME_BYTES) throw bad('the server sends a message of impossible length')
      if (bytes.length < length + 1) break
      const body = bytes.subarray(HEADER_BYTES, length + 1)
      if (!isWellFormed(new Cursor(body))) throw bad('the server sends a malformed message')
      frames.push({ type, body })
      bytes = bytes.subarray(length + 1)
    }
    this.#rest = bytes
    return frames
  }
}

const bad = (message: string) => new PostgresFailure('protocol', message)

/** Reads a body from its start; every method answers whether what it looked for was there. */
class Cursor {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  skip(bytes: number): boolean {
    this.#at += bytes
    return bytes >= 0 && this.#at <= this.#body.length
  }

  /** A string and its terminator. */
  string(): boolean {
    const end = this.#body.indexOf(0, this.#at)
    if (end === -1) return false
    this.#at = end + 1
    return true
  }

  int16(): number | undefined {
    const from = this.#at
    return this.skip(2) ? this.#body.readInt16BE(from) : undefined
  }

  int32(): number | undefined {
    const from = this.#at
    return this.skip(4) ? this.#body.readInt32BE(from) : undefined
  }

  /** Repeats as often as a leading 16-bit count says. */
  counted(element: () => boolean): boolean {
    let left = this.int16()
    if (left === undefined || left < 0) return false
    for (; left > 0; left -= 1) if (!element()) return false
    return this.isAtEnd()
  }

  /** Pairs of a byte and a string, ended by a zero byte: the form of errors and notices. */
  fields(): boolean {
    while (this.#at < this.#body.length) {
      if (this.#body[this.#at] === 0) return this.skip(1) && this.isAtEnd()
      if (!this.skip(1) || !this.string()) return false
    }
    return false
  }

  isAtEnd(): boolean {
    return this.#at === this.#body.length
  }
}

const AUTHENTICATION_BYTES: Readonly<Record<number, number>> = { 0: 0, 3: 0, 5: 4 }

/** The messages that our statements can be answered with. */
const FORMS: Readonly<Record<string, (at: Cursor) => boolean>> = {
  R: (at) => {
    const code = at.int32()
    if (code === undefined) return false
    const bytes = AUTHENTICATION_BYTES[code]
    if (bytes !== undefined) return at.skip(bytes) && at.isAtEnd()
    return true
  },
  S: (at) => at.string() && at.string() && at.isAtEnd(),
  K: (at) => at.skip(8),
  Z: (at) => at.skip(1) && at.isAtEnd(),
  E: (at) => at.fields(),
  N: (at) => at.fields(),
  T: (at) => at.counted(() => at.string() && at.skip(18)),
  t: (at) => at.counted(() => at.skip(4)),
  D: (at) =>
    at.counted(() => {
      const length = at.int32()
      return length !== undefined && (length === -1 || at.skip(length))
    }),
  C: (at) => at.string() && at.isAtEnd(),
  A: (at) => at.skip(4) && at.string() && at.string() && at.isAtEnd(),
  '1': (at) => at.isAtEnd(),
  '2': (at) => at.isAtEnd(),
  '3': (at) => at.isAtEnd(),
  I: (at) => at.isAtEnd(),
  n: (at) => at.isAtEnd(),
  s: (at) => at.isAtEnd(),
}
