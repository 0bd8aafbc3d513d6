/**
 * jsforce, held to our rules. Its own transport waits for half an hour, tries again by itself, follows redirects and takes a
 * proxy from the environment; its session signs in again when it is refused, and hides the refusal; and its debug switch
 * prints sessions. So it gets our transport, one connection for each sign-in that can do nothing else, and no voice.
 */
import { PassThrough } from 'node:stream'
import { Connection } from 'jsforce/lib/connection.js'
import { SOAP } from 'jsforce/lib/soap.js'
import { Transport } from 'jsforce/lib/transport.js'
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/index.js'
import { StreamPromise } from 'jsforce/lib/util/promise.js'
import type { HttpClient } from '../../../shared/http/index.ts'
import type { UserSecret } from '../schema.ts'
import { API_VERSION } from '../version.ts'

/** The last with login(). */
const LOGIN_VERSION = '64.0'

class OwnTransport extends Transport {
  readonly #http: HttpClient
  readonly #origin: string

  constructor(http: HttpClient, origin: string) {
    super()
    this.#http = http
    this.#origin = origin
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }))
  }

  async #send({ method, url, headers, body }: HttpRequest): Promise<HttpResponse> {
    const { origin, pathname, search } = new URL(url)
    // An answer may say that the org is elsewhere.
    if (origin !== this.#origin) throw new Error('jsforce wants to leave the origin of the secret')
    if (method === 'OPTIONS' || method === 'HEAD' || (typeof body !== 'string' && body != null))
      throw new Error('jsforce sends what we do not')
    const reply = await this.#http.send({
      method,
      origin,
      path: pathname + search,
      ...(headers === undefined ? {} : { headers: withoutLength(headers) }),
      ...(body == null ? {} : { body }),
    })
    const [type] = [reply.headers['content-type'] ?? ''].flat()
    return { statusCode: reply.status, headers: { 'content-type': type ?? '' }, body: reply.body }
  }
}

/** jsforce counts the length in its own way, and we in ours. */
const withoutLength = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'))

function connect(
  http: HttpClient,
  origin: string,
  config: ConstructorParameters<typeof Connection>[0],
): Connection {
  const connection = new Connection({ ...config, logLevel: 'NONE' })
  const transport = new OwnTransport(http, origin)
  connection._transport = transport
  connection.oauth2._transport = transport
  return connection
}

/** Signs in with a user's name and password: through the app of the secret, or by SOAP. Rejects with what jsforce raises. */
export async function signIn(http: HttpClient, secret: UserSecret): Promise<Connection> {
  const { baseUri, username, password, consumerKey, consumerSecret } = secret
  const isByApp = consumerKey !== undefined && consumerSecret !== undefined
  const door = connect(http, baseUri, {
    loginUrl: baseUri,
    version: isByApp ? API_VERSION : LOGIN_VERSION,
    ...(isByApp
      ? { oauth2: { loginUrl: baseUri, clientId: consumerKey, clientSecret: consumerSecret } }
      : {}),
  })
  // Never login(): that would sign in again by itself once a session is refused.
  if (isByApp) await door.loginByOAuth2(username, password)
  else await door.loginBySoap(username, password)
  return sessionOf(http, baseUri, door.accessToken ?? '')
}

/** A session at the address of the secret, whatever the answer to the sign-in said of another one. */
export const sessionOf = (http: HttpClient, baseUri: string, accessToken: string): Connection =>
  connect(http, baseUri, { instanceUrl: baseUri, version: API_VERSION, accessToken })

/** One call by SOAP; answers what is in its result. */
export async function call(session: Connection, method: string, request: object): Promise<unknown> {
  const soap = new SOAP(session, { endpointUrl: `${session.instanceUrl}/services/Soap/u/${session.version}` })
  const response: unknown = await soap.invoke(method, request)
  return typeof response === 'object' && response !== null && 'result' in response
    ? response.result
    : undefined
}
