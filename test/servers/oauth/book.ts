/** What an authorization server keeps of its clients: the truth that both its token endpoint and its management API see. */

export interface Kept {
  readonly id: string
  readonly value: string
  /** The name that somebody gave it. */
  readonly name: string
  readonly createdAt: number
  isActive: boolean
  /** When it ends by itself, in milliseconds since the epoch. */
  expiresAt?: number
  /** Token requests that do not know it yet. */
  unknownFor: number
}

export class ClientBook {
  readonly now: () => number
  /** Clients that get no token, as if they were not there. */
  readonly refused = new Set<string>()
  readonly #clients = new Map<string, Map<string, Kept>>()
  /** Of each new secret: token requests that do not know it yet. */
  settlesAfter = 0
  /** The same as a time, in milliseconds. */
  settlesMs = 0
  #made = 0

  constructor(now: () => number) {
    this.now = now
  }

  get ids(): readonly string[] {
    return [...this.#clients.keys()]
  }

  of(clientId: string): Map<string, Kept> {
    const secrets = this.#clients.get(clientId) ?? new Map<string, Kept>()
    this.#clients.set(clientId, secrets)
    return secrets
  }

  add(
    clientId: string,
    value: string,
    more: { readonly name?: string; readonly id?: string; readonly createdAt?: number } = {},
  ): Kept {
    const { name = '', id = `secret-${this.#next()}`, createdAt = this.now() } = more
    const kept: Kept = {
      id,
      value,
      name,
      createdAt,
      isActive: true,
      unknownFor: this.settlesAfter,
    }
    this.of(clientId).set(id, kept)
    return kept
  }

  #next(): number {
    this.#made += 1
    return this.#made
  }

  /** What the token endpoint asks; it may be one of several nodes that have not heard of a new secret yet. */
  accepts(clientId: string, value: string): boolean {
    if (this.refused.has(clientId)) return false
    const found = [...this.of(clientId).values()].find((one) => one.value === value)
    if (found === undefined || !found.isActive) return false
    if (found.expiresAt !== undefined && found.expiresAt <= this.now()) return false
    if (this.now() < found.createdAt + this.settlesMs) return false
    if (found.unknownFor === 0) return true
    found.unknownFor -= 1
    return false
  }
}
