import { signInError } from '../../../shared/database/refusal.ts'
import type { HttpClient } from '../../../shared/http/index.ts'
import {
  type Check,
  isQuarterturnError,
  type LiveCredential,
  type Minted,
  ONLY_MINTS,
  type OpenRequest,
  QuarterturnError,
  type Retired,
  type Session,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../../shared/provider/index.ts'
import { type ClientSecret, isUserSecret, type SalesforceSecret } from '../schema.ts'
import { AppCredentials, type Places } from './app.ts'
import { failureOf, isDeclined, isDone, type Pair, type Staged, stagedIn, told } from './replies.ts'
import { type Grant, grantFor, isRefusal } from './token.ts'

interface Seat {
  readonly app: AppCredentials
  readonly grant: Grant
}
type As = { readonly as: Who }

/** The key and secret of an External Client App: staged beside the primary pair, proven, and promoted. */
export class ClientSession implements Session {
  readonly exclusive = ONLY_MINTS.exclusive
  readonly apply = ONLY_MINTS.apply
  readonly #request: OpenRequest<SalesforceSecret>
  readonly #http: HttpClient
  /** One session for each key that signs in, for the length of ours. */
  readonly #grants = new Map<string, Grant>()

  constructor(request: OpenRequest<SalesforceSecret>, http: HttpClient) {
    this.#request = request
    this.#http = http
  }

  async check({ as }: As): Promise<Check> {
    try {
      const { app, grant } = await this.#seat(as)
      const { primary, slot } = await app.places()
      const isOurs = primary.key === this.#own().consumerKey || slot?.key === this.#own().consumerKey
      return {
        possible: true,
        missing: [],
        notes: [
          ...(isOurs ? [] : ['the org shows another primary pair for these ids than that of the secret']),
          ...(slot !== undefined && slot.state === 'Active' && authorOf(slot, grant) !== 'us'
            ? ['somebody else has staged credentials for this app; a rotation waits until they are gone']
            : []),
        ],
      }
    } catch (error) {
      if (!isQuarterturnError(error) || error.code !== 'PRIVILEGE_MISSING') throw error
      return { possible: false, missing: [{ privilege: error.problem, remedy: error.remedy }] }
    }
  }

  /** A fresh token request; what it opens is used for what comes next. */
  async probe({ who }: { readonly who: Who }): Promise<Verdict> {
    const secret = this.#client(who)
    const grant = await grantFor(this.#http, secret)
    if (isRefusal(grant)) return grant
    this.#grants.set(secret.consumerKey, grant)
    return { verdict: 'accepted', as: `user ${grant.userId}` }
  }

  async list({ as }: As): Promise<readonly LiveCredential[]> {
    const { app, grant } = await this.#seat(as)
    const { primary, slot } = await app.places()
    return [
      { id: primary.key, state: 'primary', value: this.#valueOf(primary) },
      ...(slot === undefined ? [] : [this.#listed(slot, grant)]),
    ]
  }

  async mint({ as }: As): Promise<Minted> {
    const { app } = await this.#seat(as)
    const reply = await app.stage()
    if (isDeclined(reply)) {
      const { slot } = await app.places()
      return slot === undefined
        ? { result: 'declined', reason: `Salesforce answered ${told(reply)}` }
        : { result: 'full', reason: 'there is one place for staged credentials, and it is taken' }
    }
    if (!isDone(reply) || reply.status === 404) throw failureOf(reply, 'a staged credential')
    const made = stagedIn(reply).find(({ state }) => state === 'Active') ?? (await app.places()).slot
    if (made === undefined) throw failureOf(reply, 'a staged credential')
    return { result: 'minted', id: made.key, value: this.#valueOf(made) }
  }

  async promote({ id, as }: As & { readonly id: string }): Promise<'promoted' | 'already' | 'moved'> {
    const { app } = await this.#seat(as)
    const { primary, slot } = await app.places()
    if (primary.key === id) return 'already'
    if (slot?.key !== id || slot.id === undefined) return 'moved'
    const reply = await app.promote(slot.id)
    if (isDone(reply)) return 'promoted'
    if (!isDeclined(reply) && reply.status !== 404) throw failureOf(reply, 'a promotion')
    return (await app.places()).primary.key === id ? 'already' : 'moved'
  }

  async revoke({ id, as }: As & { readonly id: string }): Promise<'revoked' | 'already'> {
    const { app } = await this.#seat(as)
    const places = await app.places()
    if (places.primary.key === id)
      throw new QuarterturnError('PRIMARY_ELSEWHERE', {
        problem: 'what was to be deleted has become the primary pair',
      })
    return (await this.#remove(app, places, id)) ? 'revoked' : 'already'
  }

  async retire({ gone, keep, as }: As & { readonly gone: Who; readonly keep: Who }): Promise<Retired> {
    const old = this.#client(gone).consumerKey
    const { app } = await this.#seat(as)
    const places = await app.places()
    if (old === this.#client(keep).consumerKey || places.primary.key === old)
      return { result: 'cannot', reason: 'it is the primary pair of the app' }
    return { result: (await this.#remove(app, places, old)) ? 'retired' : 'already' }
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  /** By the key, whatever set has the place by now. */
  async #remove(app: AppCredentials, { slot }: Places, key: string): Promise<boolean> {
    if (slot?.key !== key || slot.id === undefined) return false
    const reply = await app.remove(slot.id)
    if (isDone(reply)) return true
    if (reply.status === 404) return false
    throw failureOf(reply, 'the deletion of a staged credential')
  }

  #listed(slot: Staged, grant: Grant): LiveCredential {
    const author = authorOf(slot, grant)
    return {
      id: slot.key,
      // One in a state that nobody has told us of is taken for somebody else's work.
      state: slot.state === 'Rotated' ? 'retiring' : slot.state === 'Expired' ? 'dead' : 'staged',
      ...(slot.state === 'Active' && author !== undefined ? { author } : {}),
      ...(slot.createdAt === undefined ? {} : { createdAt: slot.createdAt }),
      ...(slot.expiresAt === undefined ? {} : { expiresAt: slot.expiresAt }),
      value: this.#valueOf(slot),
    }
  }

  #valueOf({ key, secret }: Pair): StoredSecret {
    return { ...this.#own(), consumerKey: key, consumerSecret: secret }
  }

  /** The secret that says which app it is about, whoever makes the change. */
  #own(): ClientSecret {
    return this.#client(this.#request.values.current === undefined ? 'pending' : 'current')
  }

  #client(who: Who): ClientSecret {
    const secret = this.#request.values[who]?.reveal()
    if (secret === undefined || !isClient(secret))
      throw new QuarterturnError(who === 'admin' ? 'ADMIN_INVALID' : 'SECRET_INVALID', {
        problem: `the ${who} value is not that of an app`,
      })
    return secret
  }

  async #seat(as: Who): Promise<Seat> {
    const secret = this.#client(as)
    let grant = this.#grants.get(secret.consumerKey)
    if (grant === undefined) {
      const answer = await grantFor(this.#http, secret)
      if (isRefusal(answer)) throw signInError(answer, as)
      grant = answer
      this.#grants.set(secret.consumerKey, grant)
    }
    return { app: new AppCredentials(this.#http, this.#own(), grant), grant }
  }
}

const isClient = (secret: SalesforceSecret): secret is ClientSecret => !isUserSecret(secret)

/** Ids come in 15 characters and, with a checksum, in 18. */
const authorOf = ({ createdBy }: Staged, { userId }: Grant): 'us' | 'other' | undefined =>
  createdBy === undefined ? undefined : createdBy.slice(0, 15) === userId ? 'us' : 'other'
