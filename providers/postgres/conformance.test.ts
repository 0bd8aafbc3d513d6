import { afterAll, test } from 'vitest'
import { type CaseResult, conformanceCases } from '../../shared/conformance/index.ts'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { createPostgres } from './index.ts'
import { freshRole } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

/** One point alone: `QUARTERTURN_POINT='…' npm test -- providers/postgres/conformance.test.ts`. */
const only = process.env['QUARTERTURN_POINT']
const CASE_MS = 300_000

describeOnEachPostgres('conformance', {}, (server) => {
  const results: CaseResult[] = []
  const cases = conformanceCases({
    provider: lateProvider(server),
    freshTarget: () => freshRole(server()),
    signIn: ({ username, password }) => signsIn(server(), String(username), String(password)),
    ...(only === undefined ? {} : { only }),
    repeatCommand: (point) =>
      `QUARTERTURN_POINT=${JSON.stringify(point)} npm test -- providers/postgres/conformance.test.ts`,
  })
  for (const { name, run } of cases)
    test(name, { timeout: CASE_MS }, async ({ skip }) => {
      const result = await run()
      results.push(result)
      skip(result.outcome === 'skipped', result.reason ?? '')
    })
  afterAll(() => {
    const points = results.reduce((sum, result) => sum + result.points, 0)
    process.stdout.write(`conformance of postgres: ${points} points tried, all held\n`)
  })
})

/** The provider that trusts the server, which is there only when the cases run. */
function lateProvider(server: () => PostgresServer) {
  const provider = createPostgres()
  return {
    ...provider,
    open: (request: Parameters<typeof provider.open>[0]) => createPostgres({ ca: server().ca }).open(request),
  }
}
