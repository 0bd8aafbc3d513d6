import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bitsOf, createEntropy, DEFAULT_POLICY, LEAST_BITS, type PasswordPolicy } from './password.ts'

/** SHA-256 in counter mode: looks like chance, and is the same in every run. */
function fixedBytes(seed: string) {
  let counter = 0
  let pool = Buffer.alloc(0)
  return (length: number): Uint8Array => {
    while (pool.length < length) {
      counter += 1
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed} ${counter}`).digest()])
    }
    const taken = pool.subarray(0, length)
    pool = pool.subarray(length)
    return taken
  }
}

const policyWith = (changes: Partial<PasswordPolicy>): PasswordPolicy => ({ ...DEFAULT_POLICY, ...changes })
const passwords = (policy: PasswordPolicy, count: number): string[] => {
  const entropy = createEntropy(policy, fixedBytes(JSON.stringify(policy)))
  return Array.from({ length: count }, () => entropy.password())
}

describe('a password', () => {
  test('has by default the 32 characters of the AWS templates, each class, and none that they leave out', () => {
    for (const password of passwords(DEFAULT_POLICY, 500)) {
      expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[^a-zA-Z0-9])[!-~]{32}$/)
      expect(password).not.toMatch(/[:/@"'\\]/)
    }
  })

  test('is another one each time', () => {
    expect(new Set(passwords(DEFAULT_POLICY, 500)).size).toBe(500)
    expect(createEntropy(DEFAULT_POLICY).password()).not.toBe(createEntropy(DEFAULT_POLICY).password())
  })

  test('favours no character where no class is required', () => {
    const policy = policyWith({ requireEachIncludedType: false })
    const counts = count(passwords(policy, 5_000).join(''))
    expect(counts.size).toBe(88)
    expect(chiSquare([...counts.values()])).toBeLessThan(limitFor(87))
  })

  test('favours no place: with required classes, each place has them as often', () => {
    const classOf = (char: string): string => (/[0-9]/.test(char) ? 'number' : 'other')
    const policy = policyWith({ length: 16, excludeCharacters: ':/@"\'\\01234567' })
    const numbersAt = Array.from({ length: 16 }, () => 0)
    for (const password of passwords(policy, 20_000)) {
      for (const [at, char] of [...password].entries()) {
        if (classOf(char) === 'number') numbersAt[at] = (numbersAt[at] ?? 0) + 1
      }
    }
    expect(chiSquare(numbersAt)).toBeLessThan(limitFor(15))
  })

  test('of a small policy is each of the allowed ones about as often', () => {
    // Two rare required classes among one common: mending a draw would show here. Counted by their positions.
    const policy = policyWith({
      length: 17,
      exclude: { lowercase: false, uppercase: true, numbers: false, punctuation: true },
      excludeCharacters: '12345678',
    })
    const allowed = passwords(policy, 20_000).map((password) => password.replace(/[a-z]/g, 'a'))
    const exactlyOne = allowed.filter((shape) => /^a*[09]a*$/.test(shape))
    expect(chiSquare([...count(exactlyOne).values()])).toBeLessThan(limitFor(33))
  })

  test('satisfies its policy, whatever the policy', () => {
    const flag = fc.boolean()
    const policies = fc.record({
      length: fc.integer({ min: 25, max: 64 }),
      excludeCharacters: fc.string({ maxLength: 20 }),
      exclude: fc.record({ lowercase: flag, uppercase: flag, numbers: flag, punctuation: flag }),
      requireEachIncludedType: flag,
    })
    fc.assert(
      fc.property(policies, (policy) => {
        const entropy = tryCreate(policy)
        fc.pre(entropy !== undefined)
        const password = entropy?.password() ?? ''
        expect(password).toHaveLength(policy.length)
        for (const char of policy.excludeCharacters) expect(password).not.toContain(char)
        const classes = { lowercase: /[a-z]/, uppercase: /[A-Z]/, numbers: /\d/, punctuation: /[^a-zA-Z\d]/ }
        for (const name of ['lowercase', 'uppercase', 'numbers', 'punctuation'] as const) {
          if (policy.exclude[name]) expect(password).not.toMatch(classes[name])
          else if (policy.requireEachIncludedType) expect(password).toMatch(classes[name])
        }
      }),
      { seed: 2, numRuns: 300 },
    )
  })
})

describe('the number of bits', () => {
  test('is that of the passwords counted one by one', () => {
    // 3 characters over {a, 0}, each class required: all but aaa and 000.
    const policy = policyWith({
      length: 3,
      exclude: { lowercase: false, uppercase: true, numbers: false, punctuation: true },
      excludeCharacters: 'bcdefghijklmnopqrstuvwxyz123456789',
    })
    expect(bitsOf(policy)).toBeCloseTo(Math.log2(6), 10)
    expect(bitsOf(policyWith({ length: 3 }))).toBe(0)
  })

  test('of the default is far above the least', () => {
    expect(bitsOf(DEFAULT_POLICY)).toBeCloseTo(206.67, 2)
    expect(bitsOf(DEFAULT_POLICY)).toBeGreaterThan(2 * LEAST_BITS)
  })
})

describe('a policy is refused, naming the variable,', () => {
  const refusals: [string, Partial<PasswordPolicy>, string][] = [
    ['when it is too short', { length: 8 }, 'raise PASSWORD_LENGTH to 13'],
    ['when the length is no number', { length: Number.NaN }, 'PASSWORD_LENGTH must be a whole number'],
    [
      'when the length is out of bounds',
      { length: 5_000 },
      'PASSWORD_LENGTH must be a whole number from 1 to 4096',
    ],
    [
      'when a required class is left empty',
      { excludeCharacters: '0123456789' },
      'EXCLUDE_CHARACTERS leaves nothing of the numbers that REQUIRE_EACH_INCLUDED_TYPE asks for; shorten it, or set EXCLUDE_NUMBERS to true',
    ],
    [
      'when nothing is left',
      { exclude: { lowercase: true, uppercase: true, numbers: true, punctuation: true } },
      'the EXCLUDE_ variables leave no character',
    ],
  ]
  for (const [when, changes, message] of refusals) {
    test(when, () => expect(() => createEntropy(policyWith(changes))).toThrow(message))
  }

  test('and the length it advises is accepted', () => {
    const numbersOnly = policyWith({
      length: 10,
      exclude: { lowercase: true, uppercase: true, numbers: false, punctuation: true },
    })
    expect(() => createEntropy(numbersOnly)).toThrow('raise PASSWORD_LENGTH to 25')
    expect(createEntropy({ ...numbersOnly, length: 25 }).password()).toMatch(/^\d{25}$/)
  })
})

function tryCreate(policy: PasswordPolicy) {
  try {
    return createEntropy(policy, fixedBytes('property'))
  } catch {
    return undefined
  }
}

function count(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** Pearson's statistic against equal shares. */
function chiSquare(counts: readonly number[]): number {
  const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length
  return counts.reduce((sum, one) => sum + (one - mean) ** 2 / mean, 0)
}

/** The statistic has mean `freedom` and variance `2 freedom`; five deviations are out of reach for a fair draw. */
const limitFor = (freedom: number): number => freedom + 5 * Math.sqrt(2 * freedom)
