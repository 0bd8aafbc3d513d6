/** What kept a sign-in or a statement from a usable answer. */
export type FailureKind =
  /** The server said no, with an SQLSTATE. */
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

/**
 * The one error inside this provider. It holds nothing of the driver: no statement, no parameter, no client.
 * `message` is ours, except in `server`, where it is the server's own text on one line; whoever shows that to people
 * removes the values in play first.
 */
export class PostgresFailure extends Error {
  readonly kind: FailureKind
  /** Five characters; only with `server`. */
  readonly sqlstate: string | undefined

  constructor(kind: FailureKind, message: string, sqlstate?: string) {
    super(message)
    this.name = 'PostgresFailure'
    this.kind = kind
    this.sqlstate = sqlstate
  }
}

/** The server's text on one line, without control characters. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
