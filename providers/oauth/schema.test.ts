import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createOauth } from './index.ts'
import { filledPath } from './profile/template.ts'

const OKTA = {
  engine: 'oauth',
  profile: 'okta',
  clientId: 'app',
  clientSecret: 'canary-of-the-schema',
  orgUrl: 'https://example.okta.com',
  appId: '0oa1example',
}

function issuesOf(changes: object, options = {}): readonly string[] {
  const result = createOauth(options).schema['~standard'].validate({ ...OKTA, ...changes })
  if (result instanceof Promise) throw new Error('it is asynchronous')
  return (result.issues ?? []).map(({ message }) => message)
}

describe('a secret', () => {
  test('keeps keys that are not ours', () => {
    const result = createOauth().schema['~standard'].validate({ ...OKTA, fields: { mine: 1 } })
    expect(result).toMatchObject({ value: { ...OKTA, fields: { mine: 1 } } })
  })

  test.each([
    [
      { profile: 'elsewhere' },
      /`profile` is none of auth0, cognito, entra, hydra, keycloak, okta, okta-keys, pingone, refresh-token, rfc7592, rfc7592-keys/,
    ],
    [
      { profile: 'cognito', domainUrl: 'https://a.auth.eu-west-1.amazoncognito.com' },
      /`userPoolId` is missing/,
    ],
    [
      { profile: 'cognito', domainUrl: 'https://login.example.com', userPoolId: 'eu-west-1_abc/../x' },
      /`userPoolId` is not of its form/,
    ],
    [{ clientId: undefined }, /`clientId` is missing/],
    [{ clientSecret: undefined }, /`clientSecret` is missing/],
    [{ profile: 'refresh-token', serverUrl: 'https://login.example.com' }, /`refreshToken` is missing/],
    [
      { profile: 'refresh-token', refreshToken: 'canary', serverUrl: 'https://127.1' },
      /`serverUrl` is not an address/,
    ],
    [
      { profile: 'refresh-token', refreshToken: 'r', serverUrl: 'https://example.com', tokenPath: 'a/../b' },
      /`tokenPath` is not of its form/,
    ],
    [
      { profile: 'rfc7592', serverUrl: 'https://login.example.com', registrationPath: 'register' },
      /`registrationAccessToken` is missing/,
    ],
    [{ clientSecret: 'a\r\nb' }, /`clientSecret` has a control character/],
    [{ secretId: '../../users' }, /`secretId` is not an id/],
    [{ appId: undefined }, /`appId` is missing; add it: the id of the application/],
    [{ appId: '../../users/00u1' }, /`appId` is not of its form/],
    [{ appId: 7 }, /`appId` is not a string/],
    [{ orgUrl: 'http://example.okta.com' }, /`orgUrl` is not an address/],
    [{ orgUrl: 'https://example.okta.com/path' }, /`orgUrl` is not an address/],
    [{ orgUrl: 'https://user@example.okta.com' }, /`orgUrl` is not an address/],
    [{ orgUrl: 'https://127.1' }, /`orgUrl` is not an address/],
    [
      { profile: 'entra', tenantId: 'example.com', loginUrl: 'https://login.example.com' },
      /`loginUrl` is none of https:\/\/login\.microsoftonline\.com/,
    ],
    [
      { profile: 'entra', tenantId: 'example.com', graphUrl: 'https://graph.example.com' },
      /`graphUrl` is none of/,
    ],
    [{ profile: 'entra', tenantId: '..' }, /`tenantId` is not of its form/],
  ])('with %j is refused by the name of the field, and no value', (changes, issue) => {
    const issues = issuesOf(changes)
    expect(issues).toEqual([expect.stringMatching(issue)])
    expect(issues[0]).not.toContain('canary')
  })

  test('may name this machine only where the deployment lets it', () => {
    expect(issuesOf({ orgUrl: 'http://127.0.0.1:1' })).toHaveLength(1)
    expect(issuesOf({ orgUrl: 'http://127.0.0.1:1' }, { allowClearTextLoopback: true })).toEqual([])
  })
})

describe('a secret with a key pair', () => {
  const key = (kind: 'ec' | 'ed25519'): string =>
    (kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519')
    ).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  const HYDRA = {
    profile: 'hydra',
    publicUrl: 'https://auth.example.com',
    adminUrl: 'https://hydra.example.internal:4445',
    clientSecret: undefined,
    privateKey: key('ec'),
    keyId: 'made-by-hand',
  }

  test('may have its changes made at another host than its tokens come from', () => {
    expect(issuesOf(HYDRA)).toEqual([])
  })

  test.each([
    [{ privateKey: undefined }, /^`privateKey` is missing/],
    [{ keyId: undefined }, /^`keyId` is missing/],
    [{ keyId: 'a\nb' }, /^`keyId` has a control character/],
    [{ privateKey: 'canary' }, /^`privateKey` is not a private key in PEM/],
    [{ privateKey: `canary${'x'.repeat(9_000)}` }, /^`privateKey` is over 8,192 characters/],
    [{ privateKey: key('ed25519') }, /^`privateKey` is not .* of one of the forms rsa-2048, rsa-3072/],
    [{ signingAlgorithm: 'RS256' }, /^`signingAlgorithm` is not for the key .* which is for ES256/],
    [{ signingAlgorithm: 'none' }, /^`signingAlgorithm` is none that is known/],
    [{ privateKey: undefined, apiToken: 'canary' }, /^`privateKey` is missing/],
    [{ adminUrl: 'https://127.1' }, /^`adminUrl` is not an address/],
    [
      { profile: 'rfc7592-keys', serverUrl: 'https://login.example.com', registrationPath: 'register' },
      /^`registrationAccessToken` is missing/,
    ],
  ])('with %j is refused by the name of the field, and no value', (changes, issue) => {
    const issues = issuesOf({ ...HYDRA, ...changes })
    expect(issues).toEqual([expect.stringMatching(issue)])
    expect(issues[0]).not.toContain('canary')
  })
})

describe('what stands in a path', () => {
  test('stays within its part', () => {
    const path = filledPath('/apps/{id}/secrets?of={id}', { id: "a/b?c=d&e#f'g(h)" })
    expect(path).toBe('/apps/a%2Fb%3Fc%3Dd%26e%23f%27g%28h%29/secrets?of=a%2Fb%3Fc%3Dd%26e%23f%27g%28h%29')
  })

  test('may be several parts, each held to the same', () => {
    expect(filledPath('/{+path}/x', { path: 'a b/c?d' })).toBe('/a%20b/c%3Fd/x')
    for (const path of ['', '/a', 'a/', 'a//b', 'a/./b', '../a'])
      expect(() => filledPath('/{+path}', { path })).toThrow(/cannot stand in a path/)
  })

  test.each(['', '.', '..'])('is not %j, which leads elsewhere', (id) => {
    expect(() => filledPath('/apps/{id}', { id })).toThrow(/cannot stand in a path/)
  })
})
