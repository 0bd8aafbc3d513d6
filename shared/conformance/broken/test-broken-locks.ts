/** Providers that are wrong in one way about their lock, their end or the cost of a sign-in. */
import type { Verdict } from '../../provider/index.ts'
import { serverOf } from '../targets/test-memory.ts'
import { type Broken, field, secretOf, withSession } from './test-breaking.ts'

export const BROKEN_LOCKS: readonly Broken[] = [
  {
    what: 'a lock that is given back with the change, as one of a transaction is',
    caughtBy: 'a change does not give the lock back before the work is over',
    saying: /after the change another session holds the lock, too/,
    provider: withSession((session, request) => ({
      apply: async (change) => {
        const applied = await session.apply(change)
        serverOf(field(secretOf(request, 'current'), 'host')).lock = undefined
        return applied
      },
    })),
  },
  {
    what: 'a lock that is given back before the work begins',
    caughtBy: 'while one session holds the lock no other does',
    saying: /two sessions hold the lock at once/,
    provider: withSession((session, request) => ({
      exclusive: ({ as, work }) =>
        session.exclusive({
          as,
          work: async () => {
            serverOf(field(secretOf(request, 'current'), 'host')).lock = undefined
            return await work()
          },
        }),
    })),
  },
  {
    what: 'a close that never comes to its end',
    caughtBy: 'close ends every connection, may be repeated',
    saying: /close does not come to its end/,
    provider: withSession((session) => ({
      close: async () => {
        await session.close()
        await new Promise(() => undefined)
      },
    })),
  },
  {
    what: 'a sign-in that is called free, at a target which locks the account',
    caughtBy: 'failed sign-ins cost nothing',
    saying: /after 12 wrong sign-ins the right credential is barred/,
    provider: (sound) => ({
      ...withSession((session, request) => ({
        probe: async (asked): Promise<Verdict> => {
          const server = serverOf(field(secretOf(request, 'current'), 'host'))
          if (server.failedSignIns >= 5) server.troubles.add('locked')
          return await session.probe(asked)
        },
      }))(sound),
      capabilities: { ...sound.capabilities, failedProbe: 'free' },
    }),
  },
  {
    what: 'a probe that accepts anything where consumers connect',
    caughtBy: 'a probe accepts the right credential and rejects a wrong one',
    saying: /a wrong credential is accepted for consumers/,
    provider: withSession((session) => ({
      probe: async (asked): Promise<Verdict> =>
        asked.at === 'consumer' ? { verdict: 'accepted', as: 'app' } : await session.probe(asked),
    })),
  },
  {
    what: 'a probe that does not say as whom',
    caughtBy: 'a probe accepts the right credential and rejects a wrong one',
    saying: /not as whom/,
    provider: withSession((session) => ({
      probe: async (asked): Promise<Verdict> => {
        const verdict = await session.probe(asked)
        return verdict.verdict === 'accepted' ? { verdict: 'accepted', as: '' } : verdict
      },
    })),
  },
  {
    what: 'a change that says `superseded` and was made',
    caughtBy: 'a repeated apply does what `capabilities.repeat` says',
    saying: /the first apply was superseded/,
    provider: withSession((session) => ({
      apply: async (change) => {
        const applied = await session.apply(change)
        return applied.result === 'applied' ? { result: 'superseded' } : applied
      },
    })),
  },
  {
    what: 'a change that says `refused` and was made',
    caughtBy: 'when the target refuses every new password',
    saying: /documented errors: CURRENT_REFUSED instead of PENDING_UNUSABLE/,
    provider: withSession((session, request) => ({
      apply: async (change) => {
        const applied = await session.apply(change)
        const pending = secretOf(request, 'pending')
        if (applied.result === 'refused')
          serverOf(field(pending, 'host')).passwords = [String(field(pending, 'password'))]
        return applied
      },
    })),
  },
  {
    what: 'a lock that runs the work again when it failed',
    kind: 'two',
    caughtBy: 'when the target refuses every new password',
    saying: /documented errors: TOKEN_NOT_PENDING/,
    provider: withSession((session) => ({
      exclusive: ({ as, work }) => session.exclusive({ as, work: () => work().catch(() => work()) }),
    })),
  },
  {
    what: 'an error with the password in its stack alone',
    caughtBy: 'nothing that the provider itself answers or raises',
    saying: /what the provider itself answers or raises/,
    provider: withSession((session, request) => ({
      apply: (change) =>
        session.apply(change).catch((error: Error) => {
          error.stack = `at ALTER USER ${String(field(secretOf(request, 'pending'), 'password'))}`
          throw error
        }),
    })),
  },
]
