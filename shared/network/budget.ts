import { QuarterturnError } from '../errors/index.ts'

const MAX_STATEMENT_MS = 10_000
const MAX_LOCK_WAIT_MS = 5_000

export interface Budget {
  /** For the server's `statement_timeout`; it ends before our own time does. */
  readonly statementMs: number
  /** For the server's `lock_timeout`. */
  readonly lockMs: number
  /** After this long we reset the connection. */
  readonly clientMs: number
}

/**
 * How long the next statement may take: at most a part of the time left, so that the server gives up, and says so,
 * before we have to break the connection without knowing what became of it. Throws `DEADLINE` when too little is left.
 */
export function budget(timeLeftMs: number): Budget {
  const clientMs = Math.floor(Math.min(timeLeftMs, MAX_STATEMENT_MS + 2_000))
  const statementMs = Math.min(Math.floor(clientMs * 0.8), MAX_STATEMENT_MS)
  if (statementMs < 50)
    throw new QuarterturnError('DEADLINE', { problem: 'there is no time left for a statement' })
  return {
    statementMs,
    lockMs: Math.max(25, Math.min(Math.floor(statementMs / 2), MAX_LOCK_WAIT_MS)),
    clientMs,
  }
}
