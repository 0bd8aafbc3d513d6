import { expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { createRds } from './index.ts'

const cases = conformanceCases({
  provider: createRds() as Provider,
  freshTarget: async () => ({
    secret: {
      engine: 'postgres',
      host: 'app-db.c0abc1def2gh.eu-west-1.rds.amazonaws.com',
      port: 5432,
      username: 'postgres',
      password: 'made-by-hand-0',
      team: 'unknown to the provider',
    },
    close: async () => undefined,
  }),
  signIn: () => Promise.reject(new Error('nobody signs in')),
})

test('of a provider where nobody can sign in the kit tries the values, and says so of the rest', async () => {
  const results = await Promise.all(cases.map(({ run }) => run()))
  const skipped = results.flatMap((result) => (result.outcome === 'skipped' ? [result.reason] : []))
  for (const reason of skipped) expect(reason).toMatch(/nobody can sign in|alternate/)
  expect(results.length - skipped.length).toBe(7)
})
