/** The conformance kit against a real server, for one way of rotating: every case, every point. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  type CaseOutcome,
  conformanceCases,
  failureOf,
  pageOf,
  reportOf,
} from '../../shared/conformance/index.ts'
import type { Strategy } from '../../shared/provider/index.ts'
import { isUnavailable } from '../../test/servers/binaries.ts'
import { findMysql, type MysqlKind } from '../../test/servers/mysql/binaries.ts'
import { type MysqlServer, requireMysql } from '../../test/servers/mysql/server.ts'
import { createMysql } from './index.ts'
import { freshAccount, type Rights } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

/** One point alone: `QUARTERTURN_POINT='…' npm test -- providers/mysql/conformance-….test.ts`. */
const only = process.env['QUARTERTURN_POINT']
/** Where the report goes, as `.json` and `.md`. Default: nowhere. */
const reportFile = process.env['QUARTERTURN_REPORT']
const CASE_MS = 300_000
/** The kit has not been run to its end here: until it has, it is no part of every run, and says so. */
const isWanted = process.env['QUARTERTURN_MYSQL_KIT'] === 'all' || only !== undefined

/** Thousands of changes; none has to survive the machine. */
const FASTER: Readonly<Record<MysqlKind, Readonly<Record<string, string>>>> = {
  mysql: { 'sync-binlog': '0', 'caching-sha2-password-digest-rounds': '5000' },
  mariadb: {},
}

export interface On {
  readonly kind: MysqlKind
  readonly rights: Rights
  readonly strategies: readonly Strategy[]
  /** The test's own file, for the command that repeats a point. */
  readonly file: string
}

export async function describeConformance({ kind, rights, strategies, file }: On): Promise<void> {
  const found = await findMysql(kind)
  const missing = isUnavailable(found) ? found.unavailable : undefined
  const title = `conformance by ${rights === 'own' ? 'its own rights' : 'an admin'}, on ${kind} ${missing ?? ''}`
  if (!isWanted) {
    test.skip(`${title}: not part of every run yet, QUARTERTURN_MYSQL_KIT=all runs it`, () => {})
    return
  }
  describe.skipIf(missing !== undefined)(title, () => {
    let running: MysqlServer | undefined
    const server = (): MysqlServer => {
      if (running === undefined) throw new Error('the server is there only while the cases run')
      return running
    }
    beforeAll(async () => {
      running = await requireMysql({ kind, settings: { 'max-connections': '200', ...FASTER[kind] } })
    }, 60_000)
    afterAll(() => running?.stop())

    const provider = createMysql()
    let trusting: typeof provider | undefined
    const options = {
      provider: {
        ...provider,
        capabilities: { ...provider.capabilities, strategies },
        open: (request: Parameters<typeof provider.open>[0]) => {
          // The authority of the server is known only when the cases run.
          trusting ??= createMysql({ ca: server().ca })
          return trusting.open(request)
        },
      },
      freshTarget: () => freshAccount(server(), rights),
      signIn: ({ username, password }: Readonly<Record<string, unknown>>) =>
        signsIn(server(), String(username), String(password)),
      ...(only === undefined ? {} : { only }),
      repeatCommand: (point: string) => `QUARTERTURN_POINT=${JSON.stringify(point)} npm test -- ${file}`,
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
      process.stdout.write(`${title}: ${report.points} points tried and held\n`)
      if (reportFile === undefined) return
      await writeFile(`${reportFile}.json`, JSON.stringify(report, undefined, 2))
      await writeFile(`${reportFile}.md`, pageOf(report))
    })
  })
}
