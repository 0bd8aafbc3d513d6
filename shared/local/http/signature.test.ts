import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalAws, type LocalServer, serveLocal } from '../index.ts'

const aws = createLocalAws()
const workload = aws.account('444455556666')
let server: LocalServer
beforeAll(async () => {
  server = await serveLocal(aws)
})
afterAll(() => server.close())

interface Sent {
  readonly headers: Record<string, string>
  readonly body: string
}

/** A request as the SDK signs it. */
async function signed(): Promise<Sent> {
  const client = new SecretsManagerClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: workload.credentials,
  })
  let sent: Sent | undefined
  client.middlewareStack.add(
    (_next) => async (args) => {
      const { headers, body } = args.request as Sent
      sent = { headers: { ...headers }, body }
      throw new Error('only looked at')
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await client.send(new ListSecretsCommand({})).catch(() => undefined)
  client.destroy()
  if (sent === undefined) throw new Error('nothing was sent')
  return sent
}

async function post({ headers, body }: Sent): Promise<string> {
  const { host: _, 'content-length': __, ...others } = headers
  const response = await fetch(server.url, { method: 'POST', headers: others, body })
  const answer = (await response.json()) as { __type?: string }
  return response.ok ? 'ok' : (answer.__type ?? '')
}

const INVALID = 'InvalidSignatureException'
const MISSING = 'MissingAuthenticationTokenException'

describe('a signed request', () => {
  test('is answered, and again within five minutes', async () => {
    const sent = await signed()
    expect(await post(sent)).toBe('ok')
    expect(await post(sent)).toBe('ok')
  })

  test.each<[what: string, change: (sent: Sent) => Sent, error: string]>([
    ['body', (sent) => ({ ...sent, body: '{"MaxResults":1}' }), INVALID],
    ['operation', (sent) => withHeader(sent, 'x-amz-target', 'secretsmanager.GetRandomPassword'), INVALID],
    ['date', (sent) => withHeader(sent, 'x-amz-date', '20200101T000000Z'), INVALID],
    ['Region', (sent) => inAuthorization(sent, '/eu-west-1/', '/us-east-1/'), INVALID],
    ['service', (sent) => inAuthorization(sent, '/secretsmanager/', '/sts/'), INVALID],
    ['account', (sent) => inAuthorization(sent, '444455556666', '111122223333'), INVALID],
    ['key', (sent) => inAuthorization(sent, '444455556666', '999999999999'), 'UnrecognizedClientException'],
    ['unsigned operation', (sent) => inAuthorization(sent, ';x-amz-target', ''), INVALID],
    ['list of headers', (sent) => inAuthorization(sent, 'host;', ''), INVALID],
    ['signature', (sent) => inAuthorization(sent, /[0-9a-f]{64}$/, '0'.repeat(64)), INVALID],
    ['algorithm', (sent) => inAuthorization(sent, 'AWS4-HMAC-SHA256', 'AWS4-HMAC-MD5'), MISSING],
    ['token', (sent) => withHeader(sent, 'x-amz-security-token', 'x'), 'UnrecognizedClientException'],
    ['whole header', (sent) => withHeader(sent, 'authorization', ''), MISSING],
  ])('with another %s is refused', async (_what, change, error) => {
    expect(await post(change(await signed()))).toBe(error)
  })
})

const withHeader = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: value },
})

const inAuthorization = (sent: Sent, from: string | RegExp, to: string): Sent =>
  withHeader(sent, 'authorization', (sent.headers['authorization'] ?? '').replace(from, to))
