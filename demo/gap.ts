import type { Query } from './application.ts'
import { REFUSED } from './sign-in.ts'

/** When no stored value under `AWSCURRENT` signed in. Milliseconds since the epoch, with fractions. */
export interface Gap {
  /** When the server committed the new password. */
  readonly changedAt: number
  /** When `AWSCURRENT` was on the version that holds it. */
  readonly movedAt: number
}

export interface Counts {
  readonly queries: number
  /** Failures that the gap explains. */
  readonly inside: number
  /** All others. */
  readonly outside: readonly Query[]
}

/**
 * A failure belongs to the gap when the password was refused, the secret was read before the label had moved, and
 * the answer came after the password had changed. Anything else is one that the rotation did not announce.
 */
export function countFailures(queries: readonly Query[], { changedAt, movedAt }: Gap): Counts {
  const failed = queries.filter(({ failure }) => failure !== undefined)
  // The application's clock has whole milliseconds.
  const isInside = ({ failure, startedAt, endedAt }: Query) =>
    failure === REFUSED && startedAt <= movedAt && endedAt >= Math.floor(changedAt)
  const outside = failed.filter((query) => !isInside(query))
  return { queries: queries.length, inside: failed.length - outside.length, outside }
}
