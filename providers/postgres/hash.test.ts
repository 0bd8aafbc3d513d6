import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { looksHashed, md5Hash, scramVerifier } from './hash.ts'
import { change, createRole, probe, secretFor } from './test-target.ts'

const partsOf = (verifier: unknown) => {
  const [, iterations, salt, , serverKey] =
    /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(String(verifier)) ?? []
  return {
    iterations: Number(iterations),
    salt: Buffer.from(salt ?? '', 'base64'),
    serverKey: serverKey ?? '',
  }
}

test('the verifier is that of the example in RFC 7677', async () => {
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ=='
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const verifier = await scramVerifier('pencil', { salt: Buffer.from(salt, 'base64'), iterations: 4096 })
  const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`
  const serverKey = Buffer.from(partsOf(verifier).serverKey, 'base64')
  expect(createHmac('sha256', serverKey).update(message).digest('base64')).toBe(
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  )
})

test.each([
  ['md50123456789abcdef0123456789abcdef', true],
  ['SCRAM-SHA-256$4096:x', true],
  ['md50123456789abcdef0123456789abcde', false],
  ['SCRAM-SHA-256', false],
  ['an ordinary password', false],
])('%s looks hashed: %s', (text, looks) => {
  expect(looksHashed(text)).toBe(looks)
})

describeOnEachPostgres('a hash', {}, (server) => {
  const PASSWORDS = [
    'plain',
    `all 'kinds' "of" \\ $ %`,
    'ünïcödé',
    'Ⅸ and ½',
    'soft\u00ADhyphen',
    '\u3000wide',
    '密码 😀',
  ]

  test.each(PASSWORDS)('is what the server makes of %j itself', async (password) => {
    await server().sql('DROP ROLE IF EXISTS hashed')
    await createRole(server(), 'hashed', password)
    const stored = async () =>
      (await server().sql(`SELECT rolpassword AS stored FROM pg_authid WHERE rolname = 'hashed'`))[0]?.[
        'stored'
      ]
    const byServer = await stored()
    expect(await scramVerifier(password, partsOf(byServer))).toBe(byServer)
    await server().sql(
      `SET password_encryption = md5; ALTER ROLE hashed PASSWORD '${password.replaceAll("'", "''")}'`,
    )
    expect(md5Hash(password, 'hashed')).toBe(await stored())
  })

  test('takes as many rounds as the server is set to', async ({ skip }) => {
    if (Number.parseInt(server().version, 10) < 16) skip('scram_iterations exists from version 16')
    await server().useSettings({ scram_iterations: '150000' })
    await createRole(server(), 'rounds', 'old')
    const current = secretFor(server(), { username: 'rounds', password: 'old' })
    await change(current, { ...current, password: 'new' }, { ca: server().ca })
    const [row] = await server().sql(`SELECT rolpassword AS stored FROM pg_authid WHERE rolname = 'rounds'`)
    expect(partsOf(row?.['stored']).iterations).toBe(150_000)
    expect(await probe({ ...current, password: 'new' }, { ca: server().ca })).toMatchObject({
      verdict: 'accepted',
    })
  })
})
