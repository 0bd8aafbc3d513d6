/** A sound provider for the target of lines. */
import * as z from 'zod'
import {
  type Applied,
  defineProvider,
  type OpenRequest,
  type Provider,
  QuarterturnError,
  type Session,
  type Verdict,
  type Who,
} from '../../provider/index.ts'
import type { MemoryKind } from './test-memory.ts'
import { ConnectionLost, Line } from './test-tcp.ts'

const LinesSecret = z.looseObject({ port: z.number(), username: z.string(), password: z.string() })
type LinesSecret = z.infer<typeof LinesSecret>

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** `two` has a change that does damage when it is repeated: the former password goes. */
export function tcpProvider(kind: MemoryKind): Provider {
  return defineProvider({
    name: `lines-${kind}`,
    serves: { engines: ['lines'] },
    schema: LinesSecret,
    capabilities: {
      strategies: [kind === 'one' ? 'single-user' : 'dual-password'],
      repeat: kind === 'one' ? 'harmless' : 'once',
      lock: 'session',
      failedProbe: 'counts',
    },
    identity: ({ port, username, password }) => ({
      account: username,
      endpoint: String(port),
      credential: password,
    }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),
    open: openTcp,
  }) as Provider
}

const unreachable = (): QuarterturnError =>
  new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection was lost' })

const told = (error: unknown): never => {
  throw error instanceof ConnectionLost ? unreachable() : error
}

function openTcp({ values, timeLeftMs, connect }: OpenRequest<LinesSecret>): Session {
  const open = new Set<Line>()
  let locked: Line | undefined
  let isClosed = false
  const secretOf = (who: Who): LinesSecret => {
    const secret = values[who]?.reveal()
    if (secret === undefined) throw new Error(`${who} was not read`)
    return secret
  }
  const withLine = async <T>(who: Who, work: (line: Line, hello: string) => Promise<T>): Promise<T> => {
    if (isClosed) throw unreachable()
    const { port, password } = secretOf(who)
    const line = new Line(port, connect)
    open.add(line)
    try {
      return await work(line, await line.ask('HELLO', password))
    } finally {
      open.delete(line)
      await line.end()
    }
  }
  const signedIn = <T>(as: Who, work: (line: Line) => Promise<T>): Promise<T> =>
    withLine(as, (line, hello) => {
      if (hello !== 'OK') throw new QuarterturnError('CURRENT_REFUSED', { problem: 'refused' })
      return work(line)
    }).catch(told)
  return {
    check: ({ as }) => signedIn(as, async () => ({ possible: true, missing: [] })),
    probe: ({ who }) =>
      withLine(
        who,
        async (_line, hello): Promise<Verdict> =>
          hello === 'OK' ? { verdict: 'accepted', as: 'app' } : { verdict: 'rejected' },
      ).catch((error: unknown): Verdict => {
        if (error instanceof ConnectionLost)
          return { verdict: 'unknown', reason: 'no answer', code: 'TARGET_UNREACHABLE' }
        throw error
      }),
    exclusive: ({ as, work }) =>
      signedIn(as, async (line) => {
        const end = performance.now() + Math.min(5_000, timeLeftMs() / 3)
        while ((await line.ask('LOCK')) !== 'OK') {
          if (performance.now() > end) throw new QuarterturnError('TARGET_BUSY', { problem: 'locked' })
          await pause(5)
        }
        locked = line
        return await work()
      }),
    async apply({ to }): Promise<Applied> {
      if (locked?.isAlive !== true) throw unreachable()
      const line = locked
      return await changed(line, secretOf(to).password).catch(told)
    },
    async close() {
      isClosed = true
      await Promise.all([...open].map((line) => line.end()))
    },
  }
}

/** Changes the password in the connection given. Rejects with `ConnectionLost` when it cannot say what happened. */
export async function changed(line: Line, password: string): Promise<Applied> {
  for (const answer of [await line.ask('STAGE', password), await line.ask('COMMIT')])
    if (answer !== 'OK') throw new Error('the server does not change it')
  return { result: 'applied' }
}
