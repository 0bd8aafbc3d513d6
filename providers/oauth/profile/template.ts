/** Templates of a profile: text in which `{name}` stands for a value. */
import { QuarterturnError } from '../../../shared/provider/index.ts'

/** Fields that every secret of this provider may have, so that no profile gives them another meaning. */
export const RESERVED = new Set([
  'engine',
  'profile',
  'clientId',
  'clientSecret',
  'secretId',
  'scope',
  'audience',
  'apiToken',
  'privateKey',
  'keyId',
  'signingAlgorithm',
  'issuer',
  'refreshToken',
  'accessToken',
  'accessTokenExpiresAt',
  'registrationAccessToken',
  'adminSecretArn',
  'masterarn',
  'id',
  'mark',
  'random',
  'graceUntil',
  'region',
  'value',
])

export type Values = Readonly<Record<string, string | undefined>>

const PLACEHOLDER = /\{(\+?)([A-Za-z]+)\}/g

export const placeholdersOf = (text: string): string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, , name]) => name ?? '')

/** Those that stand for several parts of a path. */
export const wholePathsOf = (text: string): string[] =>
  [...text.matchAll(PLACEHOLDER)].flatMap(([, plus, name]) => (plus === '+' && name ? [name] : []))

/** Text for a place where nothing has a meaning of its own, such as a value in JSON. */
export const filled = (text: string, values: Values): string =>
  text.replace(PLACEHOLDER, (_, _plus: string, name: string) => valueFor(name, values))

/**
 * Text of a path or a query. Each value stays within its part: it is encoded, and dots alone, which a server takes for a
 * way up, are refused. With a plus sign slashes divide the value into parts, of which each is held to the same.
 */
export const filledPath = (path: string, values: Values): string =>
  path.replace(PLACEHOLDER, (_, plus: string, name: string) => {
    const value = valueFor(name, values)
    return (plus === '' ? [value] : value.split('/')).map((part) => encodedPart(part, name)).join('/')
  })

function encodedPart(part: string, name: string): string {
  // Ids of targets were held to a pattern, so it is one of the secret.
  if (/^\.*$/.test(part))
    throw new QuarterturnError('SECRET_INVALID', {
      problem: `the value for {${name}} cannot stand in a path`,
      remedy: 'correct it in AWSCURRENT',
    })
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** JSON with every text in it filled. */
export function filledJson(template: unknown, values: Values): unknown {
  if (typeof template === 'string') return filled(template, values)
  if (Array.isArray(template)) return template.map((one) => filledJson(one, values))
  if (typeof template === 'object' && template !== null)
    return Object.fromEntries(Object.entries(template).map(([key, one]) => [key, filledJson(one, values)]))
  return template
}

function valueFor(name: string, values: Values): string {
  const value = values[name]
  if (value === undefined) throw new Error(`there is no value for {${name}}`)
  return value
}
