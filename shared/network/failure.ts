/** What kept a sign-in or a statement from a usable answer. */
export type FailureKind =
  /** The server said no, with a code. */
  | 'server'
  /** The connection could not be made, or broke. */
  | 'network'
  /** Our own time for it was over. */
  | 'timeout'
  /** The session was closed while it ran. */
  | 'closed'
  /** The server does not offer TLS, or cannot agree on a version of it. */
  | 'tls-unavailable'
  /** The server's certificate does not verify. */
  | 'tls-untrusted'
  /** The password was asked for in clear text, or in a way we do not answer, or sent to a host that is not this machine. */
  | 'refused-by-us'
  /** What came is not the protocol, or not in its order. */
  | 'protocol'

/** A connection that could not be made or used, in our own words. */
export interface Broken {
  readonly kind: Exclude<FailureKind, 'server'>
  readonly message: string
}

/** The server's text on one line, without control characters. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
