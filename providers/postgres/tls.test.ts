import { describe, expect, test } from 'vitest'
import { type CertificateOptions, createTestCa } from '../../test/servers/certificates.ts'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { createRole, probe, secretFor } from './test-target.ts'

describeOnEachPostgres('TLS', {}, (server) => {
  const probed = (fields = {}, ca: string | undefined = server().ca) =>
    probe(secretFor(server(), { username: 'app', password: 'right', ...fields }), ca === '' ? {} : { ca })
  const untrusted = (why: string) => ({
    verdict: 'unknown',
    reason: expect.stringContaining(why),
    code: 'TLS_UNTRUSTED',
  })

  test('is used and verified, by name and by address', async () => {
    await createRole(server(), 'app', 'right')
    expect(await probed()).toEqual({ verdict: 'accepted', as: 'app' })
    expect(await probed({ host: '127.0.0.1' })).toEqual({ verdict: 'accepted', as: 'app' })
    expect(await probed({ ssl: 'TRUE' })).toEqual({ verdict: 'accepted', as: 'app' })
  })

  test('does not trust an authority that nobody configured', async () => {
    expect(await probed({}, '')).toEqual(untrusted('issuer'))
    expect(await probed({}, (await createTestCa()).pem)).toEqual(untrusted('issuer'))
  })

  describe('when the certificate changes', () => {
    const present = async (options: CertificateOptions) =>
      server().useCertificate(await server().certificates.issue(options))

    test('one for another name is refused, by name and by address', async () => {
      await present({ names: ['elsewhere.test'], ips: ['127.0.0.2'] })
      expect(await probed()).toEqual(untrusted('another host name'))
      expect(await probed({ host: '127.0.0.1' })).toEqual(untrusted('another host name'))
    })

    test('one that has expired, or is not valid yet, is refused', async () => {
      const day = 24 * 60 * 60 * 1000
      await present({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) })
      expect(await probed()).toEqual(untrusted('expired'))
      await present({ notBefore: new Date(Date.now() + day / 2) })
      expect(await probed()).toEqual(untrusted('not valid yet'))
    })

    test('no variable of the environment turns the verification off', async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
      process.env['PGSSLMODE'] = 'no-verify'
      try {
        expect(await probed()).toEqual(untrusted('not valid yet'))
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
        delete process.env['PGSSLMODE']
      }
    })

    test('the next one of the same authority is trusted again', async () => {
      await present({})
      expect(await probed()).toEqual({ verdict: 'accepted', as: 'app' })
    })
  })

  test('too old a version is no TLS', async () => {
    await server().useSettings({ ssl_min_protocol_version: 'TLSv1', ssl_max_protocol_version: 'TLSv1.1' })
    expect(await probed()).toMatchObject({ verdict: 'unknown', code: 'TLS_UNAVAILABLE' })
    await server().useSettings({ ssl_min_protocol_version: 'TLSv1.2', ssl_max_protocol_version: '' })
  })

  test('when it is off nothing is sent in clear text', async () => {
    await server().useSettings({ ssl: 'off', log_connections: 'on' })
    const before = (await server().log()).length
    expect(await probed()).toEqual({
      verdict: 'unknown',
      reason: 'the server does not offer TLS',
      code: 'TLS_UNAVAILABLE',
    })
    expect((await server().log()).slice(before)).not.toContain('user=app')
  })
})
