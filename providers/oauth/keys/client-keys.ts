import { thumbprintOf } from '../../../shared/key-pair.ts'
import { isQuarterturnError, QuarterturnError, type Who } from '../../../shared/provider/index.ts'
import { type Answer, type Management, notUnderstood, unexpected } from '../management.ts'
import type { KeyPairProfile } from '../profile/schema.ts'
import { filledJson } from '../profile/template.ts'
import { metadataIn } from '../registration.ts'
import { at, goesOn, textAt } from '../reply.ts'
import { isId, type KeyPairSecret, PLACE } from '../schema.ts'
import { valuesOf } from '../token.ts'

export type Jwk = Readonly<Record<string, unknown>>

/** A public key that the target keeps for the client. */
export interface RegisteredKey {
  readonly jwk: Jwk
  readonly kid: string | undefined
  readonly thumbprint: string
  /** The target's own, where it has such. */
  readonly id: string | undefined
}

/** The keys as they were read at once. */
export interface KeySet {
  /** Whether the target keeps keys at all; it may have an address where they are. */
  readonly isByValue: boolean
  readonly keys: readonly RegisteredKey[]
  readonly reply: Answer
}

/** What is to become of a set that was read. */
export interface KeyChange {
  readonly add: readonly Jwk[]
  readonly remove: readonly RegisteredKey[]
}

/**
 * - `sent`: what became of it, the next reading tells.
 * - `raced`: the target says that the set is not the one that was read; nothing changed.
 * - `refused`: the target will not have it; nothing changed.
 */
export type Written =
  | { readonly result: 'sent' | 'raced' }
  | { readonly result: 'refused'; readonly reason: string }

/** The public keys of one client at the target that keeps them. */
export class ClientKeys {
  readonly #management: Management
  readonly #client: () => KeyPairSecret

  constructor(management: Management, client: () => KeyPairSecret) {
    this.#management = management
    this.#client = client
  }

  get #profile(): KeyPairProfile {
    return this.#client()[PLACE].profile
  }

  async read(as: Who): Promise<KeySet> {
    const { read } = this.#profile
    const reply = await this.#management.call(as, this.#client(), read)
    if (reply.status !== 200) throw unexpected(reply, 'read its keys')
    this.#seeSameClient(reply)
    this.#seeSameToken(reply)
    const found = Array.isArray(reply.body) ? reply.body : at(reply.body, read.keys)
    const items = found ?? []
    if (!Array.isArray(items)) throw notUnderstood('the list of keys')
    // What is not seen would be taken for gone.
    if (goesOn(reply.reply, reply.body)) throw notUnderstood('a list of keys in several parts')
    return { isByValue: found !== undefined, keys: items.map((item) => this.#registered(item)), reply }
  }

  #registered(item: unknown): RegisteredKey {
    const place = this.#profile.read.id
    const id = textAt(item, place)
    if (typeof item !== 'object' || item === null || (place !== undefined && !isId(id)))
      throw notUnderstood('a key of the client')
    const jwk: Jwk = { ...item }
    return { jwk, kid: textAt(item, 'kid'), thumbprint: thumbprintOf(jwk), id }
  }

  async write(as: Who, set: KeySet, change: KeyChange): Promise<Written> {
    const { write } = this.#profile
    if (write.as !== 'each') return await this.#writeWhole(as, set, change, write)
    for (const jwk of change.add) {
      const written = await this.#add(as, jwk, write.add)
      if (written.result === 'refused') return written
    }
    for (const key of change.remove) await this.#remove(as, key, write.remove)
    return { result: 'sent' }
  }

  async #writeWhole(
    as: Who,
    { keys, reply }: KeySet,
    { add, remove }: KeyChange,
    write: Exclude<KeyPairProfile['write'], { as: 'each' }>,
  ): Promise<Written> {
    const client = this.#client()
    const left = keys.filter((key) => !remove.includes(key)).map(({ jwk }) => publicHalf(jwk))
    const place = this.#profile.read.keys
    const next = [...left, ...add]
    const answer = await this.#management.call(
      as,
      client,
      write,
      {},
      {
        headers: unlessChanged(reply),
        body:
          write.as === 'registration'
            ? withValueAt(metadataIn(reply.body, client.clientId), place.split('.'), next)
            : [{ op: 'replace', path: `/${place.replaceAll('.', '/')}`, value: next }],
      },
    )
    const written = meaningOf(answer)
    if (written.result === 'sent') this.#seeSameToken(answer)
    return written
  }

  async #add(
    as: Who,
    jwk: Jwk,
    call: Extract<KeyPairProfile['write'], { as: 'each' }>['add'],
  ): Promise<Written> {
    const client = this.#client()
    const beside = filledJson(call.body ?? {}, valuesOf(client)) as object
    const written = meaningOf(
      await this.#management.call(as, client, call, {}, { body: { ...beside, ...jwk } }),
    )
    if (written.result !== 'refused') return written
    // Somebody else may have added it a moment ago, and two of one id are refused.
    const { keys } = await this.read(as)
    return keys.some(({ thumbprint }) => thumbprint === thumbprintOf(jwk)) ? { result: 'sent' } : written
  }

  /** What was done before, such as deactivating once more, may be refused: whether the key is gone, the next reading tells. */
  async #remove(
    as: Who,
    { id }: RegisteredKey,
    calls: Extract<KeyPairProfile['write'], { as: 'each' }>['remove'],
  ): Promise<void> {
    let refusal: QuarterturnError | undefined
    for (const call of calls)
      try {
        await this.#management.call(as, this.#client(), call, { id })
      } catch (error) {
        if (!isQuarterturnError(error) || error.code !== 'PRIVILEGE_MISSING') throw error
        refusal ??= error
      }
    if (refusal !== undefined && (await this.read(as)).keys.some((key) => key.id === id)) throw refusal
  }

  #seeSameClient({ body }: Answer): void {
    const said = textAt(body, 'client_id')
    if (said !== undefined && said !== this.#client().clientId)
      throw new QuarterturnError('SECRET_INVALID', {
        problem: 'the registration is that of another client than `clientId`',
      })
  }

  /** The pair is stored before the target hears of it, so nothing that comes back can be stored beside it. */
  #seeSameToken({ body }: Answer): void {
    const { api } = this.#profile
    const said = textAt(body, 'registration_access_token')
    if (api.authorization.by !== 'registration' || said === undefined) return
    if (said !== this.#client().registrationAccessToken)
      throw new QuarterturnError('PRIVILEGE_MISSING', {
        problem: `the server has replaced the registration access token, and the one in the secret is of no use any more; a rotation needs ${api.permission.name}`,
        remedy: api.permission.remedy,
      })
  }
}

/** A change of a set that has changed since is refused, where the target can tell (RFC 9110, section 13.1.1). */
function unlessChanged({ reply }: Answer): Readonly<Record<string, string>> {
  const { etag } = reply.headers
  return typeof etag === 'string' && /^"[\x21\x23-\x7e]{0,200}"$/.test(etag) ? { 'if-match': etag } : {}
}

function meaningOf(answer: Answer): Written {
  const { status } = answer
  if (status >= 200 && status < 300) return { result: 'sent' }
  if (status === 409 || status === 412) return { result: 'raced' }
  const reason = `the target was asked to take the key and answered ${status}`
  if (status === 400 || status === 422) return { result: 'refused', reason }
  throw unexpected(answer, 'change its keys')
}

/** Members that only a private key has (RFC 7518, section 6). Somebody may have registered one by mistake. */
const PRIVATE = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'])

const publicHalf = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !PRIVATE.has(name)))

/** A copy of JSON with another value at a place. */
function withValueAt(json: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const before = typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {}
  return { ...before, [name]: withValueAt(at(before, name), rest, value) }
}
