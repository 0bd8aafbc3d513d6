/** Room for tuples of small whole numbers, each kept once, in the order in which they came, with the one it came from. */
export class Table {
  readonly width: number
  #tuples: Uint32Array
  #parents: Uint32Array
  /** Open addressing: the place of a tuple plus one; 0 for none. */
  #slots: Uint32Array
  #size = 0

  constructor(width: number, room = 1 << 12) {
    this.width = width
    this.#tuples = new Uint32Array(room * width)
    this.#parents = new Uint32Array(room)
    this.#slots = new Uint32Array(room * 2)
  }

  get size(): number {
    return this.#size
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#tuples.byteLength + this.#parents.byteLength + this.#slots.byteLength
  }

  /** False when it is there already. */
  add(tuple: readonly number[], parent: number): boolean {
    if (this.#size === this.#parents.length) this.#grow()
    const slot = this.#slotOf(tuple)
    if (this.#slots[slot] !== 0) return false
    const at = this.#size
    for (let column = 0; column < this.width; column += 1)
      this.#tuples[at * this.width + column] = tuple[column] ?? 0
    this.#parents[at] = parent
    this.#slots[slot] = at + 1
    this.#size += 1
    return true
  }

  at(place: number): number[] {
    return [...this.#tuples.subarray(place * this.width, (place + 1) * this.width)]
  }

  parentOf(place: number): number {
    return this.#parents[place] ?? 0
  }

  isAt(place: number, tuple: readonly number[]): boolean {
    for (let column = 0; column < this.width; column += 1)
      if (this.#tuples[place * this.width + column] !== (tuple[column] ?? 0)) return false
    return true
  }

  /** Where the tuple is, or where it belongs. */
  #slotOf(tuple: readonly number[]): number {
    const mask = this.#slots.length - 1
    let hash = 0
    for (let column = 0; column < this.width; column += 1)
      hash = Math.imul(hash ^ (tuple[column] ?? 0), 0x9e3779b1) ^ (hash >>> 15)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    let slot = (hash ^ (hash >>> 15)) & mask
    for (;;) {
      const place = this.#slots[slot] ?? 0
      if (place === 0 || this.isAt(place - 1, tuple)) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const room = this.#parents.length * 2
    const tuples = new Uint32Array(room * this.width)
    tuples.set(this.#tuples)
    this.#tuples = tuples
    const parents = new Uint32Array(room)
    parents.set(this.#parents)
    this.#parents = parents
    this.#slots = new Uint32Array(room * 2)
    for (let place = 0; place < this.#size; place += 1) this.#slots[this.#slotOf(this.at(place))] = place + 1
  }
}
