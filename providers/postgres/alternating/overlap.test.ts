/** No gap: an application that asks for the secret as seldom as the minimum overlap allows never sees a refusal. */
import { expect, test } from 'vitest'
import { STEPS } from '../../../shared/engine/index.ts'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import { describeOnNewestPostgres } from '../../../test/servers/each.ts'
import { freshPair, runAs } from './test-pair.ts'

const ROTATIONS = 10

describeOnNewestPostgres('an application that caches the secret', {}, (server) => {
  test(`opens a new connection for every query and sees no failure in ${ROTATIONS} rotations`, async () => {
    const pair = await freshPair(server(), 'shopper')
    await server().sql('CREATE TABLE orders (n int); GRANT INSERT ON orders TO shopper')
    /** Every value that an application may have cached at this moment, whatever the age of its cache. */
    let cached: readonly StoredSecret[] = [pair.secret]
    let queries = 0
    const query = async () => {
      for (const { username, password } of cached) {
        await runAs(
          server(),
          { user: String(username), password: String(password) },
          'INSERT INTO public.orders VALUES (1)',
        )
        queries += 1
      }
    }
    const stage = pair.stage({}, { underLock: query })
    for (let round = 1; round <= ROTATIONS; round += 1) {
      // The overlap is over: whoever cached the value before has asked again by now.
      cached = [stage.value('AWSCURRENT')]
      await query()
      expect(await stage.rotate(STEPS.slice(0, 1)), stage.problem).toEqual(['createSecret done'])
      await query()
      for (const step of STEPS.slice(1)) {
        expect(await stage.repeat([step]), stage.problem).toEqual([`${step} done`])
        // From the label move on some have the new value and others still the old one.
        if (step === 'finishSecret') cached = [...cached, stage.value('AWSCURRENT')]
        await query()
      }
    }
    expect(await server().sql('SELECT count(*)::int AS n FROM orders')).toEqual([{ n: queries }])
    expect(queries).toBe(ROTATIONS * 7)
  })
})
