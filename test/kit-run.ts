/** The cases of the conformance kit as tests of a file, and what they came to at its end. */
import { writeFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import {
  type CaseOutcome,
  type ConformanceOptions,
  failureOf,
  pageOf,
  reportOf,
} from '../shared/conformance/index.ts'

/** One point alone: the story of a failure has the command. */
export const onePoint = process.env['QUARTERTURN_POINT']
/** Where the report goes, as `.json` and `.md`. Default: nowhere. */
const reportFile = process.env['QUARTERTURN_REPORT']
/** Each recovery from each point takes three times as long. */
export const asksForEach = process.env['QUARTERTURN_RECOVERIES'] === 'each'

/** What the rarer scenes on the wire are called. */
export const RARE = /cut before every message of (the same rotation again|the next rotation, after)/
export const TRIED_BY_EACH = 'QUARTERTURN_RECOVERIES=each tries it'

/** The longest case takes four minutes on two idle cores. */
const CASE_MS = 900_000

export interface KitCase {
  readonly name: string
  readonly run: () => Promise<CaseOutcome>
}

/** Makes each a test. Must be called within a `describe`; `options` are those that the report is about. */
export function testEach(title: string, options: ConformanceOptions, cases: readonly KitCase[]): void {
  const startedAt = performance.now()
  const outcomes: CaseOutcome[] = []
  for (const { name, run } of cases)
    test(name, { timeout: CASE_MS }, async ({ skip }) => {
      const outcome = await run().catch((error: unknown) => {
        outcomes.push(failureOf(name, error))
        throw error
      })
      outcomes.push(outcome.outcome === 'held' ? { ...outcome, name } : outcome)
      if (outcome.outcome === 'skipped') return skip(outcome.reason)
      if (outcome.outcome === 'held')
        expect(outcome.notes.join('; '), 'what was not covered').not.toMatch(/not met again|left out/)
    })

  afterAll(async () => {
    const report = reportOf(options, outcomes)
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
    process.stdout.write(`${title}: ${report.points} points tried and held, in ${minutes} minutes\n`)
    for (const outcome of outcomes)
      if (outcome.outcome === 'held' && outcome.notes.some((note) => /points seen|SIGKILL/.test(note)))
        process.stdout.write(`${outcome.name}: ${outcome.notes.join('; ')}\n`)
    if (reportFile === undefined) return
    await writeFile(`${reportFile}.json`, JSON.stringify(report, undefined, 2))
    await writeFile(`${reportFile}.md`, pageOf(report))
  })
}
