/** What the checks that are no vitest files have in common: one line for each claim, and the counts at the end. */
import { requiresAllServers } from '../test/servers/required.ts'
import { type Tally, tallyLine } from '../test/tally.ts'

export class Check {
  readonly #tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  readonly #failures: string[] = []

  /** Runs one claim; it fails by rejecting. Answers what it answers, or `undefined`; text is printed with it. */
  async claim<T>(claim: string, work: () => T | Promise<T>): Promise<T | undefined> {
    const started = performance.now()
    try {
      const value = await work()
      this.#tally.passed += 1
      const seen = typeof value === 'string' && value !== '' ? `: ${value.trim()}` : ''
      console.log(`ok      ${claim}${seen} (${((performance.now() - started) / 1_000).toFixed(1)} s)`)
      return value
    } catch (error) {
      this.#tally.failed += 1
      this.#failures.push(claim)
      console.log(`FAILED  ${claim}\n${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }

  /** Prints the counts, and lets the process end with a status that says whether all held. */
  end(): void {
    console.log(`\n${this.#failures.map((one) => `failed: ${one}\n`).join('')}${tallyLine(this.#tally)}`)
    process.exitCode = this.#tally.failed > 0 ? 1 : 0
  }
}

/** Ends a check for which something is missing on this machine: a failure where everything is required. */
export function endWithout(what: string): void {
  const isFailure = requiresAllServers(process.env)
  console.log(`${what}\n`)
  console.log(tallyLine({ passed: 0, failed: isFailure ? 1 : 0, skipped: isFailure ? 0 : 1 }))
  process.exitCode = isFailure ? 1 : 0
}
