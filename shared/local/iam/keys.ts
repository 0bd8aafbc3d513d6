import type { LocalClock } from '../model/clock.ts'
import type { Random } from '../model/random.ts'
import type { LocalCredentials, SessionKey, StoredKey, StoredRole, UserKey } from './identity.ts'
import type { PolicyDocument } from './policy.ts'

export interface SessionRequest {
  readonly role: StoredRole
  readonly accountId: string
  readonly sessionName: string
  readonly seconds: number
  readonly tags: Readonly<Record<string, string>>
  readonly sessionPolicies?: readonly PolicyDocument[]
  readonly functionArn?: string
}

/** Access keys of all accounts, by their id. */
export class AccessKeys {
  readonly #clock: LocalClock
  readonly #random: Random
  readonly #keys = new Map<string, StoredKey>()

  constructor(clock: LocalClock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  find(accessKeyId: string): StoredKey | undefined {
    return this.#keys.get(accessKeyId)
  }

  add(key: StoredKey): LocalCredentials {
    this.#keys.set(key.accessKeyId, key)
    return this.credentialsOf(key)
  }

  /** It guards nothing, but differs by account: a signature does not cover the key id, so a shared secret would let it be swapped. */
  adminOf(accountId: string): UserKey {
    const [accessKeyId, secretAccessKey] = [accountId, accountId]
    return { kind: 'user', accessKeyId, secretAccessKey, accountId, userName: 'admin' }
  }

  openSession(request: SessionRequest): { key: SessionKey; credentials: LocalCredentials } {
    this.#forgetExpired()
    const { role, accountId, sessionName, seconds, tags, sessionPolicies, functionArn } = request
    const key: SessionKey = {
      ...this.newKey('ASIA'),
      kind: 'session',
      sessionToken: `local${this.#random.alphanumeric(155)}`,
      accountId,
      roleName: role.name,
      sessionName,
      // AWS answers whole seconds.
      expiresAtMs: Math.floor(this.#clock.now() / 1_000 + seconds) * 1_000,
      tags,
      ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
      ...(functionArn === undefined ? {} : { functionArn }),
    }
    return { key, credentials: this.add(key) }
  }

  credentialsOf(key: StoredKey): LocalCredentials {
    const { accessKeyId, secretAccessKey } = key
    if (key.kind === 'user') return { accessKeyId, secretAccessKey }
    const { sessionToken, expiresAtMs } = key
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAtMs) }
  }

  newKey(prefix: string): { accessKeyId: string; secretAccessKey: string } {
    return { accessKeyId: this.newId(prefix), secretAccessKey: this.#random.alphanumeric(40) }
  }

  newId(prefix: string): string {
    return `${prefix}${this.#random.alphanumeric(16).toUpperCase()}`
  }

  /** A day after its end a session is no longer told that it expired, but unknown. */
  #forgetExpired(): void {
    const before = this.#clock.now() - 86_400_000
    for (const [id, key] of this.#keys)
      if (key.kind === 'session' && key.expiresAtMs < before) this.#keys.delete(id)
  }

  get all(): readonly StoredKey[] {
    return [...this.#keys.values()]
  }
}
