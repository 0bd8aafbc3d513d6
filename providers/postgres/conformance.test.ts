/** The conformance kit against a real server: every case, every point. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  type CaseOutcome,
  conformanceCases,
  failureOf,
  pageOf,
  reportOf,
} from '../../shared/conformance/index.ts'
import { findPostgres, isUnavailable } from '../../test/servers/binaries.ts'
import { type PostgresServer, requirePostgres } from '../../test/servers/postgres.ts'
import { createPostgres } from './index.ts'
import { freshRole } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

/** One point alone: `QUARTERTURN_POINT='…' npm test -- providers/postgres/conformance.test.ts`. */
const only = process.env['QUARTERTURN_POINT']
/** Where the report goes, as `.json` and `.md`. Default: nowhere. */
const reportFile = process.env['QUARTERTURN_REPORT']
/** The longest case takes a minute or two on two idle cores. */
const CASE_MS = 900_000

const found = await findPostgres('embedded')
const missing = isUnavailable(found) ? found.unavailable : undefined

describe.skipIf(missing !== undefined)(`conformance, on the embedded PostgreSQL ${missing ?? ''}`, () => {
  let running: PostgresServer | undefined
  const server = (): PostgresServer => {
    if (running === undefined) throw new Error('the server is there only while the cases run')
    return running
  }
  beforeAll(async () => {
    running = await requirePostgres({ kind: 'embedded' })
  })
  afterAll(() => running?.stop())

  const provider = createPostgres()
  let trusting: typeof provider | undefined
  const options = {
    provider: {
      ...provider,
      open: (request: Parameters<typeof provider.open>[0]) => {
        // The authority of the server is known only when the cases run.
        trusting ??= createPostgres({ ca: server().ca })
        return trusting.open(request)
      },
    },
    freshTarget: () => freshRole(server()),
    signIn: ({ username, password }: Readonly<Record<string, unknown>>) =>
      signsIn(server(), String(username), String(password)),
    ...(only === undefined ? {} : { only }),
    repeatCommand: (point: string) =>
      `QUARTERTURN_POINT=${JSON.stringify(point)} npm test -- providers/postgres/conformance.test.ts`,
  }
  const outcomes: CaseOutcome[] = []
  for (const { name, run } of conformanceCases(options))
    test(name, { timeout: CASE_MS }, async ({ skip }) => {
      const outcome = await run().catch((error: unknown) => {
        outcomes.push(failureOf(name, error))
        throw error
      })
      outcomes.push(outcome)
      if (outcome.outcome === 'skipped') skip(outcome.reason)
    })

  afterAll(async () => {
    const report = reportOf(options, outcomes)
    process.stdout.write(`conformance of postgres: ${report.points} points tried and held\n`)
    if (reportFile === undefined) return
    await writeFile(`${reportFile}.json`, JSON.stringify(report, undefined, 2))
    await writeFile(`${reportFile}.md`, pageOf(report))
  })
})
