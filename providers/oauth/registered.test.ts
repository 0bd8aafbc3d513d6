import { describe, expect, test } from 'vitest'
import type { EngineSettings } from '../../shared/engine/index.ts'
import {
  getsToken,
  giveAnew,
  type Registered,
  register,
  registering,
  registrationOf,
} from '../../test/servers/oauth/registered.ts'
import { failure } from '../../test/simulation/failure.ts'
import { putByHand } from '../../test/simulation/replacing-stage.ts'
import { giveUpMint, goOnByHand, loseMint, type OauthStage, rotate, stageOauth } from './test-rotation.ts'

const ALLOWED: EngineSettings = { allowClassC: true }

interface Setting {
  readonly settings?: EngineSettings
  readonly rotatesToken?: boolean
  readonly replaces?: boolean
  readonly more?: object
}

const setUp = ({ settings = ALLOWED, rotatesToken = true, replaces = true, more = {} }: Setting = {}) =>
  stageOauth({
    authority: registering(rotatesToken),
    secret: async (serverUrl, authority) => ({
      profile: 'rfc7592',
      serverUrl,
      registrationPath: 'reg',
      ...(await register(authority, { replaces })),
      ...more,
    }),
    settings,
  })

const currentOf = ({ stage }: OauthStage): Registered => stage.value('AWSCURRENT') as unknown as Registered
const putsOf = ({ authority }: OauthStage): number =>
  authority.seen.filter((seen) => seen.startsWith('PUT ')).length

describe('a client that manages its own registration', () => {
  test.each([true, false])(
    'gets another secret; and another token to manage with: %j',
    async (rotatesToken) => {
      const one = await setUp({ rotatesToken })
      const registered = await registrationOf(one.authority, currentOf(one))
      for (const times of [1, 2, 3]) {
        const before = currentOf(one)
        await rotate(one)
        const now = currentOf(one)
        expect(await getsToken(one.authority, now)).toBe(true)
        expect(await getsToken(one.authority, before)).toBe(false)
        expect(now.registrationAccessToken !== before.registrationAccessToken).toBe(rotatesToken)
        expect(putsOf(one)).toBe(times)
      }
      // What the registration says beside its credentials is what it was.
      expect(await registrationOf(one.authority, currentOf(one))).toEqual({
        ...registered,
        client_secret: currentOf(one).clientSecret,
        registration_access_token: currentOf(one).registrationAccessToken,
      })
      expect(one.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept' })
      expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'in-place-minted', class: 'C' })
    },
  )

  test('is not rotated where nothing would recover it', async () => {
    const one = await setUp({ settings: {} })
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe('CLASS_C_REFUSED')
    expect(await getsToken(one.authority, currentOf(one))).toBe(true)
  })

  test('is not touched by the test rotation, not even read: that may replace its token', async () => {
    const one = await setUp()
    await one.stage.step('testSecret', one.stage.begin({ testOnly: true }))
    expect(one.stage.reports.at(-1)?.outcome).toBe('preflight')
    expect(one.authority.seen.filter((seen) => seen.includes(' /reg/'))).toEqual([])
  })

  test('keeps its new token where the server keeps the secret, and the record says so', async () => {
    const one = await setUp({ replaces: false })
    const before = currentOf(one)
    await rotate(one)
    const now = currentOf(one)
    expect(now.clientSecret).toBe(before.clientSecret)
    expect(await registrationOf(one.authority, before)).toBeUndefined()
    expect(await registrationOf(one.authority, now)).toBeDefined()
    expect(JSON.stringify(one.stage.reports)).toContain('only the registration access token is new')
  })

  test('is declined where the server keeps both', async () => {
    const one = await setUp({ replaces: false, rotatesToken: false })
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('MINT_DECLINED')
    expect(error.message).toContain('the server keeps the client secret')
    expect(await getsToken(one.authority, currentOf(one))).toBe(true)
  })

  test('stops where the reply was lost, and goes on after somebody has stored what the server has', async () => {
    const one = await setUp()
    const { clientId } = currentOf(one)
    const minting = await loseMint(one, `PUT /reg/${clientId}`)
    expect(await getsToken(one.authority, currentOf(one))).toBe(false)
    const pending = await giveUpMint(one, minting)
    expect(putsOf(one)).toBe(1)
    await goOnByHand(one, await giveAnew(one.authority, clientId), { pending, minting })
    expect(await getsToken(one.authority, currentOf(one))).toBe(true)
    expect(await registrationOf(one.authority, currentOf(one))).toBeDefined()
  })
})

describe('what the server does not take', () => {
  const declined = async (one: OauthStage): Promise<string> => {
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error.code).toBe('MINT_DECLINED')
    expect(await getsToken(one.authority, currentOf(one))).toBe(true)
    expect(putsOf(one)).toBe(0)
    return error.message
  }

  test('is a token of none', async () => {
    const one = await setUp({ more: { registrationAccessToken: 'canary-of-none' } })
    const message = await declined(one)
    expect(message).toContain('answered 401')
    expect(message).not.toContain('canary')
  })

  test('is the token of another client', async () => {
    const one = await setUp()
    const other = await register(one.authority)
    const { registrationAccessToken } = other
    putByHand(one.stage, { ...currentOf(one), registrationAccessToken })
    await declined(one)
  })
})

describe('what the server answers', () => {
  const registration = (changes: object = {}) => ({ status: 200, body: { client_id: 'x', ...changes } })

  test.each([
    ['GET', registration(), 'MINT_DECLINED'],
    ['GET', { status: 429, body: {} }, 'MINT_DECLINED'],
    ['GET', { status: 503, body: {} }, 'TARGET_UNREACHABLE'],
    ['GET', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'TARGET_UNREACHABLE'],
    ['GET', { status: 200, body: 'a page' }, 'TARGET_UNREACHABLE'],
    ['PUT', registration(), 'TARGET_UNREACHABLE'],
    ['PUT', { status: 400, body: { error: 'invalid_client_metadata' } }, 'MINT_DECLINED'],
    ['PUT', { status: 500, body: {} }, 'TARGET_UNREACHABLE'],
  ])('to %s with %j ends in %s', async (method, reply, code) => {
    const one = await setUp()
    one.authority.answers = (seen) => (seen.startsWith(`${method} /reg/`) ? reply : undefined)
    expect((await failure(one.stage.step('createSecret', one.stage.begin()))).code).toBe(code)
  })

  const replaced = (more: object) => ({
    status: 200,
    body: { client_secret: 'the-next-secret', registration_access_token: 'the-next', ...more },
  })

  test.each([
    [{ client_secret_expires_at: 1e300 }, 'the-next'],
    [{ client_secret_expires_at: -5 }, 'the-next'],
    [{ registration_access_token: 'two\nlines' }, 'of before'],
  ])('to an update with %j is stored all the same: the secret of before is dead', async (more, token) => {
    const one = await setUp()
    const { clientId, registrationAccessToken } = currentOf(one)
    one.authority.answers = (seen) =>
      seen.startsWith('PUT ') ? replaced({ client_id: clientId, ...more }) : undefined
    await one.stage.step('createSecret', one.stage.begin())
    expect(one.stage.value('AWSPENDING')).toMatchObject({
      clientSecret: 'the-next-secret',
      registrationAccessToken: token === 'of before' ? registrationAccessToken : token,
    })
  })

  test('to a read with another token counts, though the update is refused', async () => {
    const one = await setUp()
    const { clientId, clientSecret } = currentOf(one)
    one.authority.answers = (seen) => {
      if (seen.startsWith('GET /reg/'))
        return { status: 200, body: { client_id: clientId, registration_access_token: 'the-next' } }
      return seen.startsWith('PUT ') ? { status: 400, body: {} } : undefined
    }
    await rotate(one)
    expect(currentOf(one)).toMatchObject({ clientSecret, registrationAccessToken: 'the-next' })
  })
})

describe('a server that shows a secret when the registration is read', () => {
  const shown = async (one: OauthStage, client_secret: string): Promise<void> => {
    const { clientId, registrationAccessToken } = currentOf(one)
    one.authority.answers = (seen) =>
      seen.startsWith('GET /reg/')
        ? {
            status: 200,
            body: { client_id: clientId, client_secret, registration_access_token: registrationAccessToken },
          }
        : seen.startsWith('PUT ')
          ? { status: 200, body: { client_id: clientId, registration_access_token: 'the-next' } }
          : undefined
  }

  test('and masks it, has not replaced it', async () => {
    const one = await setUp()
    const { clientSecret } = currentOf(one)
    await shown(one, '********')
    await rotate(one)
    expect(currentOf(one)).toMatchObject({ clientSecret, registrationAccessToken: 'the-next' })
  })

  test('and has replaced it then, is believed', async () => {
    const one = await setUp()
    const { clientId } = currentOf(one)
    const other = await register(one.authority)
    await shown(one, other.clientSecret)
    const token = one.stage.begin()
    const answers = one.authority.answers
    // From the reading on, the one of before gets no token.
    one.authority.answers = (seen, headers, text) =>
      seen === 'POST /token' && one.authority.seen.some((before) => before.startsWith('GET /reg/'))
        ? { status: 401, body: { error: 'invalid_client' } }
        : answers(seen, headers, text)
    await one.stage.step('createSecret', token)
    expect(one.stage.value('AWSPENDING')).toMatchObject({
      clientId,
      clientSecret: other.clientSecret,
      registrationAccessToken: 'the-next',
    })
  })
})

test('an admin that somebody names by a tag changes nothing', async () => {
  const one = await stageOauth({
    authority: registering(true),
    secret: async (serverUrl, authority) => ({
      profile: 'rfc7592',
      serverUrl,
      registrationPath: 'reg',
      ...(await register(authority)),
    }),
    admin: (serverUrl) => ({ serverUrl, clientId: 'admin', clientSecret: 'of-the-admin' }),
  })
  const before = currentOf(one)
  const error = await failure(one.stage.step('createSecret', one.stage.begin()))
  expect(error.code).toBe('ADMIN_INVALID')
  expect(putsOf(one)).toBe(0)
  expect(await getsToken(one.authority, before)).toBe(true)
})
