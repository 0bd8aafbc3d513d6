/** A client of a real authorization server for each point of the conformance kit, and what can be done to it. */
import { randomUUID } from 'node:crypto'
import type { ConformanceOptions, End, FreshTarget, KitTime } from '../../shared/conformance/index.ts'
import { markText, type Provider, type StoredSecret } from '../../shared/provider/index.ts'
import { type Authority, startAuthority } from '../../test/servers/oauth/authority.ts'
import { createOauth } from './index.ts'
import { idOfValue } from './schema.ts'
import type { Kind } from './test-kinds.ts'

const allowing = { allowClearTextLoopback: true }

/** By client: the provider by the clock of its point. */
const providers = new Map<string, Provider>()

/** The provider as far as one kind of secret is concerned. */
export function providerFor(secret: StoredSecret): Provider {
  const provider = createOauth(allowing) as Provider
  return {
    ...provider,
    capabilities: provider.capabilitiesOf?.(secret) ?? provider.capabilities,
    open: (request) => {
      const { current, pending, gone } = request.values
      const secret = (current ?? pending ?? gone)?.reveal() as StoredSecret | undefined
      return (providers.get(String(secret?.['clientId'])) ?? provider).open(request)
    },
  }
}

/** The secret of a client at an address. */
const storedFor = (kind: Kind, url: string, clientId: string, clientSecret: string): StoredSecret => ({
  engine: 'oauth',
  ...kind.fields(clientId),
  ...addressed(kind, url),
  clientId,
  clientSecret,
  note: 'kept',
})

const addressed = ({ urls }: Kind, url: string): StoredSecret =>
  Object.fromEntries(urls.map((name) => [name, url]))

export const optionsFor = (kind: Kind): ConformanceOptions => ({
  provider: providerFor(kind.fields('')),
  freshTarget: (kit) => freshClient(kind, kit),
  signIn: (stored) => getsToken(kind, stored),
  atOnce: 16,
  recoveries: 'in turn',
})

async function freshClient(kind: Kind, kit: KitTime): Promise<FreshTarget> {
  const { vendor, by, scope, settlesMs, admin } = kind
  const [clientId, second] = [randomUUID(), randomUUID()]
  const authority = await startAuthority({
    vendor,
    now: kit.now,
    clients: {
      [clientId]: { secret: randomUUID(), by, scope },
      ...(admin === undefined
        ? {}
        : {
            [second]: { secret: randomUUID(), by, scope },
            admin: { secret: randomUUID(), by, scope: admin },
          }),
    },
  })
  authority.book.settlesMs = settlesMs
  const close = async (): Promise<void> => {
    await target.close()
    await authority.stop()
  }
  const target = clientAt(authority, kind, clientId, kit)
  if (admin === undefined) return { ...target, close }
  const byAdmin = { admin: adminAt(authority, kind) }
  return {
    ...target,
    ...byAdmin,
    sharingAdmin: async () => ({ ...clientAt(authority, kind, second, kit), ...byAdmin }),
    close,
  }
}

/** One client as somebody has made it by hand. */
function clientAt(authority: Authority, kind: Kind, clientId: string, { now }: KitTime): FreshTarget {
  const { book } = authority
  const { settlesMs, bearing } = kind
  providers.set(clientId, createOauth({ ...allowing, now }) as Provider)
  const live = book.of(clientId)
  const madeByHand = (): StoredSecret => {
    live.clear()
    const secret = `made-by-hand-${randomUUID()}`
    const { id } = book.add(clientId, secret, { id: `first-${randomUUID()}`, createdAt: now() - settlesMs })
    return {
      ...storedFor(kind, authority.url, clientId, secret),
      ...(bearing === undefined ? {} : { secretId: id }),
    }
  }
  const { hostname: host, port } = new URL(authority.url)
  return {
    secret: madeByHand(),
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (stored, place) => ({ ...stored, ...addressed(kind, `http://${place.host}:${place.port}`) }),
    },
    ...troublesOf(authority),
    ...(kind.by === 'basic' ? { lockUser: refusing(authority, clientId) } : {}),
    dropUser: dropping(authority, () => [clientId]),
    live: async () =>
      [...live.values()]
        .filter(({ isActive, expiresAt = Number.POSITIVE_INFINITY }) => isActive && expiresAt > now())
        .map(({ id, value }) => (bearing === undefined ? idOfValue(value) : id)),
    ...(bearing === undefined
      ? { issueAnew: async () => madeByHand() }
      : {
          issueByHand: async (mark) => {
            const { value, name } = bearing(mark === undefined ? 'by hand' : markText(mark))
            return book.add(clientId, value, { name, id: `by-hand-${randomUUID()}` }).id
          },
          revokeByHand: async (one) => void live.delete(one),
        }),
    close: async () => void providers.delete(clientId),
  }
}

function adminAt({ book, url }: Authority, kind: Kind): Required<FreshTarget>['admin'] {
  const value = (): StoredSecret => {
    const [kept] = [...book.of('admin').values()].slice(-1)
    return { ...addressed(kind, url), clientId: 'admin', clientSecret: kept?.value }
  }
  return {
    value: value(),
    named: (secret, adminSecretArn) => ({ ...secret, adminSecretArn }),
    rotate: async () => {
      book.of('admin').clear()
      book.add('admin', randomUUID(), { createdAt: book.now() - kind.settlesMs })
      return value()
    },
  }
}

type Trouble = () => Promise<End>

/** Until its end the server answers so. */
export const answering =
  (authority: Authority, answers: Authority['answers']): Trouble =>
  async () => {
    const before = authority.answers
    authority.answers = answers
    return async () => {
      authority.answers = before
    }
  }

/** The client is known, and may have no token. */
const refusing = (authority: Authority, clientId: string): Trouble =>
  answering(authority, (seen, { authorization = '' }) => {
    const [id] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':')
    return seen.endsWith('/token') && decodeURIComponent(id ?? '') === clientId
      ? { status: 400, body: { error: 'unsupported_grant_type' } }
      : undefined
  })

/** They are not there until the end. */
const dropping =
  ({ book }: Authority, ids: () => readonly string[]): Trouble =>
  async () => {
    for (const id of ids()) book.refused.add(id)
    return async () => book.refused.clear()
  }

/** What can happen to every client of the server. */
export function troublesOf(authority: Authority): Omit<FreshTarget, 'secret' | 'close'> {
  return {
    limitConnections: answering(authority, () => ({ status: 429, body: { error: 'slow_down' } })),
    outage: async () => {
      authority.isDown = true
      for (const socket of authority.sockets) socket.destroy()
      return async () => {
        authority.isDown = false
      }
    },
    lockUser: answering(authority, (seen) =>
      seen.endsWith('/token') ? { status: 400, body: { error: 'unauthorized_client' } } : undefined,
    ),
    redirectTo: (location) => answering(authority, () => ({ status: 307, headers: { location } }))(),
    echo: answering(authority, async (seen, headers, text) => ({
      status: 400,
      body: { error: `${seen} ${JSON.stringify(headers)} ${await text()}` },
    })),
    slow: async () => {
      const healed = Promise.withResolvers<void>()
      authority.holds = () => healed.promise
      return async () => {
        authority.holds = () => Promise.resolve()
        // That a connection is gone, its other end hears a moment later.
        await new Promise((resolve) => setTimeout(resolve, 50))
        healed.resolve()
      }
    },
    dropUser: dropping(authority, () => authority.book.ids),
    dropConnections: async () => {
      for (const socket of authority.sockets) socket.destroy()
    },
    connections: async () => authority.sockets.size,
    log: async () => authority.seen.join('\n'),
  }
}

/** A token request as a consumer makes it. */
export const getsToken = (
  { by, urls, tokenPath }: Pick<Kind, 'by' | 'urls' | 'tokenPath'>,
  stored: StoredSecret,
): Promise<boolean> => getsTokenAt(String(stored[urls[0] ?? '']) + tokenPath, by, stored)

export async function getsTokenAt(url: string, by: Kind['by'], stored: StoredSecret): Promise<boolean> {
  const [id, secret] = [String(stored['clientId']), String(stored['clientSecret'])]
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')
  const response = await fetch(url, {
    method: 'POST',
    headers: by === 'basic' ? { authorization: `Basic ${basic}` } : {},
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'api',
      ...(by === 'basic' ? {} : { client_id: id, client_secret: secret }),
    }),
  })
  const { access_token, error } = (await response.json()) as { access_token?: string; error?: string }
  if (access_token === undefined && error !== 'invalid_client') throw new Error(`it was answered ${error}`)
  return access_token !== undefined
}
