import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOauth } from '../index.ts'
import { profiles } from '../profiles/index.ts'
import { readProfile } from './read.ts'
import { files, OKTA, problemOf, textOf } from './test-texts.ts'

describe('the profiles that ship', () => {
  test.each(files)('%s is read as one of a deployment', (name) => {
    expect(`${readProfile(textOf(name), name).profile}.json`).toBe(name)
  })

  test('are all in the list', () => {
    expect(profiles().map(({ profile }) => `${profile}.json`)).toEqual(files)
  })
})

describe('a profile that is wrong is refused with its line', () => {
  const lineOf = (text: string): number => OKTA.slice(0, OKTA.indexOf(text)).split('\n').length

  test.each([
    ['no JSON', '"livesAtOnce": 2,', '"livesAtOnce": 2,,', /^okta\.json:\d+ is not JSON$/],
    [
      'an unknown key',
      '"livesAtOnce": 2',
      '"livesAtOnce": 2, "lifesAtOnce": 2',
      /`lifesAtOnce` is unknown here/,
    ],
    ['a key that is missing', '  "livesAtOnce": 2,\n', '', /`livesAtOnce` /],
    [
      'a request with a host',
      'GET /api/v1/apps/{appId}"',
      'GET https://elsewhere.example/{appId}"',
      /`owner\.request` is not a method and a path/,
    ],
    [
      'a request to another host by its path',
      'GET /api/v1/apps/{appId}"',
      'GET //elsewhere.example/{appId}"',
      /`owner\.request` is not a method and a path/,
    ],
    [
      'a field that there is not',
      '{appId}/credentials/secrets",\n    "id"',
      '{applicationId}/credentials/secrets",\n    "id"',
      /`list\.request` has \{applicationId\}, which is no field/,
    ],
    [
      'an origin inside of a path',
      '/oauth2/{authorizationServerId}/v1/token',
      '/oauth2/{orgUrl}/v1/token',
      /`token\.request` has \{orgUrl\}, which is an origin/,
    ],
    [
      'a revocation of nothing in particular',
      'DELETE /api/v1/apps/{appId}/credentials/secrets/{id}',
      'DELETE /api/v1/apps/{appId}/credentials/secrets',
      /`revoke\.1\.request` names no \{id\}/,
    ],
    ['a mark that nothing carries', '{mark}.{random}', '{random}', /`mint\.body` has no \{mark\}/],
    [
      'an origin that is none',
      '"origin": "orgUrl"',
      '"origin": "appId"',
      /`token\.origin` is not a field with `isOrigin`/,
    ],
    ['a client that nothing names', /\n {2}"owner": .*\n/, '\n', /`list\.request` names no \{clientId\}/],
    [
      'a field of every secret',
      '"appId": {',
      '"clientSecret": {',
      /`fields\.clientSecret` is a field that every profile has/,
    ],
    [
      'a pattern that is none',
      '[A-Za-z0-9]{4,60}',
      '[A-Za-z0-9',
      /`fields\.appId\.pattern` is not a regular expression/,
    ],
  ])('%s', (_what, from, to, problem) => {
    expect(problemOf(from, to)).toMatch(problem)
    expect(problemOf(from, to)).toMatch(/okta\.json:\d+ /)
  })

  test('that line is the one', () => {
    const changed = '{ "about": "x", "pattern": "[" }'
    expect(problemOf(/\{ "about": "the id of the application".*\}/, changed)).toMatch(
      new RegExp(`^okta\\.json:${lineOf('"appId": {')} `),
    )
    expect(problemOf('"createdAt": "created"', '"createdAt": "created at"')).toMatch(
      new RegExp(`^okta\\.json:${lineOf('"createdAt": "created"')} \`list\\.createdAt\``),
    )
    expect(problemOf('"id": "id",\n    "mark"', '"id": "id",\n    "header": 1,\n    "mark"')).toMatch(
      new RegExp(`^okta\\.json:${lineOf('"mark": "client_secret"')} \`list\\.header\` is unknown here`),
    )
  })

  test('a header that would authorize is not taken', () => {
    expect(
      problemOf(
        '"request": "GET /api/v1/apps/{appId}",',
        '"request": "GET /x/{appId}", "headers": {"authorization": "Bearer x"},',
      ),
    ).toMatch(/`owner\.headers/)
  })
})

describe('of another kind', () => {
  const REFRESH = textOf('refresh-token.json')
  const REGISTERED = textOf('rfc7592.json')
  const COGNITO = textOf('cognito.json')

  test.each([
    ['a kind that there is not', REFRESH, '"kind": "refresh-token"', '"kind": "other"', /`kind` /],
    ['what a kind has not', REFRESH, '"token": {', '"revoke": [],\n  "token": {', /`revoke` is unknown here/],
    [
      'a proof that changes something',
      REFRESH,
      'GET /{+user',
      'POST /{+user',
      /`proof\.request` is not `GET`/,
    ],
    [
      'a proof at no origin',
      REFRESH,
      '"proof": { "origin": "serverUrl"',
      '"proof": { "origin": "tokenPath"',
      /`proof\.origin` is not a field with `isOrigin`/,
    ],
    [
      'an origin inside of a path',
      REFRESH,
      'GET /{+userinfoPath}',
      'GET /{+serverUrl}',
      /`proof\.request` has \{serverUrl\}, which is an origin/,
    ],
    [
      'a client that may be several parts of a path',
      REGISTERED,
      '/{clientId}',
      '/{+clientId}',
      /`registration\.path` has \{\+clientId\}, and only a field/,
    ],
    ['a client that nothing names', REGISTERED, '/{clientId}', '/mine', /`registration\.path` names no/],
    ['another service of AWS', COGNITO, '"cognito-idp"', '"iam"', /`aws\.service` /],
    [
      'whatever there is in the account',
      COGNITO,
      'userpool/{userPoolId}',
      'userpool/*',
      /`aws\.resource` is not a resource/,
    ],
    [
      'an operation on something else than permissions are for',
      COGNITO,
      '"UserPoolId": "{userPoolId}", "ClientId": "{clientId}", "ClientSecretId": "{id}"',
      '"UserPoolId": "eu-west-1_Other", "ClientId": "{clientId}", "ClientSecretId": "{id}"',
      /`remove\.body` names no \{userPoolId\}/,
    ],
    [
      'an end of no secret in particular',
      COGNITO,
      ', "ClientSecretId": "{id}"',
      '',
      /`remove\.body` names no \{id\}/,
    ],
    ['tokens of nobody', COGNITO, /"hosts": \[[^\]]*\][^\]]*\]/, '"hosts": []', /`owner\.hosts` /],
    [
      'headers of its own',
      COGNITO,
      '"operation": "Add',
      '"headers": {}, "operation": "Add',
      /is unknown here/,
    ],
  ])('%s', (_what, text, from, to, problem) => {
    expect(problemOf(from, to, text)).toMatch(problem)
    expect(problemOf(from, to, text)).toMatch(/okta\.json:\d+ /)
  })
})

describe('the folder of a deployment', () => {
  function folderWith(name: string, text: string): string {
    const made = mkdtempSync(join(tmpdir(), 'profiles-'))
    onTestFinished(() => rmSync(made, { recursive: true }))
    writeFileSync(join(made, name), text)
    return made
  }
  const mine = OKTA.replace('"profile": "okta"', '"profile": "mine"')

  test('adds its profiles', () => {
    const provider = createOauth({ profilesFolder: folderWith('mine.json', mine) })
    const secret = {
      engine: 'oauth',
      profile: 'mine',
      clientId: 'c',
      clientSecret: 's',
      orgUrl: 'https://login.example.com',
      appId: 'appApp',
    }
    expect(provider.schema['~standard'].validate(secret)).not.toHaveProperty('issues')
    expect(createOauth().schema['~standard'].validate(secret)).toHaveProperty('issues')
  })

  test.each([
    ['with a file of another name', 'other.json', mine, /other\.json has the profile mine/],
    ['with a profile that is wrong', 'mine.json', '{}', /^mine\.json:1 `profile`/],
  ])('%s is refused', (_what, name, text, problem) => {
    const made = folderWith(name, text)
    expect(() => createOauth({ profilesFolder: made })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', problem: expect.stringMatching(problem) }),
    )
  })

  test('that is not there is refused', () => {
    expect(() => createOauth({ profilesFolder: '/nowhere/at/all' })).toThrow(
      /CONFIG_INVALID: QUARTERTURN_OAUTH_PROFILES names/,
    )
  })
})
