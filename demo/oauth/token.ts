import { z } from 'zod'
import { createPublicTrust, HttpClient } from '../../shared/http/index.ts'
import type { SignIn } from '../sign-in.ts'

/** What a consumer reads of the secret of a client. */
export const ClientSecret = z
  .object({ engine: z.literal('oauth'), orgUrl: z.url(), clientId: z.string(), clientSecret: z.string() })
  .transform(({ engine, orgUrl, clientId, clientSecret }) => {
    const { hostname, port } = new URL(orgUrl)
    return { engine, host: hostname, port: Number(port), user: clientId, password: clientSecret }
  })

/** RFC 6749's word for a client secret that is refused. */
export const REFUSED = 'invalid_client'

const Reply = z.object({ access_token: z.string().optional(), error: z.string().optional() })

/** One token by the client credentials grant, over verified TLS. Answers for whom. Rejects with the error of RFC 6749 as `code`. */
export async function askForToken({ host, port, user, password, ca }: SignIn): Promise<string> {
  const client = new HttpClient({
    connect: undefined,
    trust: createPublicTrust(ca),
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    timeLeftMs: () => 10_000,
  })
  const { body } = await client.send({
    method: 'POST',
    origin: `https://${host}:${port}`,
    path: '/oauth2/default/v1/token',
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=reports',
  })
  const { access_token, error } = Reply.parse(JSON.parse(body))
  if (access_token !== undefined) return user
  throw Object.assign(new Error('no token was issued'), { code: error ?? 'no token' })
}
