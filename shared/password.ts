import { randomBytes } from 'node:crypto'
import { QuarterturnError } from './errors/index.ts'
import { newKeyPair } from './key-pair.ts'
import type { Entropy } from './provider/entropy.ts'

/** The classes of `GetRandomPassword` of Secrets Manager; its punctuation is that of ASCII, without the space. */
const CLASSES = {
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  numbers: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const

type CharacterClass = keyof typeof CLASSES

/** The policy in the words of AWS's rotation templates, whose environment variables set it. */
export interface PasswordPolicy {
  /** `PASSWORD_LENGTH`. Default 32. */
  readonly length: number
  /** `EXCLUDE_CHARACTERS`. Default `:/@"'\`: AWS's list for PostgreSQL, the widest of its common ones. */
  readonly excludeCharacters: string
  /** `EXCLUDE_NUMBERS` and its siblings. Default: nothing is excluded. */
  readonly exclude: Readonly<Record<CharacterClass, boolean>>
  /** `REQUIRE_EACH_INCLUDED_TYPE`. Default true. */
  readonly requireEachIncludedType: boolean
}

export const DEFAULT_POLICY: PasswordPolicy = {
  length: 32,
  excludeCharacters: ':/@"\'\\',
  exclude: { lowercase: false, uppercase: false, numbers: false, punctuation: false },
  requireEachIncludedType: true,
}

/**
 * A weaker policy is refused. A target may keep a fast hash (md5, SHA-1) that a reader of its backups can guess at
 * 10^12 a second: 2^80 guesses take 38,000 years, 2^64 take seven months. 14 letters and digits have 83 bits, the
 * default 206.
 */
export const LEAST_BITS = 80

/** `GetRandomPassword` stops there too. */
const LONGEST = 4_096

/** `length` bytes from a cryptographic source. */
export type Bytes = (length: number) => Uint8Array

/** Throws `CONFIG_INVALID`, naming the variable, when no password or only weak ones can satisfy the policy. */
export function createEntropy(policy: PasswordPolicy, bytes: Bytes = randomBytes): Entropy {
  const plan = planOf(policy)
  return { bytes: (length) => bytes(length), password: () => draw(plan, bytes), keyPair: newKeyPair }
}

/**
 * How many bits it takes to guess a password of the policy: the logarithm of the number of passwords that it
 * allows, all of which are equally likely. Throws as {@link createEntropy} does, except for weakness.
 */
export const bitsOf = (policy: PasswordPolicy): number => countBits(classesOf(policy), policy)

interface Plan {
  readonly length: number
  readonly alphabet: string
  /** Each must appear. */
  readonly required: readonly string[]
}

function planOf(policy: PasswordPolicy): Plan {
  const classes = classesOf(policy)
  const bits = countBits(classes, policy)
  if (bits < LEAST_BITS) {
    throw invalid(
      `PASSWORD_LENGTH ${policy.length} gives passwords of ${Math.floor(bits)} bits, which is under ${LEAST_BITS}`,
      `raise PASSWORD_LENGTH to ${enough(classes, policy)}, or exclude less`,
    )
  }
  const required = policy.requireEachIncludedType ? classes : []
  return { length: policy.length, alphabet: classes.join(''), required }
}

function classesOf(policy: PasswordPolicy): readonly string[] {
  if (!Number.isSafeInteger(policy.length) || policy.length < 1 || policy.length > LONGEST) {
    throw invalid(`PASSWORD_LENGTH must be a whole number from 1 to ${LONGEST}`)
  }
  const excluded = new Set(policy.excludeCharacters)
  const classes = Object.entries(CLASSES)
    .filter(([name]) => !policy.exclude[name as CharacterClass])
    .map(([name, all]) => ({ name, left: [...all].filter((char) => !excluded.has(char)).join('') }))
  const emptied = classes.find(({ left }) => left === '')
  if (emptied !== undefined && policy.requireEachIncludedType) {
    throw invalid(
      `EXCLUDE_CHARACTERS leaves nothing of the ${emptied.name} that REQUIRE_EACH_INCLUDED_TYPE asks for`,
      `shorten it, or set EXCLUDE_${emptied.name.toUpperCase()} to true`,
    )
  }
  if (classes.every(({ left }) => left === '')) throw invalid('the EXCLUDE_ variables leave no character')
  return classes.map(({ left }) => left)
}

/** Passwords that hold a character of every class are counted by inclusion and exclusion over the classes left out. */
function countBits(classes: readonly string[], { length, requireEachIncludedType }: PasswordPolicy): number {
  const size = classes.join('').length
  if (!requireEachIncludedType) return length * Math.log2(size)
  let share = 0
  for (let left = 0; left < 2 ** classes.length; left += 1) {
    const out = classes.filter((_, at) => (left & (1 << at)) !== 0)
    const rest = size - out.join('').length
    share += (out.length % 2 === 0 ? 1 : -1) * (rest / size) ** length
  }
  // Rounding can leave a trace of a share where there is none: a length below the number of classes.
  return length < classes.length ? 0 : length * Math.log2(size) + Math.log2(share)
}

function enough(classes: readonly string[], policy: PasswordPolicy): number {
  let length = policy.length
  while (length < LONGEST && countBits(classes, { ...policy, length }) < LEAST_BITS) length += 1
  return length
}

/**
 * Whole passwords are drawn and those without a required class thrown away, so every password of the policy is
 * equally likely. Putting a character of each class in by hand, or mending a draw, would favour some.
 */
function draw({ length, alphabet, required }: Plan, bytes: Bytes): string {
  for (;;) {
    const password = drawFrom(alphabet, length, bytes)
    if (required.every((one) => [...one].some((char) => password.includes(char)))) return password
  }
}

/** A byte at or above the last multiple of the alphabet's size is thrown away: its remainder would favour the first characters. */
function drawFrom(alphabet: string, length: number, bytes: Bytes): string {
  const limit = 256 - (256 % alphabet.length)
  let password = ''
  while (password.length < length) {
    for (const byte of bytes(length - password.length)) {
      if (byte < limit) password += alphabet.charAt(byte % alphabet.length)
    }
  }
  return password
}

const invalid = (problem: string, remedy?: string): QuarterturnError =>
  new QuarterturnError('CONFIG_INVALID', { problem, ...(remedy === undefined ? {} : { remedy }) })
