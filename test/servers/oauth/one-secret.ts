/** Vendors whose clients have one secret, which is replaced in one call, as their references document it. */
import { randomBytes } from 'node:crypto'
import type { ApiReply, Vendor } from './authority.ts'
import type { ClientBook, Kept } from './book.ts'

export const AUTH0_SCOPE = 'read:client_keys update:client_keys'
export const MANAGES = 'manage-clients'

const newest = (book: ClientBook, clientId: string): Kept | undefined =>
  [...book.of(clientId).values()].at(-1)

/** The old secret dies with the making of the new one. */
function replace(book: ClientBook, clientId: string): Kept {
  book.of(clientId).clear()
  return book.add(clientId, randomBytes(32).toString('base64url'))
}

export const auth0: Vendor = ({ method, path, token }, { book }) => {
  const [, clientId = '', action = ''] =
    /^\/api\/v2\/clients\/([^/]+)(?:\/(rotate-secret))?$/.exec(path) ?? []
  if (clientId === '') return undefined
  const failed = (statusCode: number, error: string, errorCode: string): ApiReply => ({
    status: statusCode,
    body: { statusCode, error, message: `${error} for ${clientId}`, errorCode },
  })
  if (token === undefined) return failed(401, 'Unauthorized', 'invalid_token')
  if (!AUTH0_SCOPE.split(' ').every((scope) => token.rights.includes(scope)))
    return failed(403, 'Forbidden', 'insufficient_scope')
  if (!book.ids.includes(clientId)) return failed(404, 'Not Found', 'inexistent_client')
  const kept = method === 'POST' && action !== '' ? replace(book, clientId) : newest(book, clientId)
  return { status: 200, body: { client_id: clientId, client_secret: kept?.value } }
}

/** Without its preview feature of two secrets. */
export const keycloak: Vendor = ({ method, path, token }, { book }) => {
  const [, uuid = '', rest] = /^\/admin\/realms\/[\w-]+\/clients\/([^/]+)(\/client-secret)?$/.exec(path) ?? []
  if (uuid === '') return undefined
  if (token === undefined) return { status: 401, body: { error: 'HTTP 401 Unauthorized' } }
  if (!token.rights.includes(MANAGES)) return { status: 403, body: { error: 'HTTP 403 Forbidden' } }
  const clientId = book.ids.find((id) => keycloakIdOf(id) === uuid)
  if (clientId === undefined) return { status: 404, body: { error: 'Could not find client' } }
  if (rest === undefined) return { status: 200, body: { id: uuid, clientId, enabled: true } }
  const kept = method === 'POST' ? replace(book, clientId) : newest(book, clientId)
  return { status: 200, body: { type: 'secret', value: kept?.value } }
}

/** What Keycloak calls the client in its admin API. */
export const keycloakIdOf = (clientId: string): string =>
  `00000000-0000-4000-8000-${Buffer.from(clientId).toString('hex').padEnd(12, '0').slice(0, 12)}`

const THIRTY_DAYS_MS = 30 * 24 * 3_600_000

/** The old secret goes on until the time that was asked for; the place for it holds one. */
export const pingone: Vendor = ({ method, path, body, token }, { book }) => {
  const [, clientId = ''] = /^\/v1\/environments\/[^/]+\/applications\/([^/]+)\/secret$/.exec(path) ?? []
  if (clientId === '') return undefined
  const failed = (status: number, code: string): ApiReply => ({
    status,
    body: { id: 'a2f0', code, message: `The request for ${clientId} could not be completed.` },
  })
  if (token === undefined) return failed(401, 'UNAUTHORIZED')
  // A worker cannot see its own.
  if (!token.rights.includes(MANAGES) || token.clientId === clientId) return failed(403, 'ACCESS_FAILED')
  const secrets = book.of(clientId)
  if (!book.ids.includes(clientId)) return failed(404, 'NOT_FOUND')
  const old = newest(book, clientId)
  if (method === 'POST') {
    const { previous } = (body ?? {}) as { previous?: { expiresAt?: string } }
    const until = Date.parse(previous?.expiresAt ?? '')
    if (until > book.now() + THIRTY_DAYS_MS) return failed(400, 'INVALID_DATA')
    secrets.clear()
    if (old !== undefined && until > book.now()) secrets.set(old.id, { ...old, expiresAt: until })
    book.add(clientId, randomBytes(32).toString('base64url'))
  }
  const [first, second] = [...secrets.values()].toReversed()
  return {
    status: 200,
    body: {
      environment: { id: 'an environment' },
      secret: first?.value,
      ...(second?.expiresAt === undefined
        ? {}
        : { previous: { secret: second.value, expiresAt: new Date(second.expiresAt).toISOString() } }),
    },
  }
}
