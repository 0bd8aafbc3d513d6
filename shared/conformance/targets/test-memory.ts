/** A target in memory with every hook, and a sound provider for it: what the kit's own tests break. */
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
import type { FreshTarget } from '../options.ts'

const MemorySecret = z.looseObject({ host: z.string(), username: z.string(), password: z.string() })
export type MemorySecret = z.infer<typeof MemorySecret>

/** `one`: a password replaced in place. `two`: the former one goes on beside it. */
export type MemoryKind = 'one' | 'two'

type Trouble = 'down' | 'limited' | 'read-only' | 'slow' | 'policy' | 'locked' | 'dropped'

/** One account: its passwords, its connections, and what is wrong with it. */
export class MemoryServer {
  passwords: readonly string[]
  lock: object | undefined
  readonly connections = new Set<object>()
  readonly troubles = new Set<Trouble>()
  readonly log: string[] = []
  failedSignIns = 0

  constructor(password: string) {
    this.passwords = [password]
  }

  /** A connection, or why there is none. */
  signIn(password: string): object | 'no answer' | 'limit' | 'refused' {
    if (this.troubles.has('down')) return 'no answer'
    if (this.troubles.has('limited') || this.troubles.has('locked')) return 'limit'
    if (this.troubles.has('dropped') || !this.passwords.includes(password)) {
      this.failedSignIns += 1
      this.log.push('sign-in failed')
      return 'refused'
    }
    const connection = {}
    this.connections.add(connection)
    return connection
  }

  drop(connection: object): void {
    this.connections.delete(connection)
    if (this.lock === connection) this.lock = undefined
  }
}

const servers = new Map<string, MemoryServer>()

export const serverOf = (host: unknown): MemoryServer => {
  const server = servers.get(String(host))
  if (server === undefined) throw new Error('no such server')
  return server
}

let made = 0

export async function freshMemory(): Promise<FreshTarget> {
  made += 1
  const host = `memory-${made}`
  const server = new MemoryServer(`initial-password-${made}`)
  servers.set(host, server)
  const trouble = (what: Trouble) => async () => {
    server.troubles.add(what)
    if (what === 'down') dropAll(server)
    return async () => void server.troubles.delete(what)
  }
  const restoring = (change: () => void) => async () => {
    const { passwords } = server
    change()
    return async () => {
      server.passwords = passwords
    }
  }
  return {
    secret: { engine: 'memory', host, username: 'app', password: `initial-password-${made}`, note: 'kept' },
    close: async () => void servers.delete(host),
    outage: trouble('down'),
    limitConnections: trouble('limited'),
    readOnly: trouble('read-only'),
    slow: trouble('slow'),
    refuseByPolicy: trouble('policy'),
    lockUser: trouble('locked'),
    dropUser: trouble('dropped'),
    changePasswordByHand: restoring(() => {
      server.passwords = ['set-by-hand']
    }),
    failover: restoring(() => undefined),
    dropConnections: async () => dropAll(server),
    connections: async () => server.connections.size,
    failedSignIns: async () => server.failedSignIns,
    log: async () => server.log.join('\n'),
  }
}

const dropAll = (server: MemoryServer): void => {
  for (const connection of server.connections) server.drop(connection)
}

export const signsInToMemory = async ({
  host,
  password,
}: Readonly<Record<string, unknown>>): Promise<boolean> => {
  const server = serverOf(host)
  if (server.troubles.has('dropped')) return false
  return server.passwords.includes(String(password))
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** How long a change takes at the server, in milliseconds. */
const CHANGE_MS = 3

/** A provider without fault. Its sessions are plain objects, so that a test can replace one operation. */
export function memoryProvider(kind: MemoryKind): Provider<typeof MemorySecret> {
  return defineProvider({
    name: `memory-${kind}`,
    serves: { engines: ['memory'] },
    schema: MemorySecret,
    capabilities: {
      strategies: [kind === 'one' ? 'single-user' : 'dual-password'],
      repeat: kind === 'one' ? 'harmless' : 'compare-and-swap',
      lock: 'session',
      failedProbe: 'counts',
    },
    identity: ({ host, username, password }) => ({ account: username, endpoint: host, credential: password }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),
    open: (request) => openMemory(kind, request),
  })
}

function openMemory(kind: MemoryKind, { values, timeLeftMs }: OpenRequest<MemorySecret>): Session {
  const mine = new Set<object>()
  let closedServer: MemoryServer | undefined
  let isClosed = false
  let locked: object | undefined

  const secretOf = (who: Who): { server: MemoryServer; password: string } => {
    const secret = values[who]?.reveal()
    if (secret === undefined) throw new Error(`${who} was not read`)
    closedServer = serverOf(secret.host)
    return { server: closedServer, password: secret.password }
  }
  const connect = async (
    who: Who,
  ): Promise<{ server: MemoryServer; got: ReturnType<MemoryServer['signIn']> }> => {
    const { server, password } = secretOf(who)
    await pause(0)
    if (isClosed) throw new Error('the session is closed')
    const got = server.signIn(password)
    if (typeof got === 'object') mine.add(got)
    return { server, got }
  }
  const signedIn = async <T>(
    as: Who,
    work: (server: MemoryServer, connection: object) => Promise<T>,
  ): Promise<T> => {
    const { server, got } = await connect(as)
    if (got === 'refused') throw new QuarterturnError('CURRENT_REFUSED', { problem: 'refused' })
    if (got === 'limit') throw new QuarterturnError('CREDENTIAL_BARRED', { problem: 'barred' })
    if (got === 'no answer') throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'no answer' })
    if (server.troubles.has('read-only'))
      throw new QuarterturnError('TARGET_READ_ONLY', { problem: 'the target is read-only' })
    try {
      return await work(server, got)
    } finally {
      server.drop(got)
    }
  }

  return {
    check: ({ as }) => signedIn(as, async () => ({ possible: true, missing: [] })),
    async probe({ who }): Promise<Verdict> {
      const { server, got } = await connect(who)
      if (got === 'no answer') return { verdict: 'unknown', reason: 'no answer' }
      if (got === 'limit') return { verdict: 'barred', reason: 'a limit' }
      if (got === 'refused') return { verdict: 'rejected' }
      server.drop(got)
      return { verdict: 'accepted', as: 'app' }
    },
    exclusive: ({ as, work }) =>
      signedIn(as, async (server, connection) => {
        const end = performance.now() + timeLeftMs() / 3
        while (server.lock !== undefined) {
          if (performance.now() > end) throw new QuarterturnError('TARGET_BUSY', { problem: 'locked' })
          await pause(2)
        }
        server.lock = connection
        locked = connection
        return await work()
      }),
    async apply({ to, from }): Promise<Applied> {
      const { server, password } = secretOf(to)
      const old = secretOf(from).password
      const end = performance.now() + timeLeftMs() / 2
      while (server.troubles.has('slow')) {
        if (isClosed || performance.now() > end)
          throw new QuarterturnError('TARGET_BUSY', { problem: 'slow' })
        await pause(5)
      }
      await pause(CHANGE_MS)
      if (isClosed || locked === undefined || !server.connections.has(locked) || server.troubles.has('down'))
        throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection was lost' })
      if (server.troubles.has('read-only'))
        throw new QuarterturnError('TARGET_READ_ONLY', { problem: 'the target is read-only' })
      if (server.troubles.has('policy')) return { result: 'refused', reason: 'the policy says no' }
      if (kind === 'two' && server.passwords[0] !== old) return { result: 'superseded' }
      server.passwords = kind === 'two' ? [password, old] : [password]
      server.log.push('password changed')
      return { result: 'applied' }
    },
    async close() {
      isClosed = true
      for (const connection of mine) closedServer?.drop(connection)
    },
  }
}
