import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { newKeyPair, thumbprintOf } from './key-pair.ts'

const DIGESTS = { 'rsa-2048': 'sha256', 'ec-p256': 'sha256', 'ec-p384': 'sha384', ed25519: null } as const

test.each(Object.entries(DIGESTS))(
  '%s: what the private half signs, the public half proves',
  async (form, digest) => {
    const pair = await newKeyPair(form as keyof typeof DIGESTS)
    const text = Buffer.from('signed')
    const signature = sign(digest, text, createPrivateKey(pair.privateKey))
    for (const half of [
      createPublicKey(pair.publicKey),
      createPublicKey({ format: 'jwk', key: { ...pair.publicJwk } }),
    ])
      expect(verify(digest, text, half, signature)).toBe(true)
    expect(pair.publicJwk).not.toHaveProperty('d')
    expect(pair.thumbprint).toMatch(/^[\w-]{43}$/)
    expect((await newKeyPair(form as keyof typeof DIGESTS)).thumbprint).not.toBe(pair.thumbprint)
  },
)

test('the thumbprint is that of the example in RFC 7638', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  expect(thumbprintOf({ alg: 'RS256', kid: '2011-04-29', kty: 'RSA', e: 'AQAB', n })).toBe(
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  )
})
