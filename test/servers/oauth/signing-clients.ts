/** Clients that sign their token requests: what the server itself keeps of them, so that it and a management API see the same. */
import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { newKeyPair } from '../../../shared/key-pair.ts'
import type { KeyForm } from '../../../shared/provider/index.ts'
import { MemoryAdapter } from './memory-adapter.ts'

export type Jwk = Readonly<Record<string, unknown>>

export interface KeyHolder {
  readonly clientId: string
  readonly privateKey: string
  readonly keyId: string
}

export interface MadeKey extends Pick<KeyHolder, 'privateKey' | 'keyId'> {
  readonly jwk: Jwk
}

const kept = new MemoryAdapter('Client')

/** A key as somebody makes it by hand. */
export async function makeKey(
  form: KeyForm = 'ec-p256',
  keyId = `by-hand-${randomUUID()}`,
): Promise<MadeKey> {
  const { privateKey, publicJwk } = await newKeyPair(form)
  return { privateKey, keyId, jwk: { ...publicJwk, kid: keyId, use: 'sig' } }
}

/** A client that the server knows, with these keys. */
export async function addSigningClient(keys: readonly Jwk[], scope = 'api'): Promise<string> {
  const clientId = `client-${randomUUID()}`
  await kept.upsert(clientId, {
    client_id: clientId,
    client_name: 'one that signs',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys },
  })
  return clientId
}

/** What the server knows of a client; undefined where there is none. */
export const clientOf = (clientId: string): Promise<Record<string, unknown> | undefined> =>
  kept.find(clientId)

export async function changeClient(clientId: string, changes: Jwk): Promise<void> {
  await kept.upsert(clientId, { ...(await kept.find(clientId)), ...changes })
}

export async function keysOf(clientId: string): Promise<readonly Jwk[]> {
  const { jwks } = ((await kept.find(clientId)) ?? {}) as { jwks?: { keys?: readonly Jwk[] } }
  return jwks?.keys ?? []
}

export const setKeys = (clientId: string, keys: readonly Jwk[]): Promise<void> =>
  changeClient(clientId, { jwks: { keys } })

/** A token request as a consumer makes it, with its own code. */
export async function getsToken(
  { clientId, privateKey, keyId }: KeyHolder,
  endpoint: string,
  audience = endpoint,
): Promise<boolean> {
  const response = await fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'api',
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(createPrivateKey(privateKey), clientId, keyId, audience),
    }),
  })
  const { access_token, error } = (await response.json()) as { access_token?: string; error?: string }
  if (access_token === undefined && error !== 'invalid_client') throw new Error(`it was answered ${error}`)
  return access_token !== undefined
}

function assertion(key: KeyObject, clientId: string, kid: string, aud: string): string {
  const now = Math.floor(Date.now() / 1_000)
  const coded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { iss: clientId, sub: clientId, aud, jti: randomUUID(), iat: now, exp: now + 60 }
  const isRsa = key.asymmetricKeyType === 'rsa'
  const text = `${coded({ alg: isRsa ? 'RS256' : 'ES256', kid })}.${coded(claims)}`
  const signature = sign('sha256', Buffer.from(text), isRsa ? key : { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
