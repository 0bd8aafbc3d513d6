/** Providers whose mint ends the old credential, or lets it expire, and engines for them, that are wrong in one way. */
import { mintServerOf } from '../targets/test-mint-server.ts'
import { type BrokenMint, believing, field, type Opened, secretOf, withSession } from './test-breaking.ts'

const IN_PLACE = { livesAtOnce: 1, endsOldAfterMs: 0 }
const GRACE = { livesAtOnce: 2, endsOldAfterMs: 3_600_000 }
const secretsOf = (request: Opened) =>
  mintServerOf({ account: field(secretOf(request, 'current'), 'account') }).secrets

export const BROKEN_REPLACING: readonly BrokenMint[] = [
  {
    what: 'a mint that is called in place and leaves the old one alive',
    mints: IN_PLACE,
    caughtBy: 'what is issued is another credential of the same account',
    saying: /one mint makes 2 credentials/,
    provider: withSession((session, request) => ({
      mint: async (asked) => {
        const [old, id] = [
          secretOf(request, 'current'),
          String(field(secretOf(request, 'current'), 'secretId')),
        ]
        const minted = await session.mint?.(asked)
        const one = { secret: String(field(old, 'secret')), name: '', createdAt: 0 }
        secretsOf(request).set(id, { ...one, expiresAt: Number.POSITIVE_INFINITY })
        return minted ?? { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'a mint that is made in the end, and says that nothing was',
    mints: IN_PLACE,
    caughtBy: 'cut before every message of a rotation, it recovers by the same step again',
    saying: /documented errors: createSecret ended in MINT_DECLINED instead of/,
    provider: withSession((session) => ({
      mint: async (asked) =>
        (await session.mint?.(asked).catch(() => undefined)) ?? { result: 'declined', reason: 'no reply' },
    })),
  },
  {
    what: 'a grace that is shorter than is said',
    mints: GRACE,
    caughtBy: 'the old credential goes on for as long as `graceMs` says',
    saying: /the old credential is refused before `graceMs` is over|expires before `graceMs` is over/,
    provider: (sound) => {
      const { mint } = sound.capabilities
      if (mint === undefined) throw new Error('it mints')
      return { ...sound, capabilities: { ...sound.capabilities, mint: { ...mint, graceMs: 86_400_000 } } }
    },
  },
  {
    what: 'a mint that says too late an end of the old one',
    mints: GRACE,
    caughtBy: 'the old credential goes on for as long as `graceMs` says',
    saying: /refused before `graceMs` is over|outlives|ends before the mint said/,
    provider: withSession((session) => ({
      mint: async (asked) => {
        const minted = await session.mint?.(asked)
        return minted?.result === 'minted'
          ? { ...minted, oldExpiresAt: (minted.oldExpiresAt ?? 0) + 86_400_000 }
          : { result: 'unchanged' }
      },
    })),
  },
  {
    what: 'an engine that gives up a value which it has stored, where nothing else signs in',
    mints: IN_PLACE,
    caughtBy: 'a rotation that nobody disturbs',
    saying: /ended in CURRENT_REFUSED|never locked out|always converges/,
    decide: believing(({ candidate }) => (candidate === undefined ? {} : { candidate: 'finished' })),
  },
]
