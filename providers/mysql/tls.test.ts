import { expect, test } from 'vitest'
import { createTestCa } from '../../test/servers/certificates.ts'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { createAccount, probe, secretFor } from './test-target.ts'

describeOnEachMysql('TLS', {}, (server) => {
  const secret = (host = 'localhost') => ({
    ...secretFor(server(), { username: 'tls', password: 'p' }),
    host,
  })

  test('a certificate that verifies lets the password through', async () => {
    await createAccount(server(), 'tls', 'p')
    expect(await probe(secret(), { ca: server().ca })).toMatchObject({ verdict: 'accepted', as: 'tls@%' })
    expect(await probe(secret('127.0.0.1'), { ca: server().ca })).toMatchObject({ verdict: 'accepted' })
  })

  test('a certificate of another authority does not', async () => {
    const other = await createTestCa('somebody else')
    expect(await probe(secret(), { ca: other.pem })).toMatchObject({
      verdict: 'unknown',
      code: 'TLS_UNTRUSTED',
    })
    expect(await probe(secret())).toMatchObject({ verdict: 'unknown', code: 'TLS_UNTRUSTED' })
  })

  test('nor does one for another name, or for a name where the host is an address', async () => {
    const { ca, certificates } = server()
    await server().useCertificate(
      await certificates.issue({ names: ['elsewhere.invalid'], ips: ['127.0.0.1'] }),
    )
    expect(await probe(secret(), { ca })).toMatchObject({ verdict: 'unknown', code: 'TLS_UNTRUSTED' })
    // What mysql2 by itself would take: it compares with `localhost` when the host is an address.
    await server().useCertificate(await certificates.issue({ names: ['localhost'], ips: [] }))
    expect(await probe(secret('127.0.0.1'), { ca })).toMatchObject({
      verdict: 'unknown',
      code: 'TLS_UNTRUSTED',
    })
    await server().useCertificate(await certificates.issue())
  })

  test('an account that asks for TLS gets in only with it', async () => {
    await createAccount(server(), 'secure', 'p', { more: 'REQUIRE SSL' })
    const plain = { ...secretFor(server(), { username: 'secure', password: 'p' }), ssl: false }
    expect(await probe(plain, { allowClearTextLoopback: true })).not.toMatchObject({ verdict: 'accepted' })
    expect(await probe({ ...plain, ssl: true }, { ca: server().ca })).toMatchObject({ verdict: 'accepted' })
  })
})
