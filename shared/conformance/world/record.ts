import { inspect } from 'node:util'
import type { StoredSecret, Verdict } from '../../provider/contract.ts'

/** One sign-in that the provider made. */
export interface Probe {
  readonly step: string
  readonly token: string
  /** Which invocation made it. */
  readonly invocation: object
  readonly who: string
  readonly verdict: Verdict['verdict']
}

/** Everything that was told, raised and probed in one world. */
export class Record {
  /** What happened, one line each. */
  readonly trace: string[] = []
  readonly probes: Probe[] = []
  /** Every value that the target issued, stored or not. */
  readonly issued: StoredSecret[] = []
  /** How often somebody had to make a credential by hand. */
  hands = 0
  /** Where nothing that was stored signed in: of class C alone. */
  readonly gaps: string[] = []
  /** What the engine tells: decisions, reports, evidence, errors. */
  readonly told: string[] = []
  /** What the provider itself answers and raises, before the engine cleans it. */
  readonly raw: string[] = []

  tell(what: unknown): void {
    this.told.push(text(what))
  }

  hear(what: unknown): void {
    this.raw.push(text(what))
  }
}

/** Everything that printing could show, hidden parts and causes too. */
const text = (what: unknown): string =>
  typeof what === 'string'
    ? what
    : inspect(what, { depth: 20, showHidden: true, getters: true, maxStringLength: null, breakLength: 1_000 })
