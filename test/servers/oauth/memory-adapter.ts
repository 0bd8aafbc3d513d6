/** What `oidc-provider` keeps, in memory: the part of its adapter that the tests need. */
type Payload = Record<string, unknown>

export class MemoryAdapter {
  static readonly #all = new Map<string, Payload>()
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    MemoryAdapter.#all.set(this.#key(id), payload)
  }

  async find(id: string): Promise<Payload | undefined> {
    return MemoryAdapter.#all.get(this.#key(id))
  }

  async consume(id: string): Promise<void> {
    const payload = MemoryAdapter.#all.get(this.#key(id))
    if (payload !== undefined) payload['consumed'] = Math.floor(Date.now() / 1_000)
  }

  async destroy(id: string): Promise<void> {
    MemoryAdapter.#all.delete(this.#key(id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of MemoryAdapter.#all)
      if (payload['grantId'] === grantId) MemoryAdapter.#all.delete(key)
  }

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}
