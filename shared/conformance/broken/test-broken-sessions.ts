/** Providers whose sessions are wrong in one way. */
import { inspect } from 'node:util'
import { type Applied, QuarterturnError, type Verdict } from '../../provider/index.ts'
import { serverOf } from '../targets/test-memory.ts'
import { type Broken, field, pause, secretOf, withSession } from './test-breaking.ts'

/** A change that keeps whatever was first and drops the rest: made twice, it drops the current password. */
async function keepsTheLast(request: Parameters<typeof secretOf>[0]): Promise<Applied> {
  const server = serverOf(field(secretOf(request, 'pending'), 'host'))
  const password = String(field(secretOf(request, 'pending'), 'password'))
  server.passwords = [password, server.passwords[0] ?? '']
  return { result: 'applied' }
}

export const BROKEN_SESSIONS: readonly Broken[] = [
  {
    what: 'a probe that reads silence as a refusal',
    caughtBy: 'when the target is down',
    saying: /a probe without an answer is never a refusal|documented errors/,
    provider: withSession((session) => ({
      probe: async (request): Promise<Verdict> => {
        const verdict = await session.probe(request)
        return verdict.verdict === 'unknown' ? { verdict: 'rejected' } : verdict
      },
    })),
  },
  {
    what: 'an apply that gives up waiting and leaves the statement running',
    caughtBy: 'when the target is too slow',
    saying: /a late writer/,
    provider: withSession((session, request) => ({
      apply: async (): Promise<Applied> => {
        const server = serverOf(field(secretOf(request, 'pending'), 'host'))
        const write = async (): Promise<Applied> => {
          while (server.troubles.has('slow')) await pause(5)
          server.passwords = [String(field(secretOf(request, 'pending'), 'password'))]
          return { result: 'applied' }
        }
        const deadline = pause(100).then(() => {
          throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'no answer in time' })
        })
        return await Promise.race([write(), deadline])
      },
      close: () => session.close(),
    })),
  },
  {
    what: 'a provider that prints the password',
    caughtBy: 'nothing that is printed, reported or raised',
    saying: /is printed/,
    provider: withSession((session, request) => ({
      apply: (change) => {
        process.stderr.write(
          `${Buffer.from(String(field(secretOf(request, 'pending'), 'password'))).toString('base64')}\n`,
        )
        return session.apply(change)
      },
    })),
  },
  {
    what: 'a provider that prints the password when a debug switch is on',
    caughtBy: 'nothing that is printed, reported or raised',
    saying: /is printed/,
    provider: withSession((session, request) => ({
      apply: (change) => {
        const isTracing = ['debug', 'trace'].includes(process.env['LOG_LEVEL'] ?? '')
        if (isTracing) process.stdout.write(`apply ${inspect(secretOf(request, 'pending'))}\n`)
        return session.apply(change)
      },
    })),
  },
  {
    what: 'a provider that prints the password when the account is locked',
    caughtBy: 'when the account is locked',
    saying: /is printed/,
    provider: withSession((session, request) => ({
      probe: async (asked) => {
        const verdict = await session.probe(asked)
        if (verdict.verdict === 'barred')
          process.stderr.write(`barred ${inspect(secretOf(request, 'current'))}\n`)
        return verdict
      },
    })),
  },
  {
    what: 'an error with the password in its message',
    caughtBy: 'nothing that the provider itself answers or raises',
    saying: /what the provider itself answers or raises/,
    provider: withSession((session, request) => ({
      apply: async (change): Promise<Applied> => {
        try {
          return await session.apply(change)
        } catch {
          throw new Error(
            `SET PASSWORD = '${String(field(secretOf(request, 'pending'), 'password'))}' failed`,
          )
        }
      },
    })),
  },
  {
    what: 'a repeat that is called harmless and kills the current password',
    kind: 'two',
    caughtBy: 'a repeated apply does what `capabilities.repeat` says',
    saying: /did damage/,
    provider: (sound) => ({
      ...withSession((_session, request) => ({
        apply: () => keepsTheLast(request),
      }))(sound),
      capabilities: { ...sound.capabilities, repeat: 'harmless' },
    }),
  },
  {
    what: 'a lock that excludes nobody',
    caughtBy: 'while one session holds the lock no other does',
    saying: /two sessions hold the lock at once/,
    provider: withSession((session, request) => ({
      exclusive: (asked) => {
        const server = serverOf(field(secretOf(request, 'current'), 'host'))
        server.lock = undefined
        return session.exclusive(asked)
      },
    })),
  },
  {
    what: 'a lock that excludes nobody around a change that may be made once',
    kind: 'two',
    caughtBy: 'the same step twice at once',
    saying: /never locked out \(class A\): AWSCURRENT is refused, after apply/,
    provider: (sound) => ({
      ...withSession((session, request) => ({
        exclusive: (asked) => {
          serverOf(field(secretOf(request, 'current'), 'host')).lock = undefined
          return session.exclusive(asked)
        },
        apply: () => keepsTheLast(request),
      }))(sound),
      capabilities: { ...sound.capabilities, repeat: 'once' },
    }),
  },
  {
    what: 'a close that leaves a writer running',
    caughtBy: 'close ends a change under way',
    saying: /a moment later/,
    provider: withSession((session, request) => ({
      apply: async (): Promise<Applied> => {
        const server = serverOf(field(secretOf(request, 'pending'), 'host'))
        await pause(40)
        server.passwords = [String(field(secretOf(request, 'pending'), 'password'))]
        return { result: 'applied' }
      },
      close: () => session.close(),
    })),
  },
  {
    what: 'a close that may not be repeated',
    caughtBy: 'close ends every connection, may be repeated',
    saying: /could not be played/,
    provider: withSession((session) => {
      let isClosed = false
      return {
        close: async () => {
          if (isClosed) throw new Error('closed twice')
          isClosed = true
          await session.close()
        },
      }
    }),
  },
  {
    what: 'a probe that accepts anything',
    caughtBy: 'a probe accepts the right credential and rejects a wrong one',
    saying: /a wrong credential is accepted/,
    provider: withSession(() => ({ probe: async () => ({ verdict: 'accepted', as: 'app' }) })),
  },
  {
    what: 'an apply that reports what it did not do',
    caughtBy: 'a rotation that nobody disturbs',
    saying: /setSecret ended in PENDING_REFUSED/,
    provider: withSession(() => ({ apply: async () => ({ result: 'applied' }) })),
  },
  {
    what: 'a provider that tries the old password first',
    caughtBy: 'no sign-in fails on the happy path',
    saying: /the target counted/,
    provider: withSession((session, request) => ({
      probe: (asked) => {
        serverOf(field(secretOf(request, 'current') ?? secretOf(request, 'pending'), 'host')).signIn('wrong')
        return session.probe(asked)
      },
    })),
  },
  {
    what: 'an apply that takes a policy for an outage',
    caughtBy: 'when the target refuses every new password',
    saying: /documented errors: PROVIDER_FAILED instead of PENDING_UNUSABLE/,
    provider: withSession((session) => ({
      apply: async (change) => {
        const applied = await session.apply(change)
        if (applied.result === 'refused') throw new Error('refused')
        return applied
      },
    })),
  },
]
