import type { RotationFunction } from '../secrets/service.ts'

/** The functions that one account's Secrets Manager may call, by ARN. A `Map` has this shape. */
export interface FunctionTable {
  has(arn: string): boolean
  get(arn: string): RotationFunction | 'manual' | undefined
  set(arn: string, rotationFunction: RotationFunction | 'manual'): unknown
  /** The execution role. Without one, whoever is no assumed role counts as the function. */
  roleOf?(arn: string): string | undefined
}

export interface FunctionOptions {
  /** ARN of the role that the function's code runs as. A write to Secrets Manager by it needs no rotation token. */
  readonly role?: string
  /**
   * Accounts besides the function's own whose Secrets Manager may invoke it: what `aws:SourceAccount` lists in the
   * function's policy.
   */
  readonly invokableFrom?: readonly string[]
}

interface Registered extends FunctionOptions {
  readonly run: RotationFunction | 'manual'
}

/** The functions of all accounts. */
export class FunctionRegistry {
  readonly #functions = new Map<string, Registered>()

  register(arn: string, run: RotationFunction | 'manual', options: FunctionOptions = {}): void {
    this.#functions.set(arn, { run, ...options })
  }

  /** What the services of one account see. */
  reachOf(accountId: string): FunctionTable {
    const reachable = (arn: string): Registered | undefined => {
      const found = this.#functions.get(arn)
      const isOpen = accountOf(arn) === accountId || found?.invokableFrom?.includes(accountId) === true
      return isOpen ? found : undefined
    }
    return {
      has: (arn) => reachable(arn) !== undefined,
      get: (arn) => reachable(arn)?.run,
      set: (arn, run) => {
        const { role, invokableFrom = [] } = this.#functions.get(arn) ?? {}
        const options = { invokableFrom: [...invokableFrom, accountId] }
        this.register(arn, run, role === undefined ? options : { ...options, role })
      },
      roleOf: (arn) => reachable(arn)?.role,
    }
  }
}

/** The fifth part of an ARN. */
export const accountOf = (arn: string): string => arn.split(':', 5)[4] ?? ''
