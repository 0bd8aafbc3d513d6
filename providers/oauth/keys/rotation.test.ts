import { createPrivateKey } from 'node:crypto'
import { ClientRequest } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HYDRA_KEY } from '../../../test/servers/oauth/hydra.ts'
import { OKTA_TOKEN } from '../../../test/servers/oauth/okta.ts'
import { clientOf, type KeyHolder, keysOf, makeKey } from '../../../test/servers/oauth/signing-clients.ts'
import { failure } from '../../../test/simulation/failure.ts'
import { rotate } from '../test-rotation.ts'
import {
  changesOf,
  holderOf,
  kidsAt,
  onHydra,
  onOkta,
  onOktaWrapped,
  onRegistration,
  signsIn,
} from './test-keys.ts'

const KINDS = [
  ['Ory Hydra', onHydra],
  ['Okta', onOkta],
  ['Okta, where the list stands in an object', onOktaWrapped],
  ['a server where clients manage their registration', onRegistration(true)],
] as const

describe.each(KINDS)('a client of %s', (_name, setUp) => {
  test('gets another key pair beside the first, which goes with the one after', async () => {
    const stranger = await makeKey()
    const one = await setUp({ others: [stranger.jwk] })
    const holders = [holderOf(one)]
    for (const _ of [1, 2, 3]) {
      await rotate(one)
      holders.push(holderOf(one))
      const two = holders.slice(-2)
      expect(await Promise.all(two.map((holder) => signsIn(one, holder)))).toEqual([true, true])
      expect((await kidsAt(one)).toSorted()).toEqual(
        [stranger.keyId, ...two.map(({ keyId }) => keyId)].toSorted(),
      )
    }
    expect(await signsIn(one, holders[1] as KeyHolder)).toBe(false)
    expect(one.stage.evidence.at(-1)).toMatchObject({ strategy: 'dual-password', class: 'A' })
    expect(one.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept' })
    // Whoever looks after the client is told of the key that nobody here made.
    expect(JSON.stringify(one.stage.reports)).toContain(stranger.keyId)
  })

  test('is found fit by the test rotation, which changes nothing', async () => {
    const one = await setUp()
    const before = await keysOf(holderOf(one).clientId)
    await one.stage.step('testSecret', one.stage.begin({ testOnly: true }))
    expect(one.stage.reports.at(-1)?.outcome).toBe('preflight')
    expect(await keysOf(holderOf(one).clientId)).toEqual(before)
  })

  test('keeps nothing of a private key, and is sent none', async () => {
    const one = await setUp()
    const end = vi.spyOn(ClientRequest.prototype, 'end')
    onTestFinished(() => end.mockRestore())
    await rotate(one)
    const { clientId, privateKey } = holderOf(one)
    const lines = privateKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'))
    expect(lines.length).toBeGreaterThan(1)
    const sent = end.mock.calls.map(([body]) => body)
    expect(sent.filter((body) => String(body).includes('client_assertion=')).length).toBeGreaterThan(1)
    expect(sent.filter((body) => String(body).includes('"kty"')).length).toBeGreaterThan(0)
    const shown = JSON.stringify([
      sent,
      one.authority.exchanges,
      await keysOf(clientId),
      one.stage.reports,
      one.stage.evidence,
    ])
    const { d = '' } = createPrivateKey(privateKey).export({ format: 'jwk' })
    expect(d.length).toBeGreaterThan(20)
    for (const secret of [...lines, d]) expect(shown).not.toContain(secret)
    for (const jwk of await keysOf(clientId)) expect(Object.keys(jwk)).not.toContain('d')
  })
})

test('a client that had a secret before is rotated by the key pair that was stored for it', async () => {
  const one = await onOkta({ others: [(await makeKey()).jwk] })
  const now = one.stage.value('AWSCURRENT') as Readonly<Record<string, unknown>>
  const { privateKey: _, keyId: __, ...rest } = now
  const put = (token: string, value: object): unknown =>
    one.stage.model.call('PutSecretValue', {
      ClientRequestToken: token.padEnd(36, '0'),
      SecretId: one.stage.secretArn,
      SecretString: JSON.stringify(value),
    })
  put('with-a-secret', { ...rest, profile: 'okta', clientSecret: 'of-the-time-before', secretId: 'an-id' })
  put('with-a-key-pair', now)
  const before = holderOf(one)
  await rotate(one)
  expect(await signsIn(one, before)).toBe(true)
  expect(await signsIn(one, holderOf(one))).toBe(true)
})

describe('the id of a key', () => {
  test('tells the secret that made it, and is never that of another', async () => {
    const one = await onHydra()
    await rotate(one)
    const first = holderOf(one).keyId
    await rotate(one)
    const second = holderOf(one).keyId
    expect(first).toMatch(/^quarterturn\.[0-9a-f]{16}\.[0-9a-f]{16}\.\d+\.[\w-]{16}$/)
    const [its, next] = [first.split('.'), second.split('.')]
    expect(next[1]).toBe(its[1])
    expect(next[2]).not.toBe(its[2])
    expect(Number(next[3])).toBeGreaterThan(Number(its[3]))
  })
})

describe("a key that is not this secret's", () => {
  test('stays where another secret has made it', async () => {
    const id = 'quarterturn.0123456789abcdef.0123456789abcdef.1.abc'
    const one = await onHydra({ others: [(await makeKey('ec-p256', id)).jwk] })
    await rotate(one)
    await rotate(one)
    expect(await kidsAt(one)).toContain(id)
  })

  test('stays with an id that breaks a line, of which nothing is told', async () => {
    const id = 'canary\nof-a-key'
    const one = await onHydra({ others: [(await makeKey('ec-p256', id)).jwk] })
    await rotate(one)
    expect(await kidsAt(one)).toContain(id)
    expect(JSON.stringify(one.stage.reports)).not.toContain('canary')
  })

  test('is written back without what is private of it, where somebody has registered that', async () => {
    const { jwk } = await makeKey('ec-p256', 'whole')
    const one = await onHydra({ others: [jwk] })
    const { clientId } = holderOf(one)
    const client = await clientOf(clientId)
    const whole = { keys: (await keysOf(clientId)).map((key) => ({ ...key, d: 'of-a-private-key' })) }
    one.authority.answers = (seen) =>
      seen.startsWith('GET /admin/') && !changesOf(one).length
        ? { status: 200, body: { ...client, jwks: whole } }
        : undefined
    await rotate(one)
    const change = one.authority.exchanges.find((exchange) => exchange.startsWith('PATCH '))
    expect(change).toContain('whole')
    expect(change).not.toContain('of-a-private-key')
  })
})

describe('who makes the change', () => {
  test.each([
    ['an API key of Hydra', onHydra, 'hydra'],
    ['an API token of Okta', onOkta, 'okta'],
  ] as const)('may be an admin with %s', async (_what, setUp, vendor) => {
    const one = await setUp({
      wantsKey: true,
      admin: (url) =>
        vendor === 'hydra'
          ? { adminUrl: url, publicUrl: url, apiToken: HYDRA_KEY }
          : { orgUrl: url, apiToken: OKTA_TOKEN },
    })
    const before = holderOf(one)
    await rotate(one)
    expect(await signsIn(one, before)).toBe(true)
    expect(await signsIn(one, holderOf(one))).toBe(true)
    expect(JSON.stringify(one.stage.value('AWSCURRENT'))).not.toContain('canary')
  })

  test('is told where the API wants a key that the secret does not have', async () => {
    const one = await onHydra({ wantsKey: true })
    const error = await failure(one.stage.step('testSecret', one.stage.begin({ testOnly: true })))
    expect(error.code).toBe('PRIVILEGE_MISSING')
    expect(error.message).toContain('`apiToken`')
  })
})
