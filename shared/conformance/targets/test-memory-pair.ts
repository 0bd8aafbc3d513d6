/** A target in memory where an admin keeps a pair of accounts, and a sound provider for it. */
import * as z from 'zod'
import {
  type AdminUse,
  type Applied,
  type Comparison,
  defineProvider,
  type OpenRequest,
  type Provider,
  QuarterturnError,
  type Retired,
  type Session,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../provider/index.ts'
import type { FreshTarget } from '../options.ts'

const PairSecret = z.looseObject({
  host: z.string(),
  username: z.string(),
  password: z.string(),
  masterarn: z.string().optional(),
})
type PairSecret = z.infer<typeof PairSecret>

interface Role {
  password: string
  /** False: it was retired, or is being prepared. */
  canSignIn: boolean
  readonly rights: Set<string>
  /** Whose account it is; the admin's own and one that was never rotated have none. */
  mark?: string
}

/** Accounts by name, and one lock for each pair. */
export class PairServer {
  readonly roles = new Map<string, Role>()
  readonly locks = new Map<string, object>()
  readonly connections = new Set<object>()
  isDown = false
  isSlow = false
  isReadOnly = false
  hasPolicy = false
  failedSignIns = 0

  signIn(name: string, password: string): object | undefined {
    const role = this.roles.get(name)
    if (role === undefined || !role.canSignIn || role.password !== password) {
      this.failedSignIns += 1
      return undefined
    }
    const connection = {}
    this.connections.add(connection)
    return connection
  }

  drop(connection: object): void {
    this.connections.delete(connection)
    for (const [pair, holder] of this.locks) if (holder === connection) this.locks.delete(pair)
  }
}

const servers = new Map<string, PairServer>()

export const serverOf = (host: unknown): PairServer => {
  const server = servers.get(String(host))
  if (server === undefined) throw new Error('no such server')
  return server
}

const baseOf = (account: string): string => account.replace(/_clone$/, '')
const alternateOf = (account: string): string =>
  account === baseOf(account) ? `${account}_clone` : baseOf(account)

let made = 0

export async function freshPair(): Promise<FreshTarget> {
  made += 1
  const host = `pair-${made}`
  const server = new PairServer()
  servers.set(host, server)
  server.roles.set('admin', { password: `admin-password-${made}`, canSignIn: true, rights: new Set() })
  return { ...targetOn(server, host, 'app'), close: async () => void servers.delete(host) }
}

function targetOn(server: PairServer, host: string, username: string): FreshTarget {
  const password = `initial-password-of-${username}`
  server.roles.set(username, { password, canSignIn: true, rights: new Set(['read']) })
  const adminValue = (): StoredSecret => ({
    engine: 'pair',
    host,
    username: 'admin',
    password: server.roles.get('admin')?.password,
  })
  const trouble = (which: 'isDown' | 'isSlow' | 'isReadOnly' | 'hasPolicy') => async () => {
    server[which] = true
    if (which === 'isDown') for (const one of server.connections) server.drop(one)
    return async () => {
      server[which] = false
    }
  }
  return {
    secret: { engine: 'pair', host, username, password, note: 'kept' },
    close: () => Promise.resolve(),
    admin: {
      value: adminValue(),
      named: (secret, masterarn) => ({ ...secret, masterarn }),
      rotate: async () => {
        const admin = server.roles.get('admin')
        if (admin !== undefined) admin.password = `${admin.password}-next`
        return adminValue()
      },
    },
    sharingAdmin: async () => targetOn(server, host, 'other'),
    driftRights: async (stored) => {
      const rights = server.roles.get(String(stored['username']))?.rights
      rights?.add(`right ${rights.size}`)
    },
    haveSameRights: async (a, b) => rightsOf(server, a) === rightsOf(server, b),
    outage: trouble('isDown'),
    slow: trouble('isSlow'),
    readOnly: trouble('isReadOnly'),
    refuseByPolicy: trouble('hasPolicy'),
    connections: async () => server.connections.size,
    failedSignIns: async () => server.failedSignIns,
    dropConnections: async () => {
      for (const one of server.connections) server.drop(one)
    },
  }
}

const rightsOf = (server: PairServer, { username }: StoredSecret): string =>
  [...(server.roles.get(String(username))?.rights ?? [])].toSorted().join()

export const signsInToPair = async ({ host, username, password }: StoredSecret): Promise<boolean> => {
  const role = serverOf(host).roles.get(String(username))
  return role?.canSignIn === true && role.password === password
}

/** A provider without fault. */
export const pairProvider = (): Provider<typeof PairSecret> =>
  defineProvider({
    name: 'memory-pair',
    serves: { engines: ['pair'] },
    schema: PairSecret,
    capabilities: {
      strategies: ['alternating-users'],
      repeat: 'harmless',
      lock: 'session',
      failedProbe: 'counts',
      retires: true,
    },
    admin: {
      strategies: ['alternating-users'],
      arn: ({ masterarn }: PairSecret) => masterarn,
      value: ({ admin }: { readonly admin: StoredSecret }) => admin,
    } satisfies AdminUse<PairSecret>,
    alternateOf,
    identity: ({ host, username, password }: PairSecret) => ({
      account: username,
      endpoint: host,
      credential: password,
      server: { host, port: 1 },
    }),
    withCredential: ({ into, from }) => ({
      ...into,
      username: from['username'],
      password: from['password'],
    }),
    propose: ({ current, entropy }) => ({
      ...current,
      username: alternateOf(String(current['username'])),
      password: entropy.password(),
    }),
    open: (request) => openPair(request),
  })

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function openPair({ values, mark, timeLeftMs }: OpenRequest<PairSecret>): Session {
  const mine = new Map<object, PairServer>()
  let isClosed = false
  let locked: { readonly server: PairServer; readonly connection: object } | undefined

  const secretOf = (who: Who): PairSecret => {
    const secret = values[who]?.reveal()
    if (secret === undefined) throw new Error(`${who} was not read`)
    return secret
  }
  const unreachable = (problem: string) => new QuarterturnError('TARGET_UNREACHABLE', { problem })

  async function signedIn<T>(
    as: Who,
    work: (server: PairServer, connection: object) => Promise<T>,
  ): Promise<T> {
    const { host, username, password } = secretOf(as)
    const server = serverOf(host)
    await pause(0)
    if (isClosed) throw new Error('the session is closed')
    if (server.isDown) throw unreachable('no answer')
    const connection = server.signIn(username, password)
    if (connection === undefined) throw new QuarterturnError('CURRENT_REFUSED', { problem: 'refused' })
    mine.set(connection, server)
    try {
      return await work(server, connection)
    } finally {
      server.drop(connection)
    }
  }

  /** The server by way of the connection that holds the lock. */
  const changing = async (): Promise<PairServer> => {
    const end = performance.now() + timeLeftMs() / 2
    while (locked?.server.isSlow === true) {
      if (isClosed || performance.now() > end) throw new QuarterturnError('TARGET_BUSY', { problem: 'slow' })
      await pause(5)
    }
    await pause(1)
    if (
      isClosed ||
      locked === undefined ||
      !locked.server.connections.has(locked.connection) ||
      locked.server.isDown
    )
      throw unreachable('the connection was lost')
    if (locked.server.isReadOnly) throw new QuarterturnError('TARGET_READ_ONLY', { problem: 'read-only' })
    return locked.server
  }

  const differences = (server: PairServer, a: Who, b: Who): string[] => {
    const [one, other] = [a, b].map(
      (who) => server.roles.get(secretOf(who).username)?.rights ?? new Set<string>(),
    )
    return [...(one ?? [])].filter((right) => other?.has(right) !== true)
  }

  return {
    check: ({ as }) => signedIn(as, async () => ({ possible: true, missing: [] })),
    async probe({ who }): Promise<Verdict> {
      const { host, username, password } = secretOf(who)
      const server = serverOf(host)
      await pause(0)
      if (isClosed) throw new Error('the session is closed')
      if (server.isDown) return { verdict: 'unknown', reason: 'no answer' }
      const connection = server.signIn(username, password)
      if (connection === undefined) return { verdict: 'rejected' }
      server.drop(connection)
      return { verdict: 'accepted', as: username }
    },
    exclusive: ({ as, work }) =>
      signedIn(as, async (server, connection) => {
        const pair = baseOf(secretOf('current').username)
        const end = performance.now() + timeLeftMs() / 3
        while (server.locks.has(pair)) {
          if (performance.now() > end) throw new QuarterturnError('TARGET_BUSY', { problem: 'locked' })
          await pause(2)
        }
        server.locks.set(pair, connection)
        locked = { server, connection }
        return await work()
      }),
    async apply({ to }): Promise<Applied> {
      const server = await changing()
      if (server.hasPolicy) return { result: 'refused', reason: 'the policy says no' }
      const { username, password } = secretOf(to)
      const [there, proven] = [username, alternateOf(username)].map((name) => server.roles.get(name))
      if (there !== undefined && there.mark !== mark)
        throw new QuarterturnError('ACCOUNT_NOT_OURS', { problem: `${username} has no mark of ours` })
      if (proven !== undefined) proven.mark = mark
      const rights = there?.rights ?? new Set(proven?.rights)
      server.roles.set(username, { password, canSignIn: true, rights, mark })
      return { result: 'applied' }
    },
    compare: ({ a, b, as }) =>
      signedIn(as, async (server): Promise<Comparison> => {
        const found = differences(server, a, b).map((right) => `${secretOf(b).username} may not ${right}`)
        return { equal: found.length === 0, differences: found }
      }),
    async repair({ a, b }) {
      const server = await changing()
      for (const right of differences(server, a, b)) server.roles.get(secretOf(b).username)?.rights.add(right)
    },
    async retire({ gone, keep }): Promise<Retired> {
      const server = await changing()
      const { username } = secretOf(gone)
      if (username === secretOf(keep).username) return { result: 'cannot', reason: 'it is to be kept' }
      const role = server.roles.get(username)
      if (role === undefined || !role.canSignIn) return { result: 'already' }
      role.canSignIn = false
      return { result: 'retired' }
    },
    async close() {
      isClosed = true
      for (const [connection, server] of mine) server.drop(connection)
    },
  }
}
