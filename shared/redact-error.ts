import { ERRORS, isQuarterturnError, QuarterturnError } from './errors/index.ts'

type Clean = (text: string) => string

/** Causes below this many levels are dropped: a chain can be a circle. */
const DEEPEST = 5
/** In UTF-16 units, counted after cleaning, so that no secret is cut in half and missed. */
const LONGEST = { message: 2_000, stack: 8_000, fact: 100 }

/** What may be kept of the properties that drivers and SDKs attach. Strings are cleaned; anything else but a number goes. */
const FACTS = ['code', 'errno', 'syscall', 'sqlState', '$fault', 'status', 'statusCode'] as const

/** A clean copy of whatever was thrown. The rules are those of `Cleaner.cleanError`. */
export function copyError(thrown: unknown, clean: Clean, depth = 0): Error {
  if (isOurs(thrown)) return copyOurs(thrown, clean, depth)
  const copy = new Error(describe(thrown, clean), causeOf(thrown, clean, depth))
  set(copy, 'name', text(read(thrown, 'name'), clean, LONGEST.fact) ?? 'Error')
  for (const fact of FACTS) {
    const value = read(thrown, fact)
    if (typeof value === 'number') set(copy, fact, value, true)
    if (typeof value === 'string') set(copy, fact, clean(value).slice(0, LONGEST.fact), true)
  }
  return withStack(copy, thrown, clean)
}

function copyOurs(error: QuarterturnError, clean: Clean, depth: number): QuarterturnError {
  const fields = Object.entries(error.fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? clean(value).slice(0, LONGEST.message) : value,
  ])
  const copy = new QuarterturnError(error.code, {
    problem: clean(error.problem).slice(0, LONGEST.message),
    remedy: clean(error.remedy).slice(0, LONGEST.message),
    ...(error.step === undefined ? {} : { step: error.step }),
    fields: Object.fromEntries(fields),
    ...causeOf(error, clean, depth),
  })
  return withStack(copy, error, clean)
}

/** An error of another copy of the package may have a code that this one does not know; it is copied as a foreign one. */
function isOurs(thrown: unknown): thrown is QuarterturnError {
  try {
    return isQuarterturnError(thrown) && Object.hasOwn(ERRORS, thrown.code)
  } catch {
    return false
  }
}

function describe(thrown: unknown, clean: Clean): string {
  const message = typeof thrown === 'string' ? thrown : read(thrown, 'message')
  if (typeof message === 'string' && message !== '') return clean(message).slice(0, LONGEST.message)
  // Node reports a refused dual-stack connection as an AggregateError with an empty message.
  const errors = read(thrown, 'errors')
  if (Array.isArray(errors)) {
    const messages = errors.slice(0, DEEPEST).map((one) => text(read(one, 'message'), clean, LONGEST.fact))
    return messages.filter((one) => one !== undefined).join('; ')
  }
  return typeof thrown === 'object' ? 'no message' : clean(String(thrown)).slice(0, LONGEST.message)
}

function causeOf(thrown: unknown, clean: Clean, depth: number): { cause?: Error } {
  const cause = read(thrown, 'cause')
  if (cause === undefined || cause === null || depth + 1 >= DEEPEST) return {}
  return { cause: copyError(cause, clean, depth + 1) }
}

function withStack<E extends Error>(copy: E, thrown: unknown, clean: Clean): E {
  const stack = text(read(thrown, 'stack'), clean, LONGEST.stack)
  set(copy, 'stack', stack ?? `${copy.name}: ${copy.message}`)
  return copy
}

function text(value: unknown, clean: Clean, longest: number): string | undefined {
  return typeof value === 'string' && value !== '' ? clean(value).slice(0, longest) : undefined
}

/** Reads a property of anything; a getter or proxy that throws counts as absent. */
function read(from: unknown, key: string): unknown {
  if (from === null || (typeof from !== 'object' && typeof from !== 'function')) return undefined
  try {
    return Reflect.get(from, key)
  } catch {
    return undefined
  }
}

function set(on: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(on, key, { value, enumerable, configurable: true, writable: true })
}
