/** The kit can fail: each of these is wrong in one way, and a case says so by its name. */
import { describe, expect, test } from 'vitest'
import { type Decide, decide } from '../engine/decide.ts'
import type { Known } from '../engine/known.ts'
import {
  type Applied,
  type Provider,
  QuarterturnError,
  type Session,
  type Verdict,
} from '../provider/index.ts'
import { ConformanceFailure, conformanceCases } from './index.ts'
import { freshMemory, type MemoryKind, memoryProvider, serverOf, signsInToMemory } from './test-memory.ts'

interface Broken {
  readonly what: string
  readonly kind?: MemoryKind
  /** A part of the name of the case that catches it. */
  readonly caughtBy: string
  /** What the failure says. */
  readonly saying: RegExp
  readonly provider?: (sound: Provider) => Provider
  readonly decide?: Decide
}

type Opened = Parameters<Provider['open']>[0]

/** The provider with one operation of its sessions replaced. */
const withSession =
  (change: (session: Session, request: Opened) => Partial<Session>) =>
  (sound: Provider): Provider => ({
    ...sound,
    open: (request) => {
      const session = sound.open(request)
      return { ...session, ...change(session, request) }
    },
  })

const field = (stored: unknown, name: string): unknown =>
  typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined

const secretOf = (request: Opened, who: 'current' | 'pending'): unknown => request.values[who]?.reveal()

/** The engine as if a fact were another one. */
const believing =
  (change: (known: Known) => Partial<Known>): Decide =>
  (known) =>
    decide({ ...known, ...change(known) })

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const BROKEN: readonly Broken[] = [
  {
    what: 'an identity that ignores the credential',
    caughtBy: 'identity tells two credentials apart',
    saying: /calls two different credentials the same/,
    provider: (sound) => ({
      ...sound,
      identity: (secret) => ({ ...sound.identity(secret), credential: 'same' }),
    }),
  },
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
    what: 'an engine without the write-ahead label',
    caughtBy: 'recovers by a new token after the old one was abandoned',
    saying: /never locked out|always converges/,
    decide: believing((known) => ({
      ...(known.lockedLabels && { lockedLabels: { ...known.lockedLabels, candidate: 'own' } }),
      ...(typeof known.own === 'object' && { own: { ...known.own, isCandidate: true } }),
      ...(known.step === 'finishSecret' && known.labels && { labels: { ...known.labels, candidate: 'own' } }),
    })),
  },
  {
    what: 'an engine that moves the label unproven',
    caughtBy: 'when the target falls back to its state before the change',
    saying: /always converges|never locked out/,
    kind: 'two',
    decide: (known) => {
      const decision = decide(known)
      const { move } = decision
      if (known.step !== 'finishSecret' || move.kind !== 'ask' || move.question !== 'pendingProof')
        return decision
      return decide({ ...known, pendingProof: 'accepted' })
    },
  },
  {
    what: 'an engine that uses nothing again after a token was abandoned',
    caughtBy: 'recovers by a new token after the old one was abandoned',
    saying: /always converges|never locked out/,
    decide: believing(({ candidate }) => (candidate === undefined ? {} : { candidate: 'finished' })),
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
        apply: async (): Promise<Applied> => {
          const server = serverOf(field(secretOf(request, 'pending'), 'host'))
          const password = String(field(secretOf(request, 'pending'), 'password'))
          server.passwords = [password, server.passwords[0] ?? '']
          return { result: 'applied' }
        },
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
    what: 'a propose that drops keys',
    caughtBy: 'propose keeps every key',
    saying: /propose drops the key `note`/,
    provider: (sound) => ({
      ...sound,
      propose: ({ current, entropy }) => ({
        engine: current['engine'],
        host: current['host'],
        username: current['username'],
        password: entropy.password(),
      }),
    }),
  },
  {
    what: 'a propose that repeats the password',
    caughtBy: 'propose answers another credential',
    saying: /repeats the credential in force/,
    provider: (sound) => ({ ...sound, propose: ({ current }) => ({ ...current }) }),
  },
  {
    what: 'a withCredential that takes the whole value',
    caughtBy: 'withCredential takes the credential of one value',
    saying: /takes more than the credential/,
    provider: (sound) => ({ ...sound, withCredential: ({ from }) => from }),
  },
  {
    what: 'an apply that reports what it did not do',
    caughtBy: 'a rotation that nobody disturbs',
    saying: /setSecret ended in PENDING_REFUSED/,
    provider: withSession(() => ({ apply: async () => ({ result: 'applied' }) })),
  },
  {
    what: 'a provider that claims two live credentials and has one',
    caughtBy: 'a rotation that nobody disturbs keeps its class',
    saying: /never locked out \(class A\)/,
    provider: (sound) => ({
      ...sound,
      capabilities: { ...sound.capabilities, strategies: ['dual-password'] },
    }),
  },
  {
    what: 'an open that connects',
    caughtBy: 'opening a session connects nowhere',
    saying: /1 connections are open/,
    provider: (sound) => ({
      ...sound,
      open: (request) => {
        const server = serverOf(field(secretOf(request, 'current'), 'host'))
        const connection = server.signIn(String(field(secretOf(request, 'current'), 'password')))
        const session = sound.open(request)
        return {
          ...session,
          close: async () => {
            if (typeof connection === 'object') server.drop(connection)
            await session.close()
          },
        }
      },
    }),
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

const casesOf = ({ kind = 'one', provider = (sound: Provider) => sound, decide: table }: Partial<Broken>) =>
  conformanceCases({
    provider: provider(memoryProvider(kind)),
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    atOnce: 16,
    ...(table === undefined ? {} : { decide: table }),
  })

describe('the kit catches', () => {
  test.each(BROKEN)('$what: by the case "$caughtBy …"', async (broken) => {
    const named = casesOf(broken).filter(({ name }) => name.includes(broken.caughtBy))
    expect(named).toHaveLength(1)
    const failure = await named[0]?.run().then(
      (result) => `it passed: ${JSON.stringify(result)}`,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect(failure).toMatchObject({ broken: expect.stringMatching(broken.saying) })
  })
})
