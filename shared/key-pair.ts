import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyForm, KeyPair } from './provider/entropy.ts'

interface Generated {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const generate = promisify(generateKeyPair)

const FORMS: Readonly<Record<KeyForm, () => Promise<Generated>>> = {
  'rsa-2048': () => generate('rsa', { modulusLength: 2_048 }),
  'rsa-3072': () => generate('rsa', { modulusLength: 3_072 }),
  'rsa-4096': () => generate('rsa', { modulusLength: 4_096 }),
  'ec-p256': () => generate('ec', { namedCurve: 'P-256' }),
  'ec-p384': () => generate('ec', { namedCurve: 'P-384' }),
  ed25519: () => generate('ed25519'),
}

/** The members that a thumbprint is made of, for each kind of key: RFC 7638, section 3.2, and RFC 8037, section 2. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
}

/** What identifies a public key, without what may differ from copy to copy. */
const membersOf = (jwk: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries((MEMBERS[String(jwk['kty'])] ?? []).map((name) => [name, String(jwk[name])]))

/** The thumbprint of a JSON Web Key, by RFC 7638 with SHA-256. */
export const thumbprintOf = (jwk: Readonly<Record<string, unknown>>): string =>
  createHash('sha256')
    .update(JSON.stringify(membersOf(jwk)), 'utf8')
    .digest('base64url')

/** A new key pair from Node's own source of chance. */
export async function newKeyPair(form: KeyForm): Promise<KeyPair> {
  const { privateKey, publicKey } = await FORMS[form]()
  const publicJwk = membersOf({ ...publicKey.export({ format: 'jwk' }) })
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicJwk,
    thumbprint: thumbprintOf(publicJwk),
  }
}
