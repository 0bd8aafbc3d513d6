/** What a target may answer to harm whoever asks: nothing of it is believed, sent elsewhere or repeated. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ApiReply } from '../../test/servers/oauth/authority.ts'
import { entra, GRAPH_SCOPE } from '../../test/servers/oauth/entra.ts'
import { failure } from '../../test/simulation/failure.ts'
import { HOUR_MS, stageOauth } from './test-rotation.ts'

const CLIENT = '11111111-2222-3333-4444-555555555555'
const SECRET = 'ab1~made-by-hand-0123456789-canary'
const ISSUED = 'issued-0123456789-canary'

const setUp = () =>
  stageOauth({
    authority: {
      vendor: entra,
      clients: { [CLIENT]: { secret: SECRET, by: 'post', scope: `api ${GRAPH_SCOPE}` } },
    },
    secret: (url) => ({
      profile: 'entra',
      loginUrl: url,
      graphUrl: url,
      tenantId: 'example.com',
      clientId: CLIENT,
      clientSecret: SECRET,
      secretId: `by-hand-${CLIENT}`,
      scope: 'api',
    }),
  })

/** The error of createSecret where requests that end so are answered so. */
async function errorWith(
  end: RegExp,
  reply: ApiReply,
): Promise<{ readonly code: string; readonly shown: string }> {
  const one = await setUp()
  one.authority.answers = (seen) => (end.test(seen) ? reply : undefined)
  // AWSCURRENT is older than any credential that has to settle.
  one.clock.advance(HOUR_MS)
  const error = await failure(one.stage.step('createSecret', one.stage.begin()))
  return { code: error.code, shown: inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }) }
}

const MINT = /addPassword$/
const LIST = /^GET /
const minted = (changes: object): ApiReply => ({
  status: 200,
  body: { keyId: 'a-key', secretText: ISSUED, ...changes },
})

describe('what the target answers to a mint', () => {
  test.each([
    ['without an id', minted({ keyId: undefined })],
    ['with an id that leads elsewhere', minted({ keyId: '../../users/1' })],
    ['with an id that is no text', minted({ keyId: 7 })],
    ['with an id that is the way up', minted({ keyId: '..' })],
    ['without a secret', minted({ secretText: null })],
    [
      'as a redirect',
      { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: { secretText: ISSUED } },
    ],
  ])('%s is not believed', async (_how, reply) => {
    const { code, shown } = await errorWith(MINT, reply)
    expect(code).toBe('TARGET_UNREACHABLE')
    expect(shown).not.toMatch(/canary|\.\.\/users/)
  })

  test.each([
    ['with control characters', `${ISSUED}\r\nHost: elsewhere`],
    ['that is the current one', SECRET],
    ['of more than can be stored', 'x'.repeat(70_000)],
  ])('a secret %s is revoked and not stored', async (_how, secretText) => {
    const { code, shown } = await errorWith(MINT, minted({ secretText }))
    expect(code).toBe('MINT_UNUSABLE')
    expect(shown).not.toMatch(/canary|elsewhere/)
  })

  test.each([400, 403, 409])('a refusal with %d is told by its number alone', async (status) => {
    const { code, shown } = await errorWith(MINT, {
      status,
      body: { error: { message: `${SECRET} is wrong` } },
    })
    expect(code).toBe('MINT_DECLINED')
    expect(shown).toContain(`answered ${status}`)
    expect(shown).not.toContain('canary')
  })
})

describe('what the target answers to a list', () => {
  test.each([
    [
      'that goes on elsewhere',
      { status: 200, body: { passwordCredentials: [], '@odata.nextLink': 'https://elsewhere.example' } },
    ],
    [
      'that goes on, by a header',
      {
        status: 200,
        body: { passwordCredentials: [] },
        headers: { link: '<https://elsewhere.example>; rel="next"' },
      },
    ],
    [
      'that goes on, by a header with more than one relation',
      {
        status: 200,
        body: { passwordCredentials: [] },
        headers: { link: "<https://elsewhere.example>; title=x; rel = 'last Next'" },
      },
    ],
    [
      'that goes on, as HAL has it',
      {
        status: 200,
        body: { passwordCredentials: [], _links: { next: { href: 'https://elsewhere.example' } } },
      },
    ],
    [
      'that goes on, by a token',
      { status: 200, body: { passwordCredentials: [], nextPageToken: 'elsewhere' } },
    ],
    ['that is none', { status: 200, body: { passwordCredentials: 'none' } }],
    ['with an id that leads elsewhere', { status: 200, body: { passwordCredentials: [{ keyId: '../x' }] } }],
    ['that ends in what every object has', { status: 200, body: {} }],
  ])('%s is taken for no list', async (_how, reply) => {
    const { code, shown } = await errorWith(LIST, reply)
    expect(code).toBe('TARGET_UNREACHABLE')
    expect(shown).not.toContain('elsewhere')
  })
})

describe('what the token endpoint answers', () => {
  test.each([
    ['an error that repeats the secret', { status: 401, body: { error: SECRET } }, 'CREDENTIAL_BARRED'],
    [
      'a description that repeats it',
      { status: 401, body: { error: 'invalid_client', error_description: SECRET } },
      'CURRENT_REFUSED',
    ],
    ['a page', { status: 401, body: `<p>${SECRET}</p>` }, 'TARGET_UNREACHABLE'],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:9/' } }, 'TARGET_UNREACHABLE'],
    ['a token of no kind that is known', { status: 200, body: { access_token: 'x' } }, 'TARGET_UNREACHABLE'],
    ['that it is busy', { status: 429, body: { error: 'invalid_client' } }, 'TARGET_UNREACHABLE'],
    [
      'a refusal that is not of the credential',
      { status: 403, body: { error: 'invalid_client' } },
      'CREDENTIAL_BARRED',
    ],
    [
      'a token that no header can carry',
      { status: 200, body: { access_token: 'canary\r\nhost: elsewhere', token_type: 'bearer' } },
      'TARGET_UNREACHABLE',
    ],
  ])('%s', async (_what, reply, code) => {
    const seen = await errorWith(/token$/, reply)
    expect(seen.code).toBe(code)
    expect(seen.shown).not.toContain('canary')
  })
})
