/** Providers that are wrong in one way when a connection is lost or late, over the small target of lines. */
import { type Applied, type Provider, QuarterturnError, type Verdict } from '../../provider/index.ts'
import { ConnectionLost, Line } from '../targets/test-tcp.ts'
import { changed } from '../targets/test-tcp-provider.ts'
import { type Broken, field, type Opened, secretOf, withSession } from './test-breaking.ts'

const passwordOf = (request: Opened, who: 'current' | 'pending'): string =>
  String(field(secretOf(request, who), 'password'))

const lost = () => new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection was lost' })

/** What a change has at hand: a connection that is signed in, and what it takes to make another one. */
interface Hands {
  readonly line: Line
  readonly pending: string
  signIn(password: string): Promise<{ readonly line: Line; readonly isIn: boolean }>
  again(): Promise<Line>
}

/** A provider that makes its change in connections of its own, in some way; `close` ends them unless told otherwise. */
const changing =
  (change: (hands: Hands) => Promise<Applied>, closes = true) =>
  (sound: Provider): Provider =>
    withSession((session, request) => {
      const open: Line[] = []
      const signIn = async (password: string) => {
        const line = new Line(Number(field(secretOf(request, 'pending'), 'port')))
        open.push(line)
        return { line, isIn: (await line.ask('HELLO', password)) === 'OK' }
      }
      return {
        apply: async ({ as }): Promise<Applied> => {
          const again = async () =>
            (await signIn(passwordOf(request, as === 'pending' ? 'pending' : 'current'))).line
          try {
            const hands = { line: await again(), pending: passwordOf(request, 'pending'), signIn, again }
            const applied = await change(hands)
            await Promise.all(open.map((line) => line.end()))
            return applied
          } catch (error) {
            throw error instanceof ConnectionLost ? lost() : error
          }
        },
        close: async () => {
          await session.close()
          if (closes) await Promise.all(open.map((line) => line.end()))
        },
      }
    })(sound)

/** Does something else when the connection is lost. */
const whenLost = (work: Promise<Applied>, other: () => Applied | Promise<Applied>): Promise<Applied> =>
  work.catch((error: unknown) => {
    if (error instanceof ConnectionLost) return other()
    throw error
  })

const CUT = 'cut before every message of a rotation, it recovers by the same step again'

export const BROKEN_ON_THE_WIRE: readonly Broken[] = [
  {
    what: 'a probe that opens a connection of its own',
    caughtBy: 'every connection goes by `connect`',
    saying: /a probe is `accepted` although `connect` allows no host/,
    provider: (sound) => ({ ...sound, open: ({ connect: _, ...request }) => sound.open(request) }),
  },
  {
    what: 'a change that opens a connection of its own',
    caughtBy: 'every connection goes by `connect`',
    saying: /a change is `applied` although `connect` allows no host/,
    provider: (sound) => {
      const changes = changing(({ line, pending }) => changed(line, pending))(sound)
      return withSession((_session, request) => ({
        exclusive: ({ work }) => work(),
        apply: (asked) => changes.open(request).apply(asked),
      }))(sound)
    },
  },
  {
    what: 'a deadline that is raced and closes nothing',
    caughtBy: 'a reply held back past the deadline ends the step, and it recovers by the same step again',
    saying: /a late writer/,
    provider: changing(({ line, pending }) => changed(line, pending), false),
  },
  {
    what: 'a probe that reads a lost connection as a refusal',
    caughtBy: CUT,
    saying: /a lost connection is not a refusal: the (current|pending) credential/,
    provider: withSession((session) => ({
      probe: async (request): Promise<Verdict> => {
        const verdict = await session.probe(request)
        return verdict.verdict === 'unknown' ? { verdict: 'rejected' } : verdict
      },
    })),
  },
  {
    what: 'a change that is repeated blindly when its reply is lost, though a second one does damage',
    kind: 'two',
    caughtBy: CUT,
    saying: /never locked out \(class A\): AWSCURRENT is refused, right after it/,
    provider: changing(({ line, pending, again }) =>
      whenLost(changed(line, pending), async () => await changed(await again(), pending)),
    ),
  },
  {
    what: 'a change that is made in two goes',
    caughtBy: CUT,
    saying: /never locked out \(class B\): no labelled version signs in, right after it/,
    provider: changing(async ({ line, pending }) => {
      await changed(line, 'stored nowhere')
      return await changed(line, pending)
    }),
  },
  {
    what: 'a change that takes silence for success',
    caughtBy: CUT,
    saying: /documented errors: setSecret ended in PENDING_REFUSED instead of/,
    provider: changing(({ line, pending }) =>
      whenLost(changed(line, pending), () => ({ result: 'applied' })),
    ),
  },
  {
    what: 'a provider that guesses by signing in, beside its probes',
    caughtBy: CUT,
    saying: /failing sign-ins: 1 in one invocation, expected at most 0/,
    provider: changing(({ line, pending, signIn }) =>
      whenLost(changed(line, pending), async () => {
        if ((await signIn(pending)).isIn) return { result: 'applied' }
        throw lost()
      }),
    ),
  },
  {
    what: 'a provider that tells a lost connection as a defect of its own',
    caughtBy: CUT,
    saying: /documented errors: \w+ ended in PROVIDER_FAILED instead of/,
    provider: changing(({ line, pending }) =>
      whenLost(changed(line, pending), () => {
        throw new Error('socket hang up')
      }),
    ),
  },
]
