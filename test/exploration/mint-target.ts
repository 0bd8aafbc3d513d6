import { markPart } from '../../shared/engine/mint-work.ts'
import type { LiveCredential, Provider, Session } from '../../shared/provider/index.ts'
import { type Minting, PLAIN_PROVIDER, passwordsOf, sessionWhereAllSignIn } from './issuing.ts'
import { ARN, idOf } from './secrets.ts'
import { stagedProviderOn } from './staged-target.ts'
import { freshPassword, keepsFate, type Mint, type MintKind } from './state.ts'

/** Later than any invocation of the exploration, whose clock stands. */
const YOUNG = Date.UTC(2200, 0)
const FORGOTTEN = '0123456789abcdef'

const limitOf = (kind: MintKind): number => (kind.endsWith('-3') ? 3 : 2)

/** What `list` says of a mark. */
export function markFor(mark: Mint['mark']): Pick<LiveCredential, 'mark'> {
  if (mark === 'none') return {}
  const token = typeof mark === 'number' ? markPart(idOf(mark)) : FORGOTTEN
  return { mark: { secret: markPart(ARN), token, attempt: 1 } }
}

/** The rules of such a target, as far as the engine can tell. */
export function mintingProviderOn(minting: Minting): Provider {
  const { kind, get, set, token, isOld, isUnchanged } = minting
  if (kind === 'staged') return stagedProviderOn(minting)
  const isMarked = kind !== 'unmarked-3'
  const isReadable = kind === 'readable-2'
  const revoke = (password: string): boolean => {
    const { mints } = get()
    set({ ...get(), mints: mints.filter((one) => one.password !== password) })
    return mints.length > get().mints.length
  }
  const listed = ({ password, mark }: Mint): LiveCredential => ({
    id: password,
    createdAt: isOld(password) ? 0 : YOUNG,
    ...(isMarked ? markFor(mark) : {}),
    ...(isReadable ? { value: { username: 'A', password } } : {}),
  })
  const open: Provider['open'] = ({ values }): Session => {
    const passwordOf = passwordsOf(values)
    return {
      ...sessionWhereAllSignIn(get, passwordOf),
      list: async () => get().mints.map(listed),
      mint: async () => {
        if (isUnchanged === true) return { result: 'unchanged' }
        if (get().mints.length >= limitOf(kind)) return { result: 'full', reason: 'the limit is reached' }
        const password = freshPassword(get(), 'p')
        set({
          ...get(),
          mints: [...get().mints, { password, mark: token, ...(keepsFate(kind) ? { fate: 'in hand' } : {}) }],
        })
        return { result: 'minted', id: password, value: { username: 'A', password } }
      },
      revoke: async ({ id }) => (revoke(id) ? 'revoked' : 'already'),
      retire: async ({ gone, keep }) => {
        if (passwordOf(gone) === passwordOf(keep)) return { result: 'cannot', reason: 'it is to be kept' }
        return { result: revoke(passwordOf(gone)) ? 'retired' : 'already' }
      },
    }
  }
  return {
    ...PLAIN_PROVIDER,
    name: `explored-${kind}`,
    capabilities: {
      strategies: [kind === 'conditional-3' ? 'conditional' : 'overlapping'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      retires: true,
      mint: { marked: isMarked, readable: isReadable, livesAtOnce: limitOf(kind) },
    },
    open,
  }
}
