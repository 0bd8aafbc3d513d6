/** Providers of issued credentials that say what is not so, that are led astray, and targets whose hooks do nothing. */
import type { MintCapabilities, Provider } from '../../provider/index.ts'
import { type BrokenMint, field, secretOf, withSession } from './test-breaking.ts'

const claiming =
  (claim: Partial<MintCapabilities>) =>
  (sound: Provider): Provider => {
    const { mint } = sound.capabilities
    if (mint === undefined) throw new Error('it mints')
    return { ...sound, capabilities: { ...sound.capabilities, mint: { ...mint, ...claim } } }
  }

const without =
  (claim: keyof MintCapabilities) =>
  (sound: Provider): Provider => {
    const { [claim]: _claim, ...mint } = sound.capabilities.mint ?? {
      livesAtOnce: 2,
      marked: true,
      readable: false,
    }
    return { ...sound, capabilities: { ...sound.capabilities, mint: mint as MintCapabilities } }
  }

export const BROKEN_MINT_CLAIMS: readonly BrokenMint[] = [
  {
    what: 'values that are called readable and are not',
    caughtBy: 'list gives the whole value of what was issued',
    saying: /it is `readable`, and `list` gives no value/,
    provider: claiming({ readable: true }),
  },
  {
    what: 'values that are read by their beginning only',
    mints: { livesAtOnce: 3, readable: true },
    caughtBy: 'list gives the whole value of what was issued',
    saying: /gives is another credential than what was issued/,
    provider: withSession((session) => ({
      list: async (asked) =>
        ((await session.list?.(asked)) ?? []).map((one) => ({
          ...one,
          value: { ...one.value, secret: `${String(one.value?.['secret']).slice(0, 12)}…` },
        })),
    })),
  },
  {
    what: 'more at once than live',
    caughtBy: 'as many live at once as `livesAtOnce` says',
    saying: /with room for it a mint is `full`/,
    provider: claiming({ livesAtOnce: 3 }),
  },
  {
    what: 'fewer at once than live',
    mints: { livesAtOnce: 4 },
    caughtBy: 'as many live at once as `livesAtOnce` says',
    saying: /past the limit is `minted` and changes what lives/,
    provider: claiming({ livesAtOnce: 3 }),
  },
  {
    what: 'a new credential that needs time, and nobody says so',
    mints: { livesAtOnce: 2, settlesMs: 60_000 },
    caughtBy: 'a probe takes what was issued within the time',
    saying: /rejected at once, and there is no `settlesWithinMs`/,
    provider: without('settlesWithinMs'),
  },
  {
    what: 'a new credential that needs more time than is said',
    mints: { livesAtOnce: 2, settlesMs: 60_000 },
    caughtBy: 'a probe takes what was issued within the time',
    saying: /rejected after 1000 ms/,
    provider: claiming({ settlesWithinMs: 1_000 }),
  },
  {
    what: 'a credential that expires, and nobody says so',
    mints: { livesAtOnce: 2, lifeMs: 86_400_000 },
    caughtBy: 'a credential lives as long as is said',
    saying: /is not said to expire, and does/,
    provider: (sound) =>
      withSession((session) => ({
        mint: async (asked) => {
          const { expiresAt: _expiresAt, ...minted } = { expiresAt: 0, ...(await session.mint?.(asked)) }
          return 'id' in minted ? (minted as never) : { result: 'unchanged' }
        },
      }))(without('longestLifeMs')(sound)),
  },
  {
    what: 'a credential that expires later than `longestLifeMs` says',
    mints: { livesAtOnce: 2, lifeMs: 86_400_000 },
    caughtBy: 'a credential lives as long as is said',
    saying: /there is a `longestLifeMs`, and what is issued is not said to expire by then/,
    provider: claiming({ longestLifeMs: 3_600_000 }),
  },
  {
    what: 'an identity without the id',
    caughtBy: 'what is issued is another credential of the same account',
    saying: /another id than `identity` of its value/,
    provider: (sound) => ({
      ...sound,
      identity: (secret) => {
        const { id: _id, ...identity } = sound.identity(secret)
        return identity
      },
    }),
  },
  {
    what: 'a credential that is taken without its id',
    caughtBy: 'withCredential takes the credential',
    saying: /does not take the id/,
    provider: (sound) => ({
      ...sound,
      withCredential: ({ into, from }) => ({ ...into, secret: from['secret'] }),
    }),
  },
  {
    what: 'a mint that forgets the keys of the customer',
    caughtBy: 'what is issued is another credential of the same account',
    saying: /drops the key `note`/,
    provider: withSession((session) => ({
      mint: async (asked) => {
        const minted = await session.mint?.(asked)
        if (minted?.result !== 'minted') return minted ?? { result: 'unchanged' }
        const { note: _note, ...value } = minted.value
        return { ...minted, value }
      },
    })),
  },
  {
    what: 'an id that is put into the address as it is',
    caughtBy: 'an id with characters that mean something elsewhere',
    saying: /revoke of an id with further characters is \w+, and ends a credential/,
    provider: withSession((_session, request) => ({
      revoke: async ({ id }) => {
        const secret = secretOf(request, 'current')
        const { status } = await fetch(`${String(field(secret, 'url'))}/secrets/${id}`, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${String(field(secret, 'secret'))}` },
        })
        return status === 204 ? 'revoked' : 'already'
      },
    })),
  },
  {
    what: 'a check that follows redirects',
    caughtBy: 'a redirect is followed nowhere',
    saying: /cannot be steered: a redirect is followed/,
    provider: withSession((session, request) => ({
      check: async (asked) => {
        const secret = secretOf(request, 'current')
        const authorization = `Bearer ${String(field(secret, 'secret'))}`
        await fetch(`${String(field(secret, 'url'))}/me`, { headers: { authorization } })
        return await session.check(asked)
      },
    })),
  },
  {
    what: 'an error with the body of the answer in it',
    caughtBy: 'an answer that repeats the request is repeated nowhere',
    saying: /never leaks: a credential is in what the provider itself answers or raises/,
    provider: withSession((session, request) => ({
      check: async (asked) => {
        const secret = secretOf(request, 'current')
        const authorization = `Bearer ${String(field(secret, 'secret'))}`
        const reply = await fetch(`${String(field(secret, 'url'))}/me`, { headers: { authorization } })
        if (reply.status === 400) throw new Error(`refused: ${await reply.text()}`)
        return await session.check(asked)
      },
    })),
  },
  {
    what: 'a `live` that sees what it saw at first',
    caughtBy: 'what an interrupted rotation left is ended by the next',
    saying: /left nothing: `live` does not show it/,
    target: (sound) => {
      const first = sound.live?.()
      return { ...sound, live: async () => (await first) ?? [] }
    },
  },
]
