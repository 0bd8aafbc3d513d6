/** What other writers, other clients and an unwilling target do to key pairs. */
import { describe, expect, test } from 'vitest'
import {
  addSigningClient,
  clientOf,
  type Jwk,
  keysOf,
  makeKey,
  setKeys,
} from '../../../test/servers/oauth/signing-clients.ts'
import { failure } from '../../../test/simulation/failure.ts'
import { HOUR_MS, type OauthStage, rotate } from '../test-rotation.ts'
import { changesOf, holderOf, kidsAt, onHydra, onOkta, onRegistration, signsIn } from './test-keys.ts'

describe('a target that falls back to what it had before', () => {
  test('is healed by the next rotation, and a key that was made by hand is told of', async () => {
    const one = await onHydra()
    const first = holderOf(one)
    const before = await keysOf(first.clientId)
    await rotate(one)
    await setKeys(first.clientId, before)
    await rotate(one)
    await rotate(one)
    expect(await signsIn(one, holderOf(one))).toBe(true)
    // Nothing shows any more that a version of this secret held it.
    expect(await kidsAt(one)).toContain(first.keyId)
    expect(JSON.stringify(one.stage.reports.at(-3))).toContain(first.keyId)
  })

  test('is healed without a rest where the key was one of ours', async () => {
    const one = await onHydra()
    await rotate(one)
    await rotate(one)
    const before = await keysOf(holderOf(one).clientId)
    await rotate(one)
    await setKeys(holderOf(one).clientId, before)
    const kids = [holderOf(one).keyId]
    for (const _ of [1, 2]) {
      await rotate(one)
      kids.push(holderOf(one).keyId)
    }
    expect(await kidsAt(one)).toEqual(kids.slice(-2))
  })
})

describe('a reply that is lost', () => {
  test.each([
    ['to the addition of a key', onOkta, /^POST .*jwks$/],
    ['to its end', onOkta, /^POST .*deactivate$/],
    ['to its removal', onOkta, /^DELETE /],
    ['to a patch', onHydra, /^PATCH /],
    ['to an update of the registration', onRegistration(true), /^PUT /],
  ])('%s loses nothing, and the next try goes on from there', async (_what, setUp, lost) => {
    const one = await setUp()
    await rotate(one)
    const before = holderOf(one)
    one.clock.advance(2 * HOUR_MS)
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    one.authority.loses = (seen) => lost.test(seen)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('TARGET_UNREACHABLE')
    expect(await signsIn(one, before)).toBe(true)
    one.authority.loses = () => false
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await one.stage.step(step, token)
    expect((await kidsAt(one)).toSorted()).toEqual([before.keyId, holderOf(one).keyId].toSorted())
    expect(await signsIn(one, before)).toBe(true)
    expect(await signsIn(one, holderOf(one))).toBe(true)
  })
})

describe('another writer', () => {
  /** Somebody changes the keys so many times, after a change and before it is looked at. */
  function writes(one: OauthStage, keys: (before: readonly Jwk[]) => readonly Jwk[], times: number): void {
    const { clientId } = holderOf(one)
    let left = times
    one.authority.answers = (seen) => {
      if (!seen.startsWith('GET /admin/') || changesOf(one).length === 0 || left === 0) return undefined
      left -= 1
      return keysOf(clientId).then(async (now) => {
        await setKeys(clientId, keys(now))
        return { status: 200, body: await clientOf(clientId) }
      })
    }
  }
  const without =
    (...gone: readonly unknown[]) =>
    (keys: readonly Jwk[]): readonly Jwk[] =>
      keys.filter(({ kid }) => !gone.includes(kid))

  test('who had not seen the new key is seen, and it comes to the others once more', async () => {
    const one = await onHydra()
    const { keyId } = holderOf(one)
    writes(one, (keys) => keys.filter(({ kid }) => kid === keyId), 1)
    await rotate(one)
    expect(await kidsAt(one)).toEqual([keyId, holderOf(one).keyId])
    expect(changesOf(one)).toHaveLength(2)
  })

  test('who takes the key of AWSCURRENT away does not lock it out', async () => {
    const one = await onHydra()
    const before = holderOf(one)
    writes(one, without(before.keyId), 1)
    await rotate(one)
    expect(await signsIn(one, before)).toBe(true)
    expect(await signsIn(one, holderOf(one))).toBe(true)
  })

  test('who does not stop is waited for by the next try', async () => {
    const one = await onHydra()
    const before = holderOf(one)
    writes(one, (keys) => keys.filter(({ kid }) => kid === before.keyId), 9)
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('TARGET_BUSY')
    expect(await signsIn(one, before)).toBe(true)
    one.authority.answers = () => undefined
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await one.stage.step(step, token)
    expect(await signsIn(one, holderOf(one))).toBe(true)
  })

  test('is told from by what the target says of the version, where it says so', async () => {
    const one = await onHydra()
    const { clientId } = holderOf(one)
    const conditions: unknown[] = []
    one.authority.answers = (seen, headers) => {
      if (seen.startsWith('GET /admin/'))
        return clientOf(clientId).then((body) => ({ status: 200, body, headers: { etag: '"one"' } }))
      if (!seen.startsWith('PATCH ')) return undefined
      conditions.push(headers['if-match'])
      return conditions.length === 1 ? { status: 412, body: {} } : undefined
    }
    await rotate(one)
    expect(conditions).toEqual(['"one"', '"one"'])
    expect(await signsIn(one, holderOf(one))).toBe(true)
  })
})

describe('a client whose keys cannot be changed', () => {
  test('since they are at an address, is found by the test rotation', async () => {
    const one = await onHydra()
    const { jwks: _, ...client } = (await clientOf(holderOf(one).clientId)) ?? {}
    one.authority.answers = (seen) =>
      seen.startsWith('GET /admin/')
        ? { status: 200, body: { ...client, jwks_uri: 'https://example.com/jwks.json' } }
        : undefined
    const error = await failure(one.stage.step('testSecret', one.stage.begin({ testOnly: true })))
    expect(error.code).toBe('PRIVILEGE_MISSING')
    expect(error.message).toContain('`jwks_uri`')
  })

  test('since the target will not have the new one, goes on with the one it has', async () => {
    const one = await onHydra()
    const before = holderOf(one)
    one.authority.answers = (seen) =>
      seen.startsWith('PATCH ') ? { status: 400, body: { error: 'invalid_client_metadata' } } : undefined
    const token = one.stage.begin()
    await one.stage.step('createSecret', token)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('PENDING_UNUSABLE')
    expect(await signsIn(one, before)).toBe(true)
  })

  test('since the registration is of another client, has none changed', async () => {
    const one = await onRegistration(true)()
    one.authority.answers = (seen) =>
      seen.startsWith('GET /reg/') ? { status: 200, body: { client_id: 'another' } } : undefined
    expect((await failure(setting(one))).code).toBe('SECRET_INVALID')
    expect(changesOf(one)).toEqual([])
  })

  test('since the ids lead to another one, has none changed', async () => {
    const one = await onOkta()
    one.authority.answers = (seen) =>
      /^GET .*App$/.test(seen)
        ? { status: 200, body: { credentials: { oauthClient: { client_id: 'another' } } } }
        : undefined
    expect((await failure(setting(one))).code).toBe('SECRET_INVALID')
    expect(one.authority.seen.filter((seen) => /credentials\/jwks/.test(seen))).toEqual([])
  })

  test('since it is a client that does not hold the proven key, has none changed', async () => {
    const one = await onHydra()
    const { clientId } = holderOf(one)
    const victim = await addSigningClient([(await makeKey()).jwk])
    const [before, body] = [await keysOf(victim), await clientOf(victim)]
    one.authority.answers = (seen) =>
      seen.startsWith('GET /admin/') ? { status: 200, body: { ...body, client_id: clientId } } : undefined
    expect((await failure(setting(one))).code).toBe('CURRENT_REFUSED')
    expect(changesOf(one)).toEqual([])
    expect(await keysOf(victim)).toEqual(before)
  })

  test('since the server replaces its registration access token, says so, and signs in as before', async () => {
    const one = await onRegistration(false)()
    const before = holderOf(one)
    const error = await failure(setting(one))
    expect(error.code).toBe('PRIVILEGE_MISSING')
    expect(error.message).toContain('has replaced the registration access token')
    expect(await signsIn(one, before)).toBe(true)
  })

  async function setting({ stage }: OauthStage): Promise<void> {
    const token = stage.begin()
    await stage.step('createSecret', token)
    await stage.step('setSecret', token)
  }
})
