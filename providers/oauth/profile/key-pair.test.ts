import { describe, expect, test } from 'vitest'
import { readProfile } from './read.ts'
import { problemOf, textOf } from './test-texts.ts'

describe('a profile of key pairs that is wrong is refused with its line', () => {
  const KEYS = textOf('okta-keys.json')
  const WHOLE = textOf('hydra.json')

  test.each([
    [
      'an id that nothing shows',
      KEYS,
      '"keys": "keys", "id": "id"',
      '"keys": "keys"',
      /`read` shows no `id`/,
    ],
    [
      'a removal of nothing in particular',
      KEYS,
      '"DELETE /api/v1/apps/{appId}/credentials/jwks/{id}"',
      '"DELETE /api/v1/apps/{appId}/credentials/jwks"',
      /`write\.remove\.1\.request` names no \{id\}/,
    ],
    [
      'a client that nothing names',
      KEYS,
      /\n {2}"owner": .*\n/,
      '\n',
      /`read\.request` names no \{clientId\}/,
    ],
    [
      'a change of a client that nothing names',
      WHOLE,
      'PATCH /admin/clients/{clientId}',
      'PATCH /admin/clients/mine',
      /`write\.request` names no \{clientId\}/,
    ],
    ['a form of keys that there is not', WHOLE, '"ec-p384"', '"ec-p521"', /`forms\.4` /],
    ['a way to write that there is not', WHOLE, 'json-patch', 'xml', /`write\.as` /],
    [
      'an assertion for what the secret does not have',
      WHOLE,
      '"request": "POST /oauth2/token"',
      '"request": "POST /oauth2/token", "assertionFor": "{audienceUrl}"',
      /`token\.assertionFor` has \{audienceUrl\}, which is no field/,
    ],
    [
      'how clients with a secret authenticate',
      WHOLE,
      '"request": "POST /oauth2/token"',
      '"request": "POST /oauth2/token", "authenticatesBy": "basic"',
      /`token\.authenticatesBy` is unknown here/,
    ],
  ])('%s', (_what, text, from, to, problem) => {
    expect(problemOf(from, to, text)).toMatch(problem)
    expect(problemOf(from, to, text)).toMatch(/okta\.json:\d+ /)
  })

  test('an assertion may be for an origin, which is only compared', () => {
    const text = WHOLE.replace(
      '"request": "POST /oauth2/token"',
      '"request": "POST /oauth2/token", "assertionFor": "{publicUrl}/"',
    )
    expect(readProfile(text, 'hydra.json')).toMatchObject({ token: { assertionFor: '{publicUrl}/' } })
  })
})
