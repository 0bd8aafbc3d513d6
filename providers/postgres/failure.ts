import type { FailureKind } from '../../shared/network/failure.ts'

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
