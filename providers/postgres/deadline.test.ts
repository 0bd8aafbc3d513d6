/** What a deadline does to the connection, which the conformance kit cannot see from the labels and the target. */
import { expect, test } from 'vitest'
import {
  createWireIdentity,
  holdFirst,
  postgresFraming,
  startWireProxy,
} from '../../shared/conformance/wire/index.ts'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { createRole, openSession, secretFor } from './test-target.ts'

describeOnEachPostgres('a session that is closed while a reply is on its way', {}, (server) => {
  test('resets the connection, so that nothing which was not sent yet arrives later', async () => {
    await createRole(server(), 'held', 'old')
    const identity = await createWireIdentity()
    const { host, port, ca } = server()
    const held = Promise.withResolvers<void>()
    const hold = holdFirst(({ name }) => name === 'CommandComplete ALTER ROLE')
    const proxy = await startWireProxy({
      upstream: { host, port, ca },
      framing: postgresFraming,
      identity,
      rule: (point) => {
        const ruling = hold(point)
        if (ruling === 'hold') held.resolve()
        return ruling
      },
    })
    try {
      const current = secretFor(proxy, { username: 'held', password: 'old' })
      const session = openSession({ current, pending: { ...current, password: 'new' } }, { ca: identity.ca })
      const change = session.exclusive({
        as: 'current',
        work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
      })
      change.catch(() => undefined)
      await held.promise
      await session.close()
      await proxy.idle()
      expect(proxy.endings).toEqual([{ scope: 'run', from: 'client', how: 'reset' }])
      expect(proxy.problems).toEqual([])
      await expect(change).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
    } finally {
      await proxy.close()
    }
  })
})
