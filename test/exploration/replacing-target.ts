import {
  type LiveCredential,
  type MintCapabilities,
  type Minted,
  type MintedStrategy,
  ONLY_MINTS,
  type Provider,
  QuarterturnError,
  type Session,
  type Who,
} from '../../shared/provider/index.ts'
import { ADMIN_ARN } from '../simulation/target.ts'
import { fieldOf, type Minting, PLAIN_PROVIDER, passwordsOf } from './issuing.ts'
import { markFor } from './mint-target.ts'
import { freshPassword, type ReplacingKind } from './state.ts'

const AT_ONCE = { marked: false, readable: false, livesAtOnce: 1 } as const

const KINDS: Readonly<
  Record<ReplacingKind, { readonly strategy: MintedStrategy; readonly mint: MintCapabilities }>
> = {
  'grace-2': { strategy: 'grace', mint: { ...AT_ONCE, graceMs: 86_400_000 } },
  'grace-readable': { strategy: 'grace', mint: { ...AT_ONCE, readable: true, graceMs: 86_400_000 } },
  'in-place': { strategy: 'in-place-minted', mint: { ...AT_ONCE, inPlace: true } },
  'in-place-admin': { strategy: 'in-place-minted', mint: { ...AT_ONCE, inPlace: true } },
  'in-place-readable': {
    strategy: 'in-place-minted',
    mint: { marked: true, readable: true, livesAtOnce: 1, inPlace: true },
  },
  refresh: { strategy: 'refresh-token', mint: { ...AT_ONCE, consuming: true } },
}

const isByAdmin = (kind: ReplacingKind): boolean => kind === 'in-place-admin' || kind === 'in-place-readable'

/** Targets whose newest credential replaces the one before, which dies, goes on beside it for a while, or is used up. */
export function replacingProviderOn({
  kind,
  get,
  set,
  token,
}: Minting & { readonly kind: ReplacingKind }): Provider {
  const { strategy, mint } = KINDS[kind]
  const isLive = (password: string): boolean => get().mints.some((one) => one.password === password)
  const issue = (): string => {
    const password = freshPassword(get(), 'p')
    const kept = strategy === 'grace' ? get().mints.slice(-1) : []
    set({ ...get(), mints: [...kept, { password, mark: token, fate: 'in hand' }] })
    return password
  }
  const open: Provider['open'] = ({ values }): Session => {
    const passwordOf = passwordsOf(values)
    const requireSignIn = (as: Who): void => {
      if (as !== 'admin' && !isLive(passwordOf(as)))
        throw new QuarterturnError('CURRENT_REFUSED', { problem: 'refused', fields: { credential: as } })
    }
    return {
      ...ONLY_MINTS,
      check: async () => ({ possible: true, missing: [] }),
      // An access token may outlive the refresh token beside it.
      probe: async ({ who }) =>
        who === 'admin' || isLive(passwordOf(who)) || (strategy === 'refresh-token' && get().mints.length > 0)
          ? { verdict: 'accepted', as: 'A' }
          : { verdict: 'rejected' },
      list: async ({ as }) => {
        requireSignIn(as)
        return get().mints.map(
          ({ password, mark }, at): LiveCredential => ({
            id: password,
            createdAt: at,
            ...(mint.marked ? markFor(mark) : {}),
            ...(mint.readable ? { value: { username: 'A', password } } : {}),
          }),
        )
      },
      mint: async ({ from, as }): Promise<Minted> => {
        if (strategy === 'refresh-token' && !isLive(passwordOf(from))) {
          set({ ...get(), mints: [] })
          return { result: 'declined', reason: 'it was used before, so the chain ends' }
        }
        requireSignIn(as)
        const password = issue()
        return { result: 'minted', id: password, value: { username: 'A', password } }
      },
      close: async () => undefined,
    }
  }
  return {
    ...PLAIN_PROVIDER,
    name: `explored-${kind}`,
    capabilities: { strategies: [strategy], repeat: 'once', lock: 'none', failedProbe: 'free', mint },
    ...(isByAdmin(kind)
      ? { admin: { strategies: [strategy], arn: () => ADMIN_ARN, value: ({ admin }) => admin } }
      : {}),
    identity: (secret) => ({
      ...PLAIN_PROVIDER.identity(secret),
      account: fieldOf(secret, 'username'),
      server: { host: 'explored', port: 1 },
    }),
    open,
  }
}
