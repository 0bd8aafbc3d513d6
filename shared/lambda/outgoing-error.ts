import { isQuarterturnError } from '../errors/index.ts'
import { createCleaner } from '../redact.ts'

/**
 * The error as Lambda may have it. Lambda's runtime prints `name` as `errorType`, `message`, the stack and every
 * enumerable property, to the log and to the caller; in its JSON log format the causes too. So this one has a name,
 * a message, the code and nothing more: no cause, no fields, and a stack without frames. The line `Rotation step
 * failed` has the rest.
 */
export function forLambda(error: unknown): Error {
  const clean = createCleaner().cleanError(error)
  const outgoing = new Error(clean.message)
  outgoing.name = clean.name
  outgoing.stack = `${clean.name}: ${clean.message}`
  return Object.assign(outgoing, isQuarterturnError(clean) ? { code: clean.code } : {})
}
