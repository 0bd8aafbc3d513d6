import { describe, expect, test } from 'vitest'
import type { EngineSettings } from '../../shared/engine/index.ts'
import { isUnused, refreshing, signInAnew } from '../../test/servers/oauth/refresh.ts'
import { failure } from '../../test/simulation/failure.ts'
import { goOnByHand, loseMint, type OauthStage, rotate, stageOauth } from './test-rotation.ts'

const SECRET = 'of-the-client-0123456789-canary'
const ALLOWED: EngineSettings = { allowClassC: true }

interface Tokens {
  readonly refreshToken: string
  readonly accessToken: string
  readonly accessTokenExpiresAt?: string
}

const setUp = (more: object = {}, settings: EngineSettings = ALLOWED, clientId = 'app') =>
  stageOauth({
    authority: refreshing('app', SECRET),
    secret: async (serverUrl, authority) => ({
      profile: 'refresh-token',
      serverUrl,
      userinfoPath: 'me',
      clientId,
      ...(clientId === 'app' ? { clientSecret: SECRET } : {}),
      ...(await signInAnew(authority, clientId)),
      ...more,
    }),
    settings,
  })

const tokensOf = ({ stage }: OauthStage): Tokens => stage.value('AWSCURRENT') as unknown as Tokens

const refreshesOf = ({ authority }: OauthStage): number =>
  authority.seen.filter((seen) => seen === 'POST /token').length

/** What the server answers whoever asks with the access token. */
const userinfo = async ({ authority }: OauthStage, accessToken: string): Promise<number> =>
  (await fetch(`${authority.url}/me`, { headers: { authorization: `Bearer ${accessToken}` } })).status

describe('a refresh token that is used once', () => {
  test.each(['app', 'public'])('of the client %s is rotated again and again', async (clientId) => {
    const one = await setUp({}, ALLOWED, clientId)
    for (const times of [1, 2, 3]) {
      const before = tokensOf(one)
      await rotate(one)
      const now = tokensOf(one)
      expect(await isUnused(one.authority, now.refreshToken)).toBe(true)
      expect(await isUnused(one.authority, before.refreshToken)).toBe(false)
      expect(await userinfo(one, now.accessToken)).toBe(200)
      // Nothing but the mint uses one up.
      expect(refreshesOf(one)).toBe(times)
    }
    expect(one.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept', clientId })
    expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'refresh-token', class: 'C' })
    expect(Date.parse(tokensOf(one).accessTokenExpiresAt ?? '')).toBe(one.clock.now() + 600_000)
  })

  test('is not used where the deployment does not allow the gap', async () => {
    const one = await setUp({}, {})
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('CLASS_C_REFUSED')
    expect(one.authority.seen).toEqual([])
  })

  test('is used also where nothing shows that it is good, and is not by the test rotation', async () => {
    const one = await setUp({ accessToken: undefined })
    await one.stage.step('testSecret', one.stage.begin({ testOnly: true }))
    expect(one.stage.reports.at(-1)?.outcome).toBe('preflight')
    expect(refreshesOf(one)).toBe(0)
    one.stage.model.endRotation(one.stage.secretArn, 'Failed')
    await rotate(one)
    expect(await isUnused(one.authority, tokensOf(one).refreshToken)).toBe(true)
  })

  test('is never used again where the reply was lost, and goes on after somebody has signed in once more', async () => {
    const one = await setUp()
    const before = tokensOf(one)
    const token = await loseMint(one, 'POST /token')
    expect(await isUnused(one.authority, before.refreshToken)).toBe(false)
    expect((await failure(one.stage.step('createSecret', token))).code).toBe('MINT_UNKNOWN')
    expect(refreshesOf(one)).toBe(1)

    await goOnByHand(one, await signInAnew(one.authority, 'app'), { pending: token, minting: token })
    expect(await isUnused(one.authority, tokensOf(one).refreshToken)).toBe(true)
  })

  test('that was used by somebody else is declined, and the server ends what came of it', async () => {
    const one = await setUp()
    const { refreshToken } = tokensOf(one)
    const basic = Buffer.from(`app:${SECRET}`).toString('base64')
    const response = await fetch(`${one.authority.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    })
    const { refresh_token: thief } = (await response.json()) as { refresh_token: string }
    const token = one.stage.begin()
    for (const _ of [1, 2]) {
      const error = await failure(one.stage.step('createSecret', token))
      expect(error.code).toBe('MINT_DECLINED')
      expect(error.message).toContain('invalid_grant')
      expect(error.message).not.toContain(refreshToken)
    }
    expect(await isUnused(one.authority, thief)).toBe(false)
  })

  test('is not used up where nothing of the request could leave', async () => {
    const one = await setUp()
    await one.authority.stop()
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('MINT_DECLINED')
    expect(error.message).toContain('nothing was sent')
  })

  test.each([
    [{ status: 429, body: { error: 'slow_down' } }, 'MINT_DECLINED'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'MINT_DECLINED'],
    [{ status: 503, body: { error: 'temporarily_unavailable' } }, 'TARGET_UNREACHABLE'],
    [{ status: 200, body: { token_type: 'bearer' } }, 'TARGET_UNREACHABLE'],
    [{ status: 200, body: { refresh_token: 7, access_token: {} } }, 'TARGET_UNREACHABLE'],
    [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }, 'TARGET_UNREACHABLE'],
  ])('answered by %j ends in %s', async (reply, code) => {
    const one = await setUp()
    one.authority.answers = (seen) => (seen === 'POST /token' ? reply : undefined)
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe(code)
  })

  test('is stored whatever else the reply says: the old one is used up', async () => {
    const one = await setUp()
    one.authority.answers = (seen) =>
      seen === 'POST /token'
        ? { status: 200, body: { refresh_token: 'the-next', token_type: 'strange', id_token: 'x.y.z' } }
        : undefined
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect(one.stage.value('AWSPENDING')).toMatchObject({ refreshToken: 'the-next' })
    // No access token of before stands beside it, and says that it is good.
    expect(one.stage.value('AWSPENDING')).not.toHaveProperty('accessToken')
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('MINT_REFUSED')
  })

  test.each([
    ['has a control character', 'access\u0000'],
    ['is longer than a secret has room for', 'x'.repeat(40_000)],
  ])('is stored although the access token beside it %s', async (_how, access_token) => {
    const one = await setUp()
    one.authority.answers = (seen) =>
      seen === 'POST /token'
        ? { status: 200, body: { refresh_token: 'the-next', access_token, token_type: 'bearer' } }
        : undefined
    await one.stage.step('createSecret', one.stage.begin())
    expect(one.stage.value('AWSPENDING')).toMatchObject({ refreshToken: 'the-next' })
    expect(one.stage.value('AWSPENDING')).not.toHaveProperty('accessToken')
  })

  test('may be as long as an access token', async () => {
    const one = await setUp()
    const next = 'r'.repeat(20_000)
    one.authority.answers = (seen) =>
      seen === 'POST /token'
        ? { status: 200, body: { refresh_token: next, access_token: 'a', token_type: 'bearer' } }
        : undefined
    await one.stage.step('createSecret', one.stage.begin())
    expect(one.stage.value('AWSPENDING')).toMatchObject({ refreshToken: next })
  })

  test('may stay the same, with a new access token beside it', async () => {
    const one = await setUp()
    const before = tokensOf(one)
    const { accessToken } = await signInAnew(one.authority, 'app')
    one.authority.answers = (seen) =>
      seen === 'POST /token'
        ? { status: 200, body: { access_token: accessToken, token_type: 'bearer' } }
        : undefined
    await rotate(one)
    expect(tokensOf(one)).toMatchObject({ refreshToken: before.refreshToken, accessToken })
  })
})

describe('what the access token is tried at', () => {
  test.each([
    [200, 'NOT_PASSWORD_AUTH'],
    [403, 'CREDENTIAL_BARRED'],
    [404, 'TARGET_UNREACHABLE'],
  ])('answered %d without saying whose it is, shows nothing', async (status, code) => {
    const one = await setUp()
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    one.authority.answers = (seen) => (seen === 'GET /me' ? { status, body: {} } : undefined)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe(code)
    one.authority.answers = () => undefined
    await one.stage.steps(token, ['setSecret', 'testSecret', 'finishSecret'])
    expect(await isUnused(one.authority, tokensOf(one).refreshToken)).toBe(true)
  })
})

test('no admin uses it up', async () => {
  const one = await setUp({
    adminSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-abcdef',
  })
  await rotate(one)
  expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'refresh-token' })
})
