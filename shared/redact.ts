import { copyError } from './redact-error.ts'
import { formsOf, SHORTEST } from './redact-forms.ts'

const REDACTED = '[redacted]'

/** Takes the secret values in play out of text and errors. Made for one invocation; forgets nothing. */
export interface Cleaner {
  /** Tells a secret value: a password, a `RotationToken`, a whole `SecretString`. A repeat does nothing. */
  know(value: string): void
  /**
   * The text with every known value, in every form of {@link formsOf}, replaced by `[redacted]`. Where two values
   * overlap, both go. A value under four characters is replaced only where it stands alone, as in `'ab'` or
   * `password=ab`: inside words it cannot be told from ordinary text, and cleaning it there would make every line
   * unreadable and, by its pattern, show the value.
   */
  clean(text: string): string
  /**
   * A new error that is safe to log and to throw: name, message, code, stack and causes cleaned, and nothing of
   * what drivers and SDKs attach (query, detail, parameters, response, headers) but short facts such as `errno`.
   * A {@link QuarterturnError} stays one. Never throws, whatever was thrown.
   */
  cleanError(error: unknown): Error
}

export function createCleaner(): Cleaner {
  const known = new Set<string>()
  const forms = new Set<string>()
  const short = new Set<string>()

  /** Known, but not yet written out in its forms: that is done when there is text to clean, which is rare. */
  const waiting = new Set<string>()

  const know = (value: string): void => {
    if (known.has(value)) return
    known.add(value)
    waiting.add(value)
  }

  const clean = (text: string): string => {
    for (const value of waiting)
      for (const form of formsOf(value)) (form.length < SHORTEST ? short : forms).add(form)
    waiting.clear()
    const spans = [...forms].flatMap((form) => occurrences(text, form))
    for (const value of short)
      spans.push(...occurrences(text, value).filter((span) => standsAlone(text, span)))
    return spans.length === 0 ? text : replace(text, spans)
  }

  return { know, clean, cleanError: (error) => copyError(error, clean) }
}

type Span = readonly [start: number, end: number]

function occurrences(text: string, form: string): Span[] {
  const found: Span[] = []
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
    found.push([at, at + form.length])
  }
  return found
}

const WORD = /[\p{L}\p{N}_]/u

function standsAlone(text: string, [start, end]: Span): boolean {
  return !WORD.test(text.charAt(start - 1)) && !WORD.test(text.charAt(end))
}

/** Spans are merged before anything is cut, so that no tail of an overlapping value is left. */
function replace(text: string, spans: readonly Span[]): string {
  let cleaned = ''
  let done = 0
  let start = 0
  let end = -1
  const flush = (): void => {
    if (end === -1) return
    cleaned += text.slice(done, start) + REDACTED
    done = end
  }
  for (const span of spans.toSorted((a, b) => a[0] - b[0])) {
    if (span[0] < end) {
      end = Math.max(end, span[1])
    } else {
      flush()
      ;[start, end] = span
    }
  }
  flush()
  return cleaned + text.slice(done)
}
