/** Okta's API of an application's public keys, as its guide and its reference document it. */
import { randomBytes } from 'node:crypto'
import type { ApiReply, ApiRequest, Vendor } from './authority.ts'
import { appIdOf, failed, refusalOf } from './okta.ts'
import { type Jwk, setKeys } from './signing-clients.ts'

interface KeptKey {
  readonly id: string
  readonly jwk: Jwk
  status: 'ACTIVE' | 'INACTIVE'
}

/** The keys of the application of one client, which the token endpoint knows as long as they are active. */
export function oktaKeys(
  clientId: string,
  first: readonly Jwk[],
  { isWrapped = false }: OktaKeysOptions = {},
): Vendor {
  const kept: KeptKey[] = []
  const keep = (jwk: Jwk, status: KeptKey['status'] = 'ACTIVE'): KeptKey => {
    const key: KeptKey = { id: `pks${randomBytes(8).toString('hex')}`, jwk, status }
    kept.push(key)
    return key
  }
  for (const jwk of first) keep(jwk)
  return async (request) => {
    const [, appId = '', rest = ''] = /^\/api\/v1\/apps\/([^/]+)(.*)$/.exec(request.path) ?? []
    if (appId === '') return undefined
    const refusal = refusalOf(request)
    if (refusal !== undefined) return refusal
    if (appId !== appIdOf(clientId))
      return failed(404, 'E0000007', `Not found: Resource not found: ${appId} (AppInstance)`)
    if (rest === '')
      return { status: 200, body: { id: appId, credentials: { oauthClient: { client_id: clientId } } } }
    const reply = answer({ kept, keep, isWrapped }, request, rest)
    const active = kept.filter(({ status }) => status === 'ACTIVE')
    await setKeys(
      clientId,
      active.map(({ jwk }) => jwk),
    )
    return reply
  }
}

export interface OktaKeysOptions {
  /** The list stands in an object, as newer descriptions of the API have it. Default: it is the reply. */
  readonly isWrapped?: boolean
}

interface App extends Required<OktaKeysOptions> {
  readonly kept: KeptKey[]
  readonly keep: (jwk: Jwk, status?: KeptKey['status']) => KeptKey
}

function answer({ kept, keep, isWrapped }: App, { method, body }: ApiRequest, rest: string): ApiReply {
  const [, id, action = ''] = /^\/credentials\/jwks(?:\/([^/]+)(?:\/lifecycle\/(\w+))?)?$/.exec(rest) ?? []
  if (id === undefined) {
    const keys = kept.map(shown)
    if (method === 'GET') return { status: 200, body: isWrapped ? { keys } : keys }
    const { status, ...jwk } = body as Jwk & { status?: KeptKey['status'] }
    if (typeof jwk['kid'] !== 'string' || kept.some((key) => key.jwk['kid'] === jwk['kid']))
      return failed(400, 'E0000001', 'Api validation failed: kid')
    return { status: 201, body: shown(keep(jwk, status)) }
  }
  const key = kept.find((one) => one.id === id)
  if (key === undefined)
    return failed(404, 'E0000007', `Not found: Resource not found: ${id} (OAuth2ClientJsonWebKey)`)
  if (method === 'POST' && action === 'deactivate') {
    if (key.status === 'ACTIVE' && kept.filter(({ status }) => status === 'ACTIVE').length === 1)
      return failed(403, 'E0000001', 'Cannot deactivate the last active key')
    key.status = 'INACTIVE'
    return { status: 200, body: shown(key) }
  }
  if (method !== 'DELETE')
    return failed(405, 'E0000022', 'The endpoint does not support the provided HTTP method')
  if (key.status === 'ACTIVE') return failed(400, 'E0000001', 'Cannot delete an active key')
  kept.splice(kept.indexOf(key), 1)
  return { status: 204 }
}

const shown = ({ id, jwk, status }: KeptKey) => ({
  ...jwk,
  id,
  status,
  created: '2026-01-01T00:00:00.000Z',
  lastUpdated: '2026-01-01T00:00:00.000Z',
})
