import { inspect } from 'node:util'

/**
 * A value that must not be printed. It shows as `[redacted]` in strings, JSON and inspection, and is opened
 * with {@link Sealed.reveal} at the one place that sends it.
 */
export class Sealed<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}

export const seal = <T>(value: T): Sealed<T> => new Sealed(value)
