import type { Broken, FailureKind } from '../../shared/network/failure.ts'

/**
 * The one error inside this provider. It holds nothing of the driver: no statement, no connection. `message` is ours;
 * the server's own text, which may quote a statement, is left behind with the driver's error.
 */
export class MysqlFailure extends Error {
  readonly kind: FailureKind
  /** The number of the server's error; only with `server`. */
  readonly errno: number | undefined

  constructor(kind: FailureKind, message: string, errno?: number) {
    super(message)
    this.name = 'MysqlFailure'
    this.kind = kind
    this.errno = errno
  }
}

export const broken = ({ kind, message }: Broken): MysqlFailure => new MysqlFailure(kind, message)
