import { createPrivateKey, createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { thumbprintOf } from '../../../shared/key-pair.ts'
import type { KeyForm } from '../../../shared/provider/index.ts'

/** The algorithms of assertions (RFC 7518, section 3.1; RFC 8037; RFC 9864), by the form of the key. The first is the default. */
export const ALGORITHMS = {
  'rsa-2048': ['RS256', 'PS256'],
  'rsa-3072': ['RS256', 'PS256'],
  'rsa-4096': ['RS256', 'PS256'],
  'ec-p256': ['ES256'],
  'ec-p384': ['ES384'],
  ed25519: ['EdDSA', 'Ed25519'],
} as const satisfies Readonly<Record<KeyForm, readonly string[]>>

export type Algorithm = (typeof ALGORITHMS)[KeyForm][number]

const SUBTLE: Readonly<Record<Algorithm, webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  EdDSA: { name: 'Ed25519', namedCurve: '' },
  Ed25519: { name: 'Ed25519', namedCurve: '' },
}

const CURVES: Readonly<Record<string, KeyForm>> = { prime256v1: 'ec-p256', secp384r1: 'ec-p384' }
const SIZES: Readonly<Record<number, KeyForm>> = { 2048: 'rsa-2048', 3072: 'rsa-3072', 4096: 'rsa-4096' }

/** A private key that was understood. Prints nothing of itself. */
export interface SigningKey {
  readonly form: KeyForm
  /** Of the public half, by which the target's copy is known. */
  readonly thumbprint: string
  /** The public half, without anything that identifies it or says what it is for. */
  readonly publicJwk: Readonly<Record<string, unknown>>
  /** What signs, and does not come out again. */
  forSigning(algorithm: Algorithm): webcrypto.CryptoKey
}

/** Of a key in PEM without a passphrase; undefined for anything else, and for a form that no pair is made in. */
export function signingKeyOf(pem: string): SigningKey | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // What the parser says may quote what it was given.
    return undefined
  }
  const form = formOf(key)
  if (form === undefined) return undefined
  const publicJwk = { ...createPublicKey(key).export({ format: 'jwk' }) }
  return {
    form,
    thumbprint: thumbprintOf(publicJwk),
    publicJwk,
    forSigning: (algorithm) => key.toCryptoKey(SUBTLE[algorithm], false, ['sign']),
  }
}

function formOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyForm | undefined {
  if (asymmetricKeyType === 'rsa') return SIZES[asymmetricKeyDetails?.modulusLength ?? 0]
  if (asymmetricKeyType === 'ec') return CURVES[asymmetricKeyDetails?.namedCurve ?? '']
  return asymmetricKeyType === 'ed25519' ? 'ed25519' : undefined
}
