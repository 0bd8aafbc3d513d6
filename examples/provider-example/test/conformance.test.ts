/**
 * The conformance kit: every promise to those who rely on a rotation, tried at each call and each message of it, and by
 * killing the built function. The report is `dist/conformance.md` and `dist/conformance.json`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  type CaseOutcome,
  conformanceCases,
  failureOf,
  pageOf,
  progressLines,
  reportOf,
} from 'quarterturn/conformance'
import type { Provider } from 'quarterturn/provider'
import { createExample } from '../src/index.ts'
import { freshTarget } from './conformance-target.ts'
import { signsIn } from './server.ts'

const ROOT = join(import.meta.dirname, '..')
/** One point alone, by the id that a failure prints. */
const only = process.env['CONFORMANCE_POINT']

/** The longest takes half a minute on two idle cores. */
const CASE_MS = 300_000

const options = {
  provider: createExample({ allowClearTextLoopback: true }) as Provider,
  freshTarget,
  signIn: ({ url, username, password }: Readonly<Record<string, unknown>>) =>
    signsIn(String(url), String(username), String(password)),
  bundle: async () => {
    execFileSync(process.execPath, ['build.ts'], { cwd: ROOT })
    return {
      file: join(ROOT, 'dist', 'rotate-example', 'index.mjs'),
      environment: { EXAMPLE_ALLOW_CLEAR_TEXT_LOOPBACK: 'true' },
    }
  },
  kills: 12,
  // The target is in memory, and a point mostly waits.
  atOnce: 8,
  onProgress: progressLines((line) => process.stdout.write(line)),
  repeatCommand: (point: string) =>
    `CONFORMANCE_POINT=${JSON.stringify(point)} node --test test/conformance.test.ts`,
  ...(only === undefined ? {} : { only }),
}

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
  mkdirSync(join(ROOT, 'dist'), { recursive: true })
  writeFileSync(join(ROOT, 'dist', 'conformance.json'), JSON.stringify(report, undefined, 2))
  writeFileSync(join(ROOT, 'dist', 'conformance.md'), pageOf(report))
  process.stdout.write(`conformance of ${report.provider}: ${report.points} points tried and held\n`)
})
