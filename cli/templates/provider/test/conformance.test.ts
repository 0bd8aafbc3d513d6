/**
 * The conformance kit: every promise to those who rely on a rotation, tried at each call and each message of it, and by
 * killing the built function. The report is `dist/conformance.md` and `dist/conformance.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type CaseOutcome, conformanceCases, failureOf, pageOf, reportOf } from 'quarterturn/conformance'
import { options } from './conformance-options.ts'

/** The longest takes half a minute on two idle cores. */
const CASE_MS = 300_000

const outcomes: CaseOutcome[] = []
for (const { name, run } of conformanceCases(options))
  test(name, { timeout: CASE_MS }, async (t) => {
    try {
      const outcome = await run()
      outcomes.push(outcome)
      if (outcome.outcome === 'skipped') t.skip(outcome.reason)
    } catch (error) {
      outcomes.push(failureOf(name, error))
      throw error
    }
  })

after(() => {
  const report = reportOf(options, outcomes)
  const file = join(import.meta.dirname, '..', 'dist', 'conformance')
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(`${file}.json`, JSON.stringify(report, undefined, 2))
  writeFileSync(`${file}.md`, pageOf(report))
  process.stdout.write(`conformance of ${report.provider}: ${report.points} points tried and held\n`)
})
