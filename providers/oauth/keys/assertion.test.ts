import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { newKeyPair } from '../../../shared/key-pair.ts'
import type { KeyForm } from '../../../shared/provider/index.ts'
import { assertionBy } from './assertion.ts'
import { ALGORITHMS, type Algorithm, signingKeyOf } from './signing-key.ts'

const SERVER = { issuer: 'https://login.example.com', token_endpoint: 'https://login.example.com/token' }
const AUDIENCE = 'https://login.example.com/oauth2/token'

async function assertionIn(pem: string, algorithm: Algorithm) {
  const key = signingKeyOf(pem)
  if (key === undefined) throw new Error('it is no key')
  const body = new URLSearchParams()
  await assertionBy({ key, keyId: 'the-key', algorithm, audience: AUDIENCE })(
    SERVER,
    { client_id: 'app' },
    body,
    new Headers(),
  )
  const [header = '', claims = '', signature = ''] = (body.get('client_assertion') ?? '').split('.')
  const read = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { body, header: read(header), claims: read(claims), signed: `${header}.${claims}`, signature }
}

describe('an assertion', () => {
  const forms = Object.entries(ALGORITHMS).flatMap(([form, algorithms]) =>
    algorithms.map((algorithm) => [form as KeyForm, algorithm] as const),
  )

  test.each(forms.filter(([form]) => !/rsa-[34]/.test(form)))(
    'by a key of the form %s is signed by %s',
    async (form, algorithm) => {
      const { privateKey, publicKey } = await newKeyPair(form)
      const { header, signed, signature } = await assertionIn(privateKey, algorithm)
      expect(header).toEqual({ alg: algorithm, kid: 'the-key' })
      const hash = { RS256: 'sha256', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384' }[algorithm as string]
      const isRight = verify(
        hash,
        Buffer.from(signed),
        {
          key: createPublicKey(publicKey),
          dsaEncoding: 'ieee-p1363',
          ...(algorithm === 'PS256' ? { padding: 6, saltLength: 32 } : {}),
        },
        Buffer.from(signature, 'base64url'),
      )
      expect(isRight).toBe(true)
    },
  )

  test('is for one server and one request, soon over, and good where the clock is behind', async () => {
    const { privateKey } = await newKeyPair('ec-p256')
    const [{ claims, body }, { claims: other }] = [
      await assertionIn(privateKey, 'ES256'),
      await assertionIn(privateKey, 'ES256'),
    ]
    const now = Math.floor(Date.now() / 1_000)
    expect(claims).toMatchObject({ iss: 'app', sub: 'app', aud: AUDIENCE })
    expect(claims['jti']).not.toBe(other['jti'])
    expect(String(claims['jti']).length).toBeGreaterThan(20)
    for (const name of ['iat', 'nbf']) expect(now - Number(claims[name])).toBeGreaterThanOrEqual(30)
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(120)
    expect(body.get('client_secret')).toBeNull()
    expect(body.toString()).not.toContain('PRIVATE')
  })
})

describe('a private key', () => {
  test.each([
    ['none', 'canary'],
    ['an RSA key that is too short', rsa(1_024)],
    ['one of a curve that is not for this', pem('ec', { namedCurve: 'secp256k1' })],
    [
      'one with a passphrase',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
        cipher: 'aes-256-cbc',
        passphrase: 'canary',
      }) as string,
    ],
    ['a public one', newPublic()],
  ])('that is %s is not taken', (_what, text) => {
    expect(signingKeyOf(text)).toBeUndefined()
  })

  test('prints nothing of itself', async () => {
    const { privateKey } = await newKeyPair('ec-p256')
    const key = signingKeyOf(privateKey)
    const shown = `${inspect(key, { depth: 9, showHidden: true })} ${JSON.stringify(key)}`
    for (const line of privateKey.split('\n').filter((one) => one.length > 20 && !one.startsWith('-')))
      expect(shown).not.toContain(line)
    expect(Object.keys(key?.publicJwk ?? {}).toSorted()).toEqual(['crv', 'kty', 'x', 'y'])
  })
})

function rsa(modulusLength: number): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  }) as string
}

function pem(kind: 'ec', options: { namedCurve: string }): string {
  return generateKeyPairSync(kind, options).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
}

function newPublic(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }) as string
}
