/** A target on loopback that a function in another process reaches, and providers for it: one sound, others broken. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import {
  type Applied,
  defineProvider,
  type OpenRequest,
  type Provider,
  QuarterturnError,
  type Session,
} from '../../provider/index.ts'
import type { FreshTarget } from '../options.ts'

const DeskSecret = z.looseObject({ url: z.string(), username: z.string(), password: z.string() })
type DeskSecret = z.infer<typeof DeskSecret>

/** `forgetful` knows from its last change what only the target can know; `hasty` changes before it stores. */
export const DESK_KINDS = ['sound', 'forgetful', 'hasty'] as const
export type DeskKind = (typeof DESK_KINDS)[number]

/** Users with a password each. A change has to name how many there were before. */
export interface Desk {
  freshTarget(): Promise<FreshTarget>
  signIn(stored: Readonly<Record<string, unknown>>): Promise<boolean>
  close(): Promise<void>
}

export async function startDesk(): Promise<Desk> {
  const users = new Map<string, { password: string; changes: number }>()
  const server = createServer((request, response) => {
    const { user = '', password, changes, next } = request.headers
    const found = users.get(String(user))
    if (found === undefined || found.password !== password) return void response.writeHead(401).end()
    if (next === undefined) return void response.writeHead(200).end(String(found.changes))
    if (Number(changes) !== found.changes) return void response.writeHead(409).end()
    users.set(String(user), { password: String(next), changes: found.changes + 1 })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let made = 0
  return {
    async freshTarget() {
      made += 1
      const username = `user-${made}`
      users.set(username, { password: 'initial-password', changes: 0 })
      return {
        secret: { engine: 'desk', url, username, password: 'initial-password', note: 'kept' },
        close: async () => void users.delete(username),
      }
    },
    signIn: async ({ username, password }) => users.get(String(username))?.password === password,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** How many changes this process knows of. Nobody else does. */
const remembered = new Map<string, number>()

export const deskProvider = (kind: DeskKind): Provider<typeof DeskSecret> =>
  defineProvider({
    name: 'desk',
    serves: { engines: ['desk'] },
    schema: DeskSecret,
    capabilities: {
      strategies: ['single-user'],
      repeat: 'compare-and-swap',
      lock: 'none',
      failedProbe: 'free',
    },
    identity: ({ url, username, password }) => ({ account: username, endpoint: url, credential: password }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    async propose({ current, entropy }) {
      const next = { ...current, password: entropy.password() }
      if (kind === 'hasty') await change(DeskSecret.parse(current), next.password)
      return next
    },
    open: (request) => openDesk(kind, request),
  })

function openDesk(kind: DeskKind, { values, signal }: OpenRequest<DeskSecret>): Session {
  const closing = new AbortController()
  const ended = AbortSignal.any([signal, closing.signal])
  const secretOf = (who: keyof typeof values): DeskSecret => {
    const secret = values[who]?.reveal()
    if (secret === undefined) throw new Error(`${who} was not read`)
    return secret
  }
  return {
    check: async () => ({ possible: true, missing: [] }),
    async probe({ who }) {
      const { status } = await ask(secretOf(who), {}, ended)
      return status === 200 ? { verdict: 'accepted', as: secretOf(who).username } : { verdict: 'rejected' }
    },
    exclusive: ({ work }) => work(),
    async apply({ to, as }): Promise<Applied> {
      const secret = secretOf(as)
      const known = kind === 'forgetful' ? (remembered.get(secret.username) ?? 0) : undefined
      const status = await change(secret, secretOf(to).password, known, ended)
      if (status === 204) remembered.set(secret.username, (known ?? 0) + 1)
      return { result: status === 204 ? 'applied' : 'superseded' }
    },
    async close() {
      closing.abort()
    },
  }
}

async function change(
  secret: DeskSecret,
  next: string,
  known?: number,
  ended?: AbortSignal,
): Promise<number> {
  const changes = known ?? (await (await ask(secret, {}, ended)).text())
  const { status } = await ask(secret, { changes: String(changes), next }, ended)
  return status
}

const ask = ({ url, username, password }: DeskSecret, headers: Record<string, string>, ended?: AbortSignal) =>
  fetch(url, {
    headers: { user: username, password, ...headers },
    ...(ended === undefined ? {} : { signal: ended }),
  }).catch(() => {
    throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'no answer' })
  })
