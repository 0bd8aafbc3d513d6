import { type Mark, markOf, markText } from '../../../shared/provider/index.ts'

/** A mark at the beginning of a text; it may be followed by more, after a dot. */
export const markIn = (text: string | undefined): Mark | undefined =>
  text === undefined ? undefined : markOf(text.split('.', 4).join('.'))

/**
 * The id of a new key: whose it is, when it was made, and part of its thumbprint, so that no two keys share an id. Where a mark
 * counts attempts, a key has the minute of its making, and always more than the one before: whoever comes late with an older
 * key then ends none that is newer.
 */
export function keyIdFor(request: {
  readonly mark: Mark
  readonly thumbprint: string
  /** The id of the key that it follows. */
  readonly after: unknown
  /** Milliseconds since the epoch. */
  readonly now: number
}): string {
  const { mark, thumbprint, after, now } = request
  const before = typeof after === 'string' ? (markIn(after)?.attempt ?? 0) : 0
  const attempt = Math.max(Math.floor(now / 60_000), before + 1)
  return `${markText({ ...mark, attempt })}.${thumbprint.slice(0, 16)}`
}
