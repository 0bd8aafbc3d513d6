import { describe, expect, test } from 'vitest'
import { appIdOf, OKTA_TOKEN, okta } from '../../test/servers/oauth/okta.ts'
import { failure } from '../../test/simulation/failure.ts'
import { currentOf, HOUR_MS, type OauthStage, rotate, stageOauth } from './test-rotation.ts'

const SECRET = 'made-by-hand-0123456789-canary'

const MINT = 'POST /api/v1/apps/appApp/credentials/secrets'

const withToken = () => setUp({ admin: (orgUrl) => ({ orgUrl, apiToken: OKTA_TOKEN }) })

const setUp = (more: { readonly admin?: (url: string) => object; readonly fields?: object } = {}) =>
  stageOauth({
    authority: { vendor: okta, clients: { app: { secret: SECRET, scope: 'api okta.apps.manage' } } },
    secret: (orgUrl) => ({
      profile: 'okta',
      orgUrl,
      appId: appIdOf('app'),
      clientId: 'app',
      clientSecret: SECRET,
      scope: 'api',
      ...more.fields,
    }),
    ...(more.admin === undefined ? {} : { admin: more.admin }),
  })

const idsOf = ({ authority }: OauthStage): string[] => [...authority.book.of('app').keys()]

describe('a client of Okta', () => {
  test.each([
    ['by itself', setUp],
    ['by an API token of an admin', withToken],
  ])('is rotated %s, and both secrets get tokens until the next rotation', async (_how, prepare) => {
    const one = await prepare()
    await rotate(one)
    const { stage, authority } = one
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-1', note: 'kept', clientId: 'app' })
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'overlapping', class: 'A' })
    expect(authority.book.accepts('app', SECRET)).toBe(true)
    expect(authority.book.accepts('app', currentOf(one))).toBe(true)
    await rotate(one)
    await rotate(one)
    expect(idsOf(one)).toEqual(['secret-2', 'secret-3'])
    expect(authority.book.accepts('app', SECRET)).toBe(false)
  })

  test('finds the secret that was made by hand by its value, deactivates and deletes it', async () => {
    const one = await setUp()
    await rotate(one)
    await rotate(one)
    expect(one.authority.seen).toContain(
      'POST /api/v1/apps/appApp/credentials/secrets/by-hand-app/lifecycle/deactivate',
    )
    expect(one.authority.seen).toContain('DELETE /api/v1/apps/appApp/credentials/secrets/by-hand-app')
    expect(idsOf(one)).toEqual(['secret-1', 'secret-2'])
  })

  test('uses after all what was issued when the reply was lost', async () => {
    const one = await setUp()
    const { stage, authority } = one
    const token = stage.begin()
    authority.loses = (seen) => seen === MINT
    expect(await failure(stage.step('createSecret', token))).toMatchObject({
      code: 'TARGET_UNREACHABLE',
      retryable: true,
    })
    authority.loses = () => false
    await stage.steps(token)
    expect(stage.value('AWSCURRENT')).toMatchObject({ secretId: 'secret-1' })
    expect(idsOf(one)).toEqual(['by-hand-app', 'secret-1'])
  })

  // What one more is answered with, the reference does not say.
  test.each([undefined, { status: 403, body: { errorCode: 'E0000006' } }, { status: 409, body: {} }])(
    'leaves a stranger alone where the two places are taken, answered by %j',
    async (limit) => {
      const one = await setUp()
      one.authority.answers = (seen) => {
        if (seen !== MINT) return undefined
        one.authority.book.add('app', 'made-by-somebody-else')
        return limit
      }
      const error = await failure(one.stage.step('createSecret', one.stage.begin()))
      expect(error.code).toBe('MINT_FULL')
      expect(idsOf(one)).toEqual(['by-hand-app', 'secret-1'])
    },
  )

  test('is not taken for full where there is room, whatever the refusal is called', async () => {
    const one = await setUp()
    one.authority.answers = (seen) =>
      seen === MINT ? { status: 400, body: { errorCode: 'E0000001' } } : undefined
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('MINT_DECLINED')
  })

  test('retires the old secret, and no token is issued for it any more', async () => {
    const one = await setUp()
    await rotate(one)
    one.clock.advance(HOUR_MS)
    expect(one.authority.book.accepts('app', SECRET)).toBe(true)
    await rotate(one)
    expect(one.authority.book.accepts('app', SECRET)).toBe(false)
  })

  test('says what is missing where the scope may not be had', async () => {
    const one = await stageOauth({
      authority: { vendor: okta, clients: { app: { secret: SECRET, scope: 'api' } } },
      secret: (orgUrl) => ({
        profile: 'okta',
        orgUrl,
        appId: 'appApp',
        clientId: 'app',
        clientSecret: SECRET,
        scope: 'api',
      }),
    })
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      remedy: expect.stringMatching(/application administrator/),
    })
    expect(idsOf(one)).toEqual(['by-hand-app'])
  })

  test('has nothing issued for the application of another client', async () => {
    const one = await stageOauth({
      authority: {
        vendor: okta,
        clients: { app: { secret: SECRET, scope: 'api' }, victim: { secret: 'of-the-victim', scope: 'api' } },
      },
      secret: (orgUrl) => ({
        profile: 'okta',
        orgUrl,
        appId: appIdOf('victim'),
        clientId: 'app',
        clientSecret: SECRET,
        scope: 'api',
      }),
      admin: (orgUrl) => ({ orgUrl, apiToken: OKTA_TOKEN }),
    })
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error).toMatchObject({ code: 'SECRET_INVALID', problem: expect.stringMatching(/another client/) })
    expect([...one.authority.book.of('victim').keys()]).toEqual(['by-hand-victim'])
  })

  test('sends the token of an admin to no other host than its own', async () => {
    const one = await setUp({
      admin: () => ({ orgUrl: 'https://elsewhere.okta.com', apiToken: OKTA_TOKEN }),
    })
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('ADMIN_HOST_MISMATCH')
    expect(one.authority.seen.every((seen) => seen.endsWith('/token'))).toBe(true)
  })
})
