/** Providers of issued credentials whose sessions are wrong in one way, and engines without a rule about them. */
import { QuarterturnError } from '../../provider/index.ts'
import { type MintServer, mintServerOf } from '../targets/test-mint-server.ts'
import { type BrokenMint, believing, field, type Opened, secretOf, withSession } from './test-breaking.ts'

const serverOf = (request: Opened): MintServer =>
  mintServerOf({ account: field(secretOf(request, 'current'), 'account') })

const LEFT = 'what an interrupted rotation left is ended by the next'
const MANY = { livesAtOnce: 8 }

export const BROKEN_MINTS: readonly BrokenMint[] = [
  ...['list gives back the mark of each credential', LEFT].map(
    (caughtBy): BrokenMint => ({
      what: 'a mint without a mark',
      caughtBy,
      saying:
        /does not give back the mark|no orphans: 1 issued credentials live under no label|always converges: .* MINT_FULL/,
      provider: withSession((session, request) => ({
        mint: async (asked) => {
          const minted = await session.mint?.(asked)
          if (minted === undefined) throw new Error('it mints')
          const { secrets } = serverOf(request)
          for (const [id, one] of secrets)
            if ('id' in minted && id === minted.id) secrets.set(id, { ...one, name: 'mine' })
          return minted
        },
      })),
    }),
  ),
  {
    what: 'a list that hides what others made',
    caughtBy: 'list shows every live credential of the account',
    saying: /`list` hides 1 of \d live credentials/,
    provider: withSession((session) => ({
      list: async (asked) => ((await session.list?.(asked)) ?? []).filter(({ mark }) => mark !== undefined),
    })),
  },
  {
    what: 'a list that remembers what was revoked',
    caughtBy: 'list shows every live credential of the account',
    saying: /shows a credential that does not live, when one was revoked/,
    provider: (sound) => {
      const shown = new Map<string, { readonly id: string }>()
      return withSession((session) => ({
        list: async (asked) => {
          for (const one of (await session.list?.(asked)) ?? []) shown.set(one.id, one)
          return [...shown.values()]
        },
      }))(sound)
    },
  },
  ...['list gives back the mark of each credential', LEFT].map(
    (caughtBy): BrokenMint => ({
      what: 'a list that takes every credential for one of ours',
      mints: MANY,
      caughtBy,
      saying:
        /gives a mark to a credential that somebody made|does not give back the mark|touches only its own/,
      provider: withSession((session, { mark }) => ({
        list: async (asked) =>
          ((await session.list?.(asked)) ?? []).map((one) => ({
            ...one,
            mark: one.mark ?? { secret: mark.slice(0, 16), token: 'fedcba9876543210', attempt: 1 },
          })),
      })),
    }),
  ),
  {
    what: 'a list that tells the time by another clock',
    caughtBy: 'list gives back the mark of each credential',
    saying: /`createdAt` is not the time at which it was made/,
    provider: withSession((session) => ({
      list: async (asked) =>
        ((await session.list?.(asked)) ?? []).map((one) => ({ ...one, createdAt: Date.now() })),
    })),
  },
  {
    what: 'a revoke that ends the oldest, whichever is named',
    caughtBy: 'revoke ends the credential with that id and no other',
    saying: /the credential signs in|ends another credential/,
    provider: withSession((session, request) => ({
      revoke: async (asked) => {
        const [oldest = ''] = serverOf(request).live
        return (await session.revoke?.({ ...asked, id: oldest })) ?? 'already'
      },
    })),
  },
  {
    what: 'a revoke that ends the current one too',
    caughtBy: 'revoke ends the credential with that id and no other',
    saying: /ends another credential/,
    provider: withSession((session, request) => ({
      revoke: async (asked) => {
        const revoked = await session.revoke?.(asked)
        serverOf(request).secrets.delete(String(field(secretOf(request, 'current'), 'secretId')))
        return revoked ?? 'already'
      },
    })),
  },
  {
    what: 'a revoke that says `revoked` and did nothing',
    caughtBy: LEFT,
    saying: /always converges: |no orphans/,
    provider: withSession(() => ({ revoke: async () => 'revoked' })),
  },
  {
    what: 'a mint that makes two',
    mints: MANY,
    caughtBy: 'what is issued is another credential of the same account',
    saying: /one mint makes 2 credentials/,
    provider: withSession((session) => ({
      mint: async (asked) => {
        await session.mint?.(asked)
        return (await session.mint?.(asked)) ?? { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'a mint that makes room by itself',
    caughtBy: 'as many live at once as `livesAtOnce` says',
    saying: /past the limit is `minted` and changes what lives/,
    provider: withSession((session, request) => ({
      mint: async (asked) => {
        const { live, secrets, kind } = serverOf(request)
        if (live.length >= kind.livesAtOnce) secrets.delete(live.at(-1) ?? '')
        return (await session.mint?.(asked)) ?? { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'a mint that ends the one before it, and is called overlapping',
    caughtBy: 'a rotation that nobody disturbs',
    saying: /never locked out \(class A\): AWSCURRENT is refused, after createSecret/,
    provider: withSession((session, request) => ({
      mint: async (asked) => {
        const minted = await session.mint?.(asked)
        serverOf(request).secrets.delete(String(field(secretOf(request, 'current'), 'secretId')))
        return minted ?? { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'a retirement that ends the oldest, whichever is named',
    caughtBy: 'retire does not end a credential that is to be kept',
    saying: /ends the credential that is to be kept/,
    provider: withSession((_session, request) => ({
      retire: async () => {
        const { live, secrets } = serverOf(request)
        secrets.delete(live[0] ?? '')
        return { result: 'retired' }
      },
    })),
  },
  {
    what: 'a close that leaves a request running',
    caughtBy: 'close ends what is under way: nothing is issued or ended after it',
    saying: /closed \d ms after a mint began: .* live; a moment later .* live/,
    provider: withSession(() => ({ close: async () => undefined })),
  },
  {
    what: 'a mint that takes a lost reply for a full target',
    caughtBy: 'cut before every message of a rotation, it recovers by the same step again',
    saying: /documented errors: createSecret ended in MINT_FULL instead of/,
    provider: withSession((session) => ({
      mint: async (asked) =>
        (await session.mint?.(asked).catch(() => undefined)) ?? { result: 'full', reason: 'no reply' },
    })),
  },
  {
    what: 'an error that repeats the credential',
    caughtBy: 'nothing that the provider itself answers or raises',
    saying: /never leaks: a credential is in what the provider itself answers or raises/,
    provider: withSession((session, request) => ({
      mint: async (asked) => {
        const secret = String(field(secretOf(request, 'current'), 'secret'))
        const minted = await session.mint?.(asked).catch(() => {
          throw new QuarterturnError('TARGET_UNREACHABLE', { problem: `no answer to Bearer ${secret}` })
        })
        return minted ?? { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'an engine that leaves what another rotation left',
    caughtBy: LEFT,
    saying: /no orphans|MINT_FULL/,
    decide: believing(({ leftover }) => (leftover === 'one' ? { leftover: 'none' } : {})),
  },
  {
    what: 'an engine that lets AWSPREVIOUS lose its label alive',
    mints: MANY,
    caughtBy: 'a rotation that nobody disturbs',
    saying: /no orphans/,
    decide: believing(({ mints }) =>
      mints === undefined ? {} : { mints: { ...mints, hasPrevious: false } },
    ),
  },
  {
    what: 'an engine that has a value of its own and keeps the others that it had issued',
    mints: MANY,
    caughtBy: 'the same step twice at once',
    saying: /no orphans/,
    decide: believing(({ extra, leftover }) => ({
      ...(extra === 'one' ? { extra: 'none' } : {}),
      ...(leftover === 'one' ? { leftover: 'none' } : {}),
    })),
  },
]
