/** A client of a real authorization server for each point of the conformance kit, and what can be done to it. */
import { randomUUID } from 'node:crypto'
import type { End, FreshTarget, KitTime } from '../../shared/conformance/index.ts'
import { markText, type StoredSecret } from '../../shared/provider/index.ts'
import { type Authority, startAuthority, type Vendor } from '../../test/servers/oauth/authority.ts'
import { entra, GRAPH_SCOPE } from '../../test/servers/oauth/entra.ts'
import { appIdOf, okta } from '../../test/servers/oauth/okta.ts'

const CLIENT = '11111111-2222-3333-4444-555555555555'

/** What differs between the vendors. */
export interface Kind {
  readonly vendor: Vendor
  readonly by: 'basic' | 'post'
  readonly scope: string
  /** Fields of the secret. */
  readonly fields: (url: string) => StoredSecret
  readonly tokenPath: string
  /** How long a new secret is not known, in milliseconds. */
  readonly settlesMs: number
  /** What a secret would be that bears a mark. */
  readonly bearing: (mark: string) => { readonly value: string; readonly name: string }
}

export const OKTA: Kind = {
  vendor: okta,
  by: 'basic',
  scope: 'api okta.apps.manage',
  fields: (orgUrl) => ({ profile: 'okta', orgUrl, appId: appIdOf(CLIENT), scope: 'api' }),
  tokenPath: '/oauth2/default/v1/token',
  settlesMs: 0,
  bearing: (mark) => ({ value: `${mark}.${randomUUID()}`, name: '' }),
}

const TENANT = '99999999-8888-7777-6666-555555555555'

export const ENTRA: Kind = {
  vendor: entra,
  by: 'post',
  scope: `api ${GRAPH_SCOPE}`,
  fields: (url) => ({ profile: 'entra', loginUrl: url, graphUrl: url, tenantId: TENANT, scope: 'api' }),
  tokenPath: `/${TENANT}/oauth2/v2.0/token`,
  settlesMs: 30_000,
  bearing: (name) => ({ value: randomUUID(), name }),
}

export async function freshClient(kind: Kind, { now }: KitTime): Promise<FreshTarget> {
  const { vendor, by, scope, settlesMs } = kind
  const secret = `made-by-hand-${randomUUID()}`
  const authority = await startAuthority({
    vendor,
    now,
    clients: { [CLIENT]: { secret: randomUUID(), by, scope } },
  })
  const { book } = authority
  const live = book.of(CLIENT)
  live.clear()
  book.settlesMs = settlesMs
  const { id } = book.add(CLIENT, secret, { id: `first-${randomUUID()}`, createdAt: now() - settlesMs })
  const { hostname: host, port } = new URL(authority.url)
  return {
    secret: {
      engine: 'oauth',
      ...kind.fields(authority.url),
      clientId: CLIENT,
      clientSecret: secret,
      secretId: id,
      note: 'kept',
    },
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (stored, place) => ({ ...stored, ...kind.fields(`http://${place.host}:${place.port}`) }),
    },
    ...troublesOf(authority),
    live: async () => [...live.values()].filter(({ isActive }) => isActive).map((one) => one.id),
    issueByHand: async (mark) => {
      const { value, name } = kind.bearing(mark === undefined ? 'by hand' : markText(mark))
      return book.add(CLIENT, value, { name, id: `by-hand-${randomUUID()}` }).id
    },
    revokeByHand: async (one) => void live.delete(one),
    close: () => authority.stop(),
  }
}

export function troublesOf(authority: Authority): Omit<FreshTarget, 'secret' | 'close'> {
  const { book } = authority
  const answering = (answers: Authority['answers']) => async (): Promise<End> => {
    const before = authority.answers
    authority.answers = answers
    return async () => {
      authority.answers = before
    }
  }
  return {
    limitConnections: answering(() => ({ status: 429, body: { error: 'slow_down' } })),
    outage: async () => {
      authority.isDown = true
      for (const socket of authority.sockets) socket.destroy()
      return async () => {
        authority.isDown = false
      }
    },
    lockUser: answering((seen) =>
      seen.endsWith('/token') ? { status: 400, body: { error: 'unauthorized_client' } } : undefined,
    ),
    redirectTo: (location) => answering(() => ({ status: 307, headers: { location } }))(),
    echo: answering(async (seen, headers, text) => ({
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
    dropUser: async () => {
      book.refuses = true
      return async () => {
        book.refuses = false
      }
    },
    dropConnections: async () => {
      for (const socket of authority.sockets) socket.destroy()
    },
    connections: async () => authority.sockets.size,
    log: async () => authority.seen.join('\n'),
  }
}

/** A token request as a consumer makes it. */
export const getsToken = ({ tokenPath, by }: Kind, stored: StoredSecret): Promise<boolean> =>
  getsTokenAt(String(stored['orgUrl'] ?? stored['loginUrl']) + tokenPath, by, stored)

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
