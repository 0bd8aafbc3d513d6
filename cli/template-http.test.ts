import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { connectAnywhere } from '../shared/provider/index.ts'
import { type CertificateOptions, createTestCa, type TestCa } from '../test/servers/certificates.ts'
import { send } from './templates/provider/src/http.ts'

const known = getCACertificates('default')
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** As NODE_EXTRA_CA_CERTS does at the start of a function. */
function trusting(ca: TestCa): void {
  setDefaultCACertificates([...known, ca.pem])
  ends.push(() => setDefaultCACertificates(known))
}

async function serve(ca: TestCa, listener: RequestListener, options?: CertificateOptions): Promise<number> {
  const server = createServer(await ca.issue(options), listener)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const sent = (port: number) =>
  send({
    method: 'PUT',
    url: new URL(`https://localhost:${port}/v1/user/password`),
    username: 'reader',
    password: 'the password in force',
    body: { password: 'the next one' },
    connect: connectAnywhere,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  })

test('what a partner begins with sends to a server whose certificate verifies, and reads its answer', async () => {
  const ca = await createTestCa()
  trusting(ca)
  const port = await serve(ca, (request, response) =>
    request.on('data', (body: Buffer) => response.writeHead(201).end(body)),
  )
  expect(await sent(port)).toEqual({ status: 201, body: { password: 'the next one' } })
})

test.each([
  ['that nobody vouches for', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, {}],
  ['of another host', 'ERR_TLS_CERT_ALTNAME_INVALID', true, { names: ['other.example.com'] }],
])('and sends nothing to a server with a certificate %s', async (_which, code, isTrusted, options) => {
  const ca = await createTestCa()
  if (isTrusted) trusting(ca)
  const seen: unknown[] = []
  const listener: RequestListener = ({ url }, response) => {
    seen.push(url)
    response.end()
  }
  const port = await serve(ca, listener, options)
  await expect(sent(port)).rejects.toThrow(`PUT /v1/user/password failed: ${code}`)
  expect(seen).toEqual([])
})
