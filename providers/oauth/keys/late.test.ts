/** Sessions that come late: what they were told is not what the client has any more. */
import { expect, onTestFinished, test } from 'vitest'
import { type Session, seal, type Who } from '../../../shared/provider/index.ts'
import { startAuthority } from '../../../test/servers/oauth/authority.ts'
import { hydra } from '../../../test/servers/oauth/hydra.ts'
import {
  addSigningClient,
  keysOf,
  type MadeKey,
  makeKey,
} from '../../../test/servers/oauth/signing-clients.ts'
import { createOauth } from '../index.ts'

const SECRET = '0123456789abcdef'

/** A key as this secret makes one, in that minute. */
const ours = (minute: number): Promise<MadeKey> =>
  makeKey('ec-p256', `quarterturn.${SECRET}.fedcba9876543210.${minute}.abc`)

/** A session over these values, at a client that has the keys given. */
async function setUp(values: { readonly [W in Who]?: MadeKey }, keys: readonly MadeKey[]) {
  const authority = await startAuthority(hydra())
  const clientId = await addSigningClient(keys.map(({ jwk }) => jwk))
  const provider = createOauth({ allowClearTextLoopback: true })
  const { url } = authority
  const parsed = Object.entries(values).map(([who, { privateKey, keyId }]) => {
    const stored = {
      engine: 'oauth',
      profile: 'hydra',
      publicUrl: url,
      adminUrl: url,
      clientId,
      privateKey,
      keyId,
    }
    const result = provider.schema['~standard'].validate(stored)
    if (result instanceof Promise || result.issues !== undefined) throw new Error('it is no secret')
    return [who, seal(result.value)]
  })
  const session: Session = provider.open({
    values: Object.fromEntries(parsed),
    strategy: 'dual-password',
    mark: `${SECRET}${'0'.repeat(16)}`,
    signal: new AbortController().signal,
    timeLeftMs: () => 20_000,
  })
  onTestFinished(async () => {
    await session.close()
    await authority.stop()
  })
  const changes = (): number => authority.seen.filter((seen) => seen.startsWith('PATCH ')).length
  return { session, changes, kids: async () => (await keysOf(clientId)).map(({ kid }) => kid) }
}

const APPLY = { from: 'current', to: 'pending', as: 'current' } as const

test('an older key is added beside newer ones, and ends none of them', async () => {
  const [byHand, late, newer, newest] = [await makeKey(), await ours(5), await ours(6), await ours(7)]
  const { session, kids } = await setUp({ current: byHand, pending: late }, [byHand, newer, newest])
  expect(await session.apply(APPLY)).toEqual({ result: 'applied' })
  expect(await kids()).toEqual([byHand, newer, newest, late].map(({ keyId }) => keyId))
})

test('the next key ends what was made before it, also what came back late', async () => {
  const [older, current, next] = [await ours(5), await ours(7), await ours(8)]
  const { session, kids } = await setUp({ current, pending: next }, [current, older])
  expect(await session.apply(APPLY)).toEqual({ result: 'applied' })
  expect(await kids()).toEqual([current.keyId, next.keyId])
})

test('where the proven key is not there any more, nothing is written', async () => {
  const [gone, late, newer] = [await ours(4), await ours(5), await ours(6)]
  const { session, changes, kids } = await setUp({ current: gone, pending: late }, [newer])
  expect(await session.apply(APPLY)).toEqual({ result: 'superseded' })
  expect(changes()).toBe(0)
  expect(await kids()).toEqual([newer.keyId])
})

test('a key of another secret is not taken for an older one of ours', async () => {
  const [current, next] = [await ours(5), await ours(6)]
  const other = await makeKey('ec-p256', 'quarterturn.fedcba9876543210.fedcba9876543210.1.abc')
  const { session, kids } = await setUp({ current, pending: next }, [other, current])
  await session.apply(APPLY)
  expect(await kids()).toEqual([other.keyId, current.keyId, next.keyId])
})

test('a repeat changes nothing', async () => {
  const [current, next] = [await ours(5), await ours(6)]
  const { session, changes } = await setUp({ current, pending: next }, [current, next])
  expect(await session.apply(APPLY)).toEqual({ result: 'applied' })
  expect(changes()).toBe(0)
})

test('nothing is retired where the key to be kept is not there', async () => {
  const [gone, current] = [await ours(5), await ours(6)]
  const { session, changes } = await setUp({ gone, current }, [gone])
  expect(await session.retire?.({ gone: 'gone', keep: 'current', as: 'current' })).toMatchObject({
    result: 'cannot',
  })
  expect(changes()).toBe(0)
})

test('a key is known by what it is: one that has the id of another is not taken for it', async () => {
  const [gone, current] = [await ours(5), await ours(6)]
  const { jwk, ...rest } = await makeKey('ec-p256', gone.keyId)
  const { session, changes, kids } = await setUp({ gone, current }, [{ jwk, ...rest }, current])
  expect(await session.retire?.({ gone: 'gone', keep: 'current', as: 'current' })).toEqual({
    result: 'already',
  })
  expect(changes()).toBe(0)
  expect(await kids()).toEqual([gone.keyId, current.keyId])
})
