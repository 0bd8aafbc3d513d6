import {
  isQuarterturnError,
  type LiveCredential,
  type Mark,
  type Minted,
  markText,
  QuarterturnError,
  type Retired,
  type StoredSecret,
  type Who,
} from '../../shared/provider/index.ts'
import { markIn } from './keys/key-id.ts'
import { type Management, notUnderstood, privilegeMissing, unexpected } from './management.ts'
import type { Call, ManagedProfile } from './profile/schema.ts'
import { at, goesOn, textAt, timeAt } from './reply.ts'
import { idOfValue, isId, type ManagedSecret, PLACE } from './schema.ts'

export interface ClientSecretsOptions {
  readonly management: Management
  readonly secretOf: (who: Who) => ManagedSecret
  /** The secret whose client it is about. */
  readonly client: () => ManagedSecret
  /** From a cryptographic source. */
  readonly bytes: (length: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The secrets of one client at a target that issues them. */
export class ClientSecrets {
  readonly #management: Management
  readonly #secretOf: (who: Who) => ManagedSecret
  readonly #client: () => ManagedSecret
  readonly #bytes: (length: number) => Uint8Array
  readonly #now: () => number

  constructor({ management, secretOf, client, bytes, now }: ClientSecretsOptions) {
    this.#management = management
    this.#secretOf = secretOf
    this.#client = client
    this.#bytes = bytes
    this.#now = now
  }

  get #profile(): ManagedProfile {
    return this.#client()[PLACE].profile
  }

  async list(as: Who): Promise<readonly LiveCredential[]> {
    const { list } = this.#profile
    const answer = await this.#management.call(as, this.#client(), list)
    if (answer.status !== 200) throw unexpected(answer, 'list its credentials')
    const items = list.items === undefined ? answer.body : at(answer.body, list.items)
    // Several with an id each, or the one that there is.
    const several = Array.isArray(items) ? items : list.id === undefined ? [items] : undefined
    if (several === undefined) throw notUnderstood('the list of credentials')
    // What is not seen would be taken for gone.
    if (goesOn(answer.reply, answer.body)) throw notUnderstood('a list of credentials in several parts')
    const one = list.also === undefined ? undefined : at(answer.body, list.also)
    return [...several, ...(one === undefined || one === null ? [] : [one])].map((item) => this.#listed(item))
  }

  #listed(item: unknown): LiveCredential {
    const { list, times } = this.#profile
    const secret = textAt(item, list.secret)
    // A client that is shown without its secret is shown so to whoever may not see it.
    if (list.id === undefined && secret === undefined && typeof item === 'object' && item !== null)
      throw privilegeMissing(this.#profile.api, 'the client is shown without its secret')
    const id = list.id === undefined ? secret && idOfValue(secret) : textAt(item, list.id)
    if (!isId(id)) throw notUnderstood('the id of a credential')
    const mark = markIn(textAt(item, list.mark))
    const createdAt = timeAt(item, list.createdAt, times)
    return {
      id,
      ...(mark === undefined ? {} : { mark }),
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(secret === undefined ? {} : { value: this.#stored(id, secret) }),
    }
  }

  async mint({ from, as, mark }: { from: Who; as: Who; mark: Mark }): Promise<Minted> {
    const { mint, times, graceMs = 0 } = this.#profile
    const answer = await this.#management
      .call(as, this.#client(), mint, {
        mark: markText(mark),
        graceUntil: new Date(this.#now() + graceMs).toISOString(),
        random: Buffer.from(this.#bytes(32)).toString('base64url'),
      })
      .catch((error: unknown) => {
        // Whoever may not have one issued had none issued.
        if (isQuarterturnError(error) && error.code === 'PRIVILEGE_MISSING') return error
        throw error
      })
    if (isQuarterturnError(answer)) return await this.#refused(as, `${answer.problem}; ${answer.remedy}`)
    // Of what is no refusal, the call has rejected already.
    if (answer.status < 200 || answer.status >= 300)
      return await this.#refused(as, `the target was asked for one more and answered ${answer.status}`)
    const secret = textAt(answer.body, mint.secret)
    const id = mint.id === undefined ? secret && idOfValue(secret) : textAt(answer.body, mint.id)
    if (!isId(id) || secret === undefined || secret === '')
      throw notUnderstood('the credential that was issued')
    const expiresAt = timeAt(answer.body, mint.expiresAt, times)
    const oldExpiresAt = timeAt(answer.body, mint.oldExpiresAt, times)
    return {
      result: 'minted',
      id,
      value: this.#stored(id, secret, from),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(oldExpiresAt === undefined ? {} : { oldExpiresAt }),
    }
  }

  /** What a target calls its limit is documented nowhere; its list tells. */
  async #refused(as: Who, reason: string): Promise<Minted> {
    const { strategy, livesAtOnce } = this.#profile
    const isFull =
      strategy === 'overlapping' &&
      (await this.list(as).then(
        ({ length }) => length >= livesAtOnce,
        () => false,
      ))
    return { result: isFull ? 'full' : 'declined', reason }
  }

  async revoke(id: string, as: Who): Promise<'revoked' | 'already'> {
    if (!isId(id)) throw new Error('that is no id of a credential')
    let refusal: QuarterturnError | undefined
    for (const call of this.#profile.revoke) {
      const error = await this.#refusalOf(call, id, as)
      refusal ??= error
    }
    if (refusal === undefined) return 'revoked'
    // Only the list tells a credential that is gone, or went with a later call, from one that must not go.
    if (!(await this.list(as)).some((one) => one.id === id)) return 'already'
    throw refusal
  }

  /** A target may refuse what was done before, such as deactivating once more, with whatever it has for refusals. */
  async #refusalOf(call: Call, id: string, as: Who): Promise<QuarterturnError | undefined> {
    try {
      const { status } = await this.#management.call(as, this.#client(), call, { id })
      if (status >= 200 && status < 300) return undefined
      return new QuarterturnError('TARGET_UNREACHABLE', {
        problem: `the target does not revoke a credential that it still shows: it answered ${status}`,
      })
    } catch (error) {
      if (isQuarterturnError(error) && error.code === 'PRIVILEGE_MISSING') return error
      throw error
    }
  }

  async retire({ gone, keep, as }: { gone: Who; keep: Who; as: Who }): Promise<Retired> {
    const id = await this.#idOf(gone, as)
    if (id === 'none') return { result: 'already' }
    if (id === undefined)
      return {
        result: 'cannot',
        reason:
          'the secret does not say which credential at the target it holds (`secretId`), so it goes on living there; revoke it by hand',
      }
    if (
      this.#secretOf(gone).clientSecret === this.#secretOf(keep).clientSecret ||
      id === (await this.#idOf(keep, as))
    )
      return { result: 'cannot', reason: 'it is the one to be kept' }
    return { result: (await this.revoke(id, as)) === 'revoked' ? 'retired' : 'already' }
  }

  /** From the secret, else by its value where the target shows values. `none`: it is not among them. */
  async #idOf(who: Who, as: Who): Promise<string | 'none' | undefined> {
    const { secretId, clientSecret } = this.#secretOf(who)
    if (this.#profile.list.id === undefined) return idOfValue(clientSecret)
    if (secretId !== undefined) return secretId
    const live = await this.list(as)
    if (live.length === 0 || live.some(({ value }) => value === undefined)) return undefined
    return live.find(({ value }) => value?.['clientSecret'] === clientSecret)?.id ?? 'none'
  }

  #stored(secretId: string, clientSecret: string, from: Who = 'current'): StoredSecret {
    const base: StoredSecret = from === 'current' ? this.#client() : this.#secretOf(from)
    if (this.#profile.list.id === undefined) return { ...base, clientSecret }
    return { ...base, clientSecret, secretId }
  }
}
