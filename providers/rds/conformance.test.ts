import { describe, expect, test } from 'vitest'
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

describe('of a provider where nobody can sign in the kit tries the values', () => {
  const tried: string[] = []
  test.each(cases)('$name', async ({ name, run }) => {
    const result = await run()
    if (result.outcome === 'skipped') expect(result.reason).toMatch(/nobody can sign in|alternate/)
    else tried.push(name)
  })

  test('and all of them', () => {
    expect(tried).toHaveLength(7)
  })
})
