import { errorOfFailure, type HttpClient, HttpFailure, type HttpReply } from '../../../shared/http/index.ts'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import type { ClientSecret } from '../schema.ts'
import { API_VERSION } from '../version.ts'
import { type Pair, pairIn, type Staged, stagedIn } from './replies.ts'
import type { Grant } from './token.ts'

export interface Places {
  readonly primary: Pair
  readonly slot: Staged | undefined
}

/** The credentials of one consumer of an External Client App, asked for with one session. */
export class AppCredentials {
  readonly #http: HttpClient
  readonly #secret: ClientSecret
  readonly #grant: Grant

  constructor(http: HttpClient, secret: ClientSecret, grant: Grant) {
    this.#http = http
    this.#secret = secret
    this.#grant = grant
  }

  /**
   * What is where. The two are read one after the other: where a promotion came between, one set shows twice, and they are
   * read once more.
   */
  async places(): Promise<Places> {
    for (const isLast of [false, true]) {
      const staged = stagedIn(await this.#ask('GET', '/staged'))
      const primary = pairIn(await this.#ask('GET', '?part=keyandsecret'))
      const [slot, second] = staged
      if (second !== undefined)
        throw new QuarterturnError('TARGET_UNREACHABLE', {
          problem: 'Salesforce shows several staged credentials, where there is one place',
        })
      if (slot?.key !== primary.key) return { primary, slot }
      if (isLast) break
    }
    throw new QuarterturnError('TARGET_UNREACHABLE', {
      problem: 'Salesforce shows one credential as the primary and as the staged one',
    })
  }

  /** With a body, since a POST without one is waited for and never answered. */
  stage(): Promise<HttpReply> {
    return this.#ask('POST', '/staged', {})
  }

  promote(id: string): Promise<HttpReply> {
    return this.#ask('PATCH', `/staged/${encodeURIComponent(id)}`, { command: 'rotate' })
  }

  remove(id: string): Promise<HttpReply> {
    return this.#ask('DELETE', `/staged/${encodeURIComponent(id)}`)
  }

  async #ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', rest: string, body?: object): Promise<HttpReply> {
    const { baseUri, appId, consumerId } = this.#secret
    const app = `${encodeURIComponent(appId)}/${encodeURIComponent(consumerId)}`
    try {
      return await this.#http.send({
        method,
        origin: baseUri,
        path: `/services/data/v${API_VERSION}/apps/oauth/credentials/${app}${rest}`,
        headers: {
          authorization: `Bearer ${this.#grant.accessToken}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw error instanceof HttpFailure ? errorOfFailure(error) : error
    }
  }
}
