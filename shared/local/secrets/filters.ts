import { invalidParameter } from '../errors.ts'
import type { Filters } from '../inputs/index.ts'
import type { StoredSecret } from './secret.ts'

/**
 * Whether a secret is listed: every filter must match, by one of its values. A value with `!` in front matches where the
 * rest does not.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html
 */
export function filterFrom(filters: Filters, region: string): (secret: StoredSecret) => boolean {
  const tests = filters.map(({ Key, Values }) => {
    if (Key === undefined) throw invalidParameter('Invalid filter key')
    if (Values === undefined) throw invalidParameter(`Invalid filter values for key: ${Key}`)
    const matchers = Values.map((value) => matcherOf(Key, value))
    return (secret: StoredSecret) => matchers.some((matches) => matches(secret, region))
  })
  return (secret) => tests.every((test) => test(secret))
}

type Key = NonNullable<Filters[number]['Key']>
type Matcher = (secret: StoredSecret, region: string) => boolean

function matcherOf(key: Key, value: string): Matcher {
  const isNegated = value.startsWith('!')
  const matches = MATCHERS[key](isNegated ? value.slice(1) : value)
  return isNegated ? (secret, region) => !matches(secret, region) : matches
}

const begins =
  (attributes: (secret: StoredSecret, region: string) => Iterable<string | undefined>) =>
  (value: string): Matcher =>
  (secret, region) => {
    for (const attribute of attributes(secret, region)) if (attribute?.startsWith(value)) return true
    return false
  }

const MATCHERS: Readonly<Record<Key, (value: string) => Matcher>> = {
  name: begins(({ name }) => [name]),
  'tag-key': begins(({ tags }) => tags.keys()),
  'tag-value': begins(({ tags }) => tags.values()),
  'owning-service': begins(({ owningService }) => [owningService]),
  'primary-region': begins((secret, region) => [primaryRegionOf(secret, region)]),
  // The reference says prefix. The guide says words, and on AWS `a secret` was seen to match `an secret`.
  description: (value) => {
    const wanted = wordsOf(value)
    return ({ description = '' }) => {
      const words = wordsOf(description)
      return wanted.every((word) => hasWord(words, word))
    }
  },
  // "My_Secret matches secrets with the word my or secret in the name, description, or tags."
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
  all: (value) => {
    const wanted = wordsOf(value)
    return ({ name, description = '', tags }) => {
      const words = [name, description, ...tags.keys(), ...tags.values()].flatMap(wordsOf)
      return wanted.some((word) => hasWord(words, word))
    }
  },
}

const hasWord = (words: readonly string[], begin: string): boolean =>
  words.some((word) => word.startsWith(begin))

/** Words end where capitals, small letters, digits and other characters change. */
function wordsOf(text: string): string[] {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []
  return words.map((word) => word.toLowerCase())
}

/** The Region of the primary, of a secret that has one: replicas, and secrets with replicas. */
export const primaryRegionOf = (secret: StoredSecret, region: string): string | undefined =>
  secret.primaryRegion ?? (secret.replicas.size > 0 ? region : undefined)
