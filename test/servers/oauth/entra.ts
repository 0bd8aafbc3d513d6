/** Microsoft Graph's passwords of an application, as its reference documents them. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { ApiReply, ApiRequest, Authority, Vendor } from './authority.ts'
import type { Kept } from './book.ts'

export const GRAPH_SCOPE = 'https://graph.microsoft.com/.default'

const TWO_YEARS_MS = 2 * 365 * 24 * 3_600_000

export const entra: Vendor = (request, authority) => {
  const [, clientId = '', action = ''] =
    /^\/v1\.0\/applications\(appId='([^']+)'\)(?:\/(\w+))?$/.exec(request.path) ?? []
  if (clientId === '') return undefined
  if (request.token === undefined) return failed(401, 'InvalidAuthenticationToken', 'Access token is empty.')
  if (!request.token.scopes.includes(GRAPH_SCOPE))
    return failed(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
  if (!authority.book.ids.includes(clientId))
    return failed(404, 'Request_ResourceNotFound', `Resource '${clientId}' does not exist.`)
  return passwordsOf(request, action, clientId, authority)
}

function passwordsOf(
  { method, body }: ApiRequest,
  action: string,
  clientId: string,
  { book }: Authority,
): ApiReply {
  const secrets = book.of(clientId)
  if (method === 'GET')
    return { status: 200, body: { appId: clientId, passwordCredentials: [...secrets.values()].map(shown) } }
  if (action === 'addPassword') {
    const { displayName = '' } =
      (body as { passwordCredential?: { displayName?: string } }).passwordCredential ?? {}
    const value = `${randomBytes(3).toString('hex')}~${randomBytes(15).toString('hex')}`
    const kept = book.add(clientId, value, { name: displayName, id: randomUUID() })
    kept.expiresAt = kept.createdAt + TWO_YEARS_MS
    return { status: 200, body: { ...shown(kept), secretText: value } }
  }
  if (action !== 'removePassword') return failed(400, 'Request_BadRequest', 'Unsupported.')
  const { keyId = '' } = body as { keyId?: string }
  return secrets.delete(keyId)
    ? { status: 204 }
    : failed(400, 'Request_BadRequest', `No password credential found with keyId '${keyId}'.`)
}

const shown = ({ id, value, name, createdAt }: Kept) => ({
  customKeyIdentifier: null,
  displayName: name === '' ? null : name,
  keyId: id,
  hint: value.slice(0, 3),
  secretText: null,
  startDateTime: new Date(createdAt).toISOString(),
  endDateTime: new Date(createdAt + TWO_YEARS_MS).toISOString(),
})

const failed = (status: number, code: string, message: string): ApiReply => ({
  status,
  body: { error: { code, message, innerError: { 'request-id': randomUUID() } } },
})
