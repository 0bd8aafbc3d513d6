/** Numbers that depend on the seed alone. Not for secrets. */
export interface Random {
  /** Where it stands: the same state goes on with the same numbers. */
  state: number
  /** From 0 up to, not including, `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  /** A version-4 UUID by shape. */
  uuid(): string
  /** `length` letters and digits. */
  alphanumeric(length: number): string
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Mulberry32: one word of state, so that a model costs nothing to create. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = state
    word = Math.imul(word ^ (word >>> 15), word | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return (word ^ (word >>> 14)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next() / 0x1_0000_0000) * limit)
  const bytes = (word: number): string =>
    `${HEX[word >>> 24]}${HEX[(word >>> 16) & 255]}${HEX[(word >>> 8) & 255]}${HEX[word & 255]}`
  return {
    get state() {
      return state
    },
    set state(given) {
      state = given >>> 0
    },
    below,
    chance: (probability) => next() / 0x1_0000_0000 < probability,
    uuid: () => {
      const [a, b, c, d] = [bytes(next()), bytes(next()), bytes(next()), bytes(next())]
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[below(4)]}${c.slice(1, 4)}-${c.slice(4)}${d}`
    },
    alphanumeric: (length) => Array.from({ length }, () => ALPHANUMERIC[below(ALPHANUMERIC.length)]).join(''),
  }
}
