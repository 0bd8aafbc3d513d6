import { type Actor, ERRORS, type ErrorCode } from './codes.ts'

export { type Actor, ERRORS, type ErrorCode, type ErrorFacts } from './codes.ts'

/** Survives two copies of the package in one process, which `instanceof` does not. */
const BRAND = Symbol.for('quarterturn.error')

export interface ErrorDetails {
  /** What is wrong, naming the field or object; no secret value. */
  readonly problem: string
  /** Replaces the remedy of the code where the place knows better. */
  readonly remedy?: string
  /** The step that was running; the engine fills it in. */
  readonly step?: string
  /** Fields for the log line beside the message; no secret value. */
  readonly fields?: Readonly<Record<string, string | number | boolean>>
  readonly cause?: unknown
}

/**
 * The one error class. `code` is stable; `message` is the problem and the remedy in one sentence; both are free
 * of secret values. `cause` holds the driver's or AWS's error, cleaned by the engine before it leaves.
 */
export class QuarterturnError extends Error {
  readonly code: ErrorCode
  /** Whether the same invocation may succeed later without anybody doing anything. */
  readonly retryable: boolean
  /** Who has to act before it can succeed. */
  readonly actor: Actor
  readonly problem: string
  readonly remedy: string
  readonly step: string | undefined
  readonly fields: Readonly<Record<string, string | number | boolean>>
  readonly [BRAND] = true

  constructor(code: ErrorCode, details: ErrorDetails) {
    const facts = ERRORS[code]
    const remedy = details.remedy ?? facts.remedy
    super(
      `${code}: ${details.problem}; ${remedy}`,
      details.cause === undefined ? {} : { cause: details.cause },
    )
    this.name = 'QuarterturnError'
    this.code = code
    this.retryable = facts.retryable
    this.actor = facts.actor
    this.problem = details.problem
    this.remedy = remedy
    this.step = details.step
    this.fields = details.fields ?? {}
  }
}

export const isQuarterturnError = (error: unknown): error is QuarterturnError =>
  typeof error === 'object' && error !== null && BRAND in error
