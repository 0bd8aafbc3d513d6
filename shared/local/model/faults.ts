import { ConnectionLost, LocalAwsError } from '../errors.ts'
import type { OperationName } from '../operations/index.ts'

export interface Fault {
  readonly operation: OperationName
  /** `before`: the call is not carried out. `after`: it is, and its answer is lost. */
  readonly when: 'before' | 'after'
  /** How many calls it strikes. 1 by default. */
  readonly times?: number
  /** What the caller gets instead; by default the connection ends without an answer. */
  readonly error?: { readonly name: string; readonly message?: string; readonly statusCode?: number }
}

interface Armed extends Fault {
  left: number
}

/** Faults in the order in which they were set; a call is struck by at most one before and one after. */
export class Faults {
  #armed: Armed[] = []

  add(fault: Fault): void {
    this.#armed.push({ ...fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#armed = []
  }

  strike(operation: OperationName, when: Fault['when']): void {
    if (this.#armed.length === 0) return
    const fault = this.#armed.find((armed) => armed.operation === operation && armed.when === when)
    if (fault === undefined) return
    fault.left -= 1
    if (fault.left <= 0) this.#armed = this.#armed.filter((armed) => armed !== fault)
    if (fault.error === undefined) throw new ConnectionLost(`The answer to ${operation} was lost.`)
    throw new LocalAwsError(fault.error.name, fault.error.message ?? '', fault.error.statusCode ?? 400)
  }
}
