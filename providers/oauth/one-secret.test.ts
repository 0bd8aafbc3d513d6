import { describe, expect, test } from 'vitest'
import {
  AUTH0_SCOPE,
  auth0,
  keycloak,
  keycloakIdOf,
  MANAGES,
  pingone,
} from '../../test/servers/oauth/one-secret.ts'
import { failure } from '../../test/simulation/failure.ts'
import {
  currentOf,
  giveUpMint,
  HOUR_MS,
  loseMint,
  type OauthStage,
  rotate,
  stageOauth,
} from './test-rotation.ts'

const SECRET = 'made-by-hand-0123456789-canary'
const ADMIN_SECRET = 'of-the-admin-0123456789-canary'
const ALLOWED = { allowClassC: true }
const ENVIRONMENT = '99999999-8888-7777-6666-555555555555'

const accepts = ({ authority }: OauthStage, secret: string): boolean => authority.book.accepts('app', secret)

const onAuth0 = (settings = {}, withAdmin = false) =>
  stageOauth({
    authority: {
      vendor: auth0,
      clients: {
        app: { secret: SECRET, by: 'post', scope: withAdmin ? 'api' : `api ${AUTH0_SCOPE}` },
        admin: { secret: ADMIN_SECRET, by: 'post', scope: AUTH0_SCOPE },
      },
    },
    secret: (domainUrl) => ({ profile: 'auth0', domainUrl, clientId: 'app', clientSecret: SECRET }),
    ...(withAdmin
      ? { admin: (domainUrl: string) => ({ domainUrl, clientId: 'admin', clientSecret: ADMIN_SECRET }) }
      : {}),
    settings,
  })

describe('a client of Auth0, whose secret dies when the next one is made', () => {
  test('is not rotated where nothing would recover it', async () => {
    const one = await onAuth0()
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('CLASS_C_REFUSED')
    expect(accepts(one, SECRET)).toBe(true)
  })

  test.each([
    ['where the deployment allows it', ALLOWED, false],
    ['by an admin', {}, true],
  ])('is rotated %s', async (_how, settings, withAdmin) => {
    const one = await onAuth0(settings, withAdmin)
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
    expect(accepts(one, SECRET)).toBe(false)
    expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'in-place-minted', class: 'C' })
    expect(one.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept' })
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
  })

  test('stops where the reply was lost, and has no other one issued before somebody has looked', async () => {
    const one = await onAuth0({}, true)
    await giveUpMint(one, await loseMint(one, '/rotate-secret'))
    expect(one.authority.seen.filter((seen) => seen.endsWith('/rotate-secret'))).toHaveLength(1)
  })

  test('is waited for while the token endpoint has not heard of the new secret', async () => {
    const one = await onAuth0({}, true)
    one.authority.book.settlesAfter = 3
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
  })

  test('is waited for just as long where Secrets Manager had begun long before it was issued', async () => {
    const one = await onAuth0({}, true)
    const token = one.stage.begin()
    one.clock.advance(HOUR_MS)
    one.authority.book.settlesAfter = 3
    await one.stage.steps(token)
    expect(accepts(one, currentOf(one))).toBe(true)
  })

  test('is none whose name leads up in a path', async () => {
    const one = await stageOauth({
      authority: { vendor: auth0, clients: {} },
      secret: (domainUrl) => ({
        profile: 'auth0',
        domainUrl,
        clientId: '..',
        clientSecret: SECRET,
        apiToken: 'canary',
      }),
    })
    one.authority.answers = (seen) =>
      seen === 'POST /oauth/token'
        ? { status: 200, body: { access_token: 'a', token_type: 'bearer' } }
        : undefined
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('SECRET_INVALID')
    expect(one.authority.seen.every((seen) => seen.endsWith('/token'))).toBe(true)
  })

  test('takes the word that Auth0 has for a wrong secret', async () => {
    const one = await onAuth0({}, true)
    one.clock.advance(HOUR_MS)
    one.authority.answers = (seen) =>
      seen === 'POST /oauth/token'
        ? { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } }
        : undefined
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('CURRENT_REFUSED')
  })

  test('is not taken for refused where it may only have no token for that audience', async () => {
    const one = await onAuth0({}, true)
    one.clock.advance(HOUR_MS)
    one.authority.answers = (seen) =>
      seen === 'POST /oauth/token' ? { status: 403, body: { error: 'access_denied' } } : undefined
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('CREDENTIAL_BARRED')
  })

  test('is not rotated by an admin who is not shown its secret, and the error says what is missing', async () => {
    const one = await onAuth0({}, true)
    one.authority.answers = (seen) =>
      seen === 'GET /api/v2/clients/app' ? { status: 200, body: { client_id: 'app' } } : undefined
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      remedy: expect.stringMatching(/read:client_keys/),
    })
    expect(accepts(one, SECRET)).toBe(true)
  })
})

describe('a client of Keycloak', () => {
  const onKeycloak = (clientUuid: string) =>
    stageOauth({
      authority: {
        vendor: keycloak,
        clients: {
          app: { secret: SECRET, scope: 'api' },
          victim: { secret: 'of-the-victim', scope: 'api' },
          admin: { secret: ADMIN_SECRET, scope: MANAGES },
        },
      },
      secret: (serverUrl) => ({
        profile: 'keycloak',
        serverUrl,
        realm: 'shop',
        clientUuid,
        clientId: 'app',
        clientSecret: SECRET,
      }),
      admin: (serverUrl) => ({ serverUrl, clientId: 'admin', clientSecret: ADMIN_SECRET }),
    })

  test('is rotated by an admin, in the realm of the secret', async () => {
    const one = await onKeycloak(keycloakIdOf('app'))
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
    expect(accepts(one, SECRET)).toBe(false)
    expect(one.authority.seen).toContain('POST /realms/shop/protocol/openid-connect/token')
  })

  const answering = async (error: string, error_description: string): Promise<string> => {
    const one = await onKeycloak(keycloakIdOf('app'))
    one.authority.answers = (seen) =>
      seen.endsWith('/token') ? { status: 401, body: { error, error_description } } : undefined
    return (await failure(one.stage.step('createSecret', one.stage.begin()))).code
  }

  test.each([
    ['unauthorized_client', 'Invalid client or Invalid client credentials', 'CURRENT_REFUSED'],
    ['unauthorized_client', 'Invalid client secret', 'CURRENT_REFUSED'],
    ['invalid_client', 'Invalid client or Invalid client credentials', 'CURRENT_REFUSED'],
    ['unauthorized_client', 'Client not enabled to retrieve service account', 'CREDENTIAL_BARRED'],
    ['invalid_request', "User 'service-account-app' disabled", 'CREDENTIAL_BARRED'],
  ])('that is answered %s, %s, ends in %s', async (error, description, code) => {
    expect(await answering(error, description)).toBe(code)
  })

  test('is not taken for another one that the secret names', async () => {
    const one = await onKeycloak(keycloakIdOf('victim'))
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('SECRET_INVALID')
    expect(one.authority.book.accepts('victim', 'of-the-victim')).toBe(true)
  })
})

describe('an application of PingOne, whose old secret expires by itself', () => {
  const onPingone = () =>
    stageOauth({
      authority: {
        vendor: pingone,
        clients: { app: { secret: SECRET, scope: 'api' }, admin: { secret: ADMIN_SECRET, scope: MANAGES } },
      },
      secret: (url) => ({
        profile: 'pingone',
        authUrl: url,
        apiUrl: url,
        environmentId: ENVIRONMENT,
        clientId: 'app',
        clientSecret: SECRET,
      }),
      admin: (url) => ({ authUrl: url, apiUrl: url, clientId: 'admin', clientSecret: ADMIN_SECRET }),
    })

  test('is rotated, and the old secret gets tokens for a week, as the record says', async () => {
    const one = await onPingone()
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
    expect(accepts(one, SECRET)).toBe(true)
    expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'grace', class: 'A' })
    expect(JSON.stringify(one.stage.evidence.at(-1))).toContain('2026-01-08T02:00:00.000Z')
    one.clock.advance(8 * 24 * HOUR_MS)
    expect(accepts(one, SECRET)).toBe(false)
    expect(accepts(one, currentOf(one))).toBe(true)
  })

  test('is rotated again before the old one has expired', async () => {
    const one = await onPingone()
    await rotate(one)
    const before = currentOf(one)
    one.clock.advance(8 * 24 * HOUR_MS)
    await rotate(one)
    expect(accepts(one, currentOf(one))).toBe(true)
    expect(accepts(one, before)).toBe(true)
  })
})
