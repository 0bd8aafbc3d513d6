/** Okta's API of client secrets, as its guide and its reference document it. */
import { createHash, randomBytes } from 'node:crypto'
import type { ApiReply, ApiRequest, Authority, Vendor } from './authority.ts'
import type { Kept } from './book.ts'

export const OKTA_TOKEN = 'okta-api-token-0123456789-canary'

/** The application of each client: its id is that of the client with `App` behind it. */
export const appIdOf = (clientId: string): string => `${clientId.replaceAll('-', '')}App`

export const okta: Vendor = (request, authority) => {
  const [, appId = '', rest = ''] = /^\/api\/v1\/apps\/([^/]+)(.*)$/.exec(request.path) ?? []
  if (appId === '') return undefined
  const refusal = refusalOf(request)
  if (refusal !== undefined) return refusal
  const clientId = authority.book.ids.find((id) => appIdOf(id) === appId)
  if (clientId === undefined)
    return failed(404, 'E0000007', `Not found: Resource not found: ${appId} (AppInstance)`)
  if (rest === '')
    return { status: 200, body: { id: appId, credentials: { oauthClient: { client_id: clientId } } } }
  return secretsOf(request, rest, clientId, authority)
}

export function refusalOf({ headers, token }: ApiRequest): ApiReply | undefined {
  if (headers.authorization === `SSWS ${OKTA_TOKEN}`) return undefined
  if (token === undefined) return failed(401, 'E0000011', 'Invalid token provided')
  return token.scopes.includes('okta.apps.manage')
    ? undefined
    : failed(403, 'E0000006', 'You do not have permission to perform the requested action')
}

function secretsOf(
  { method, body }: ApiRequest,
  rest: string,
  clientId: string,
  { book }: Authority,
): ApiReply {
  const secrets = book.of(clientId)
  const [, id, action = ''] = /^\/credentials\/secrets(?:\/([^/]+)(?:\/lifecycle\/(\w+))?)?$/.exec(rest) ?? []
  if (id === undefined) {
    if (method === 'GET') return { status: 200, body: [...secrets.values()].map(shown) }
    if (secrets.size >= 2)
      return failed(
        400,
        'E0000001',
        'Api validation failed: You have reached the maximum number of client secrets',
      )
    const wanted = body as { client_secret?: string }
    const value = wanted.client_secret ?? randomBytes(30).toString('base64url')
    if (value.length < 14 || value.length > 100)
      return failed(400, 'E0000001', 'Api validation failed: client_secret')
    return { status: 201, body: shown(book.add(clientId, value)) }
  }
  const kept = secrets.get(id)
  if (kept === undefined)
    return failed(404, 'E0000007', `Not found: Resource not found: ${id} (OAuth2ClientSecret)`)
  if (method === 'POST' && action === 'deactivate') {
    if ([...secrets.values()].filter(({ isActive }) => isActive).length === 1)
      return failed(403, 'E0000001', 'Cannot deactivate the last active client secret')
    kept.isActive = false
    return { status: 200, body: shown(kept) }
  }
  if (method !== 'DELETE')
    return failed(405, 'E0000022', 'The endpoint does not support the provided HTTP method')
  if (kept.isActive) return failed(400, 'E0000001', 'Cannot delete an active client secret')
  secrets.delete(id)
  return { status: 204 }
}

const shown = ({ id, value, isActive, createdAt }: Kept) => ({
  id,
  status: isActive ? 'ACTIVE' : 'INACTIVE',
  client_secret: value,
  secret_hash: createHash('sha256').update(value).digest('base64url').slice(0, 22),
  created: new Date(createdAt).toISOString(),
  lastUpdated: new Date(createdAt).toISOString(),
})

/** The form of every error of Okta's. A careless one repeats what was sent, as the second cause does here. */
export const failed = (status: number, errorCode: string, errorSummary: string): ApiReply => ({
  status,
  body: { errorCode, errorSummary, errorLink: errorCode, errorId: 'oaeExample', errorCauses: [] },
})
