import { constants } from 'node:os'
import type { Household } from './household.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ends the household, then the process, on Ctrl-C and its relatives, and when nobody reads the output any more. A
 * second signal ends the process at once; the guard of the server then cleans up after it, as after SIGKILL.
 * Answers whether that is under way.
 */
export function endOnSignals(household: Household): () => boolean {
  let isEnding = false
  const end = (code: number, why: string) => {
    if (isEnding) process.exit(code)
    isEnding = true
    // The terminal may be what is gone.
    process.stderr.on('error', () => {})
    process.stderr.write(`\n${why}: ending the server and removing its files\n`)
    void household.end().then(() => process.exit(code))
  }
  for (const signal of SIGNALS) process.on(signal, () => end(128 + constants.signals[signal], signal))
  process.stdout.on('error', () => end(1, 'The output is closed'))
  return () => isEnding
}
