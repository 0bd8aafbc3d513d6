import type { OperationName } from '../operations/index.ts'

export interface LoggedCall {
  /** Counts from 1, over all operations. */
  readonly number: number
  readonly operation: OperationName
  /** Without secret values and without `RotationToken`. */
  readonly input: Readonly<Record<string, unknown>>
  /** `ok`, or AWS's error name. */
  readonly result: string
  /** When, by the model's clock, in milliseconds since the epoch. */
  readonly atMs: number
}

const HIDDEN = ['SecretString', 'SecretBinary', 'RotationToken'] as const
const REDACTED = '[redacted]'
/** What a log of a long run keeps; the counters go on. */
const KEPT_CALLS = 20_000

/** Every call that reached the model, in order. */
export class CallLog {
  #calls: LoggedCall[] = []
  #counts = new Map<OperationName, number>()
  #total = 0

  /** The last calls, oldest first: all of them up to twenty thousand. */
  get calls(): readonly LoggedCall[] {
    return this.#calls
  }

  /** How many calls there were, of one operation or in all, since the start or the last `clear`. */
  count(operation?: OperationName): number {
    return operation === undefined ? this.#total : (this.#counts.get(operation) ?? 0)
  }

  clear(): void {
    this.#calls = []
    this.#counts = new Map()
    this.#total = 0
  }

  add(operation: OperationName, input: unknown, result: string, atMs: number): void {
    this.#total += 1
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1)
    this.#calls.push({ number: this.#total, operation, input: redacted(input), result, atMs })
    if (this.#calls.length >= 2 * KEPT_CALLS) this.#calls = this.#calls.slice(-KEPT_CALLS)
  }
}

function redacted(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null) return {}
  const shown: Record<string, unknown> = { ...input }
  for (const key of HIDDEN) if (key in shown) shown[key] = REDACTED
  return shown
}
