import type { Connection } from 'jsforce/lib/connection.js'
import { signInError } from '../../../shared/database/refusal.ts'
import { errorOfFailure, type HttpClient, HttpFailure } from '../../../shared/http/index.ts'
import {
  type Applied,
  type Check,
  type OpenRequest,
  QuarterturnError,
  type Session,
  type Verdict,
  type Who,
} from '../../../shared/provider/index.ts'
import { grantFor, isRefusal } from '../client/token.ts'
import { isUserSecret, type SalesforceSecret, type UserSecret } from '../schema.ts'
import { call, sessionOf, signIn } from './jsforce.ts'
import { codeOf, told, verdictOfRefusal } from './refusal.ts'

interface Seat {
  readonly session: Connection
  readonly userId: string
}

type Refusal = Exclude<Verdict, { verdict: 'accepted' }>

/** The password of one user: changed by itself, which has the old one compared, or set by an admin. */
export class UserSession implements Session {
  readonly #request: OpenRequest<SalesforceSecret>
  readonly #http: HttpClient
  /** The ids of the users that credentials were last seen to be of: the account that an admin sets is never looked up by name. */
  readonly #ids = new Map<Who, string>()

  constructor(request: OpenRequest<SalesforceSecret>, http: HttpClient) {
    this.#request = request
    this.#http = http
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    const seat = await this.#signedIn(as)
    const of = this.#request.values.current === undefined ? 'pending' : 'current'
    const path = passwordPath(as === 'admin' ? await this.#idOf(of) : seat.userId)
    try {
      await seat.session.requestGet(path)
    } catch (error) {
      if (!isDenied(error)) throw failureOf(error)
      const remedy = 'give the user of the admin secret "Reset User Passwords and Unlock Users"'
      return { possible: false, missing: [{ privilege: "set another user's password", remedy }] }
    }
    const secret = this.#request.values[of]?.reveal()
    return { possible: true, missing: [], notes: notesOn(secret) }
  }

  async probe({ who }: { readonly who: Who }): Promise<Verdict> {
    const seat = await this.#sit(who)
    if ('verdict' in seat) return seat
    this.#ids.set(who, seat.userId)
    return {
      verdict: 'accepted',
      as: `${who === 'admin' ? 'user' : this.#user(who).username} ${seat.userId}`,
    }
  }

  /** There is no lock to take. A change by the user itself is fenced all the same: the old password is compared. */
  exclusive<T>({ work }: { readonly work: () => Promise<T> }): Promise<T> {
    return work()
  }

  async apply({
    from,
    to,
    as,
  }: {
    readonly from: Who
    readonly to: Who
    readonly as: Who
  }): Promise<Applied> {
    const { password } = this.#user(to)
    const seat = await this.#sit(as)
    if ('verdict' in seat) {
      if (as !== 'admin' && seat.verdict === 'rejected' && (await this.#isInForce(to)))
        return { result: 'applied' }
      throw signInError(seat, as)
    }
    try {
      if (as === 'admin')
        await seat.session.requestPost(passwordPath(await this.#idOf(from)), { NewPassword: password })
      else
        await call(seat.session, 'changeOwnPassword', {
          oldPassword: this.#user(from).password,
          newPassword: password,
        })
      return { result: 'applied' }
    } catch (error) {
      switch (codeOf(error)) {
        case 'INVALID_OLD_PASSWORD':
          return { result: (await this.#isInForce(to)) ? 'applied' : 'superseded' }
        case 'INVALID_NEW_PASSWORD':
          return { result: 'refused', reason: 'the password policy or history of the org refuses it' }
        default:
          throw failureOf(error)
      }
    }
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  #user(who: Who): UserSecret {
    const secret = this.#request.values[who]?.reveal()
    if (secret === undefined || !isUser(secret)) throw new Error(`the ${who} value is none of a user`)
    return secret
  }

  async #idOf(who: Who): Promise<string> {
    const known = this.#ids.get(who)
    if (known !== undefined) return known
    const { userId } = await this.#signedIn(who)
    this.#ids.set(who, userId)
    return userId
  }

  /** A repeat finds the password changed. */
  async #isInForce(who: Who): Promise<boolean> {
    return !('verdict' in (await this.#sit(who)))
  }

  async #signedIn(who: Who): Promise<Seat> {
    const seat = await this.#sit(who)
    if ('verdict' in seat) throw signInError(seat, who)
    return seat
  }

  /**
   * Signs in, and has the session say whose it is: one of an expired password cannot. The session is not ended afterwards:
   * Salesforce gives the same one to other sign-ins of the user, and would end theirs.
   */
  async #sit(who: Who): Promise<Seat | Refusal> {
    const secret = this.#request.values[who]?.reveal()
    if (secret === undefined) throw new Error(`the ${who} value was not read`)
    if (!isUser(secret)) {
      const grant = await grantFor(this.#http, secret)
      if (isRefusal(grant)) return grant
      return { session: sessionOf(this.#http, secret.baseUri, grant.accessToken), userId: grant.userId }
    }
    try {
      const session = await signIn(this.#http, secret)
      if (isJsonWebToken(session.accessToken))
        return { verdict: 'barred', reason: NO_SOAP, code: 'CREDENTIAL_BARRED' }
      const info = await call(session, 'getUserInfo', {})
      const { userName, userId } = Object(info) as { readonly userName?: unknown; readonly userId?: unknown }
      if (userName !== secret.username || typeof userId !== 'string' || !/^005\w{12,15}$/.test(userId))
        return {
          verdict: 'unknown',
          reason: 'the session is not that of `username`',
          code: 'TARGET_UNREACHABLE',
        }
      return { session, userId }
    } catch (error) {
      return verdictOfRefusal(error)
    }
  }
}

const NO_SOAP =
  'the app issues JSON Web Tokens, which the SOAP API does not take; turn that off in the settings of the app'

const isJsonWebToken = (token: string | null | undefined): boolean =>
  /^ey[\w-]+\.[\w-]+\.[\w-]*$/.test(token ?? '')

const isUser = (secret: SalesforceSecret): secret is UserSecret => isUserSecret(secret)

const passwordPath = (userId: string): string => `/sobjects/User/${encodeURIComponent(userId)}/password`

const isDenied = (error: unknown): boolean =>
  ['INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY', 'NOT_FOUND'].includes(codeOf(error) ?? '')

const notesOn = (secret: SalesforceSecret | undefined): readonly string[] =>
  secret !== undefined && isUser(secret) && secret.consumerKey === undefined
    ? [
        'sign-ins go by login() of the SOAP API, which Salesforce ends in summer 2027: give `consumerKey` and `consumerSecret` of an app',
      ]
    : []

/** Whether anything was changed is not known. */
function failureOf(error: unknown): QuarterturnError {
  if (error instanceof HttpFailure) return errorOfFailure(error)
  const code = codeOf(error)
  if (isDenied(error))
    return new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `${told(code)} to the change of the password`,
      remedy: 'give the user of the admin secret "Reset User Passwords and Unlock Users"',
    })
  return new QuarterturnError('TARGET_UNREACHABLE', { problem: told(code) })
}
