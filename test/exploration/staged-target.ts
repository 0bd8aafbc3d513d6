import type { LiveCredential, Provider, Session } from '../../shared/provider/index.ts'
import { type Minting, PLAIN_PROVIDER, passwordsOf, sessionWhereAllSignIn } from './issuing.ts'
import { freshPassword, type Mint, type State } from './state.ts'

const primaryOf = ({ mints }: State): Mint | undefined => mints.find(({ place }) => place === undefined)
const slotOf = ({ mints }: State): Mint | undefined => mints.find(({ place }) => place !== undefined)

/** The rules of a target where a credential is staged beside the primary one. All that is staged is ours. */
export function stagedProviderOn({ get, set }: Minting): Provider {
  const revoke = (password: string): boolean => {
    if (slotOf(get())?.password !== password) return false
    set({ ...get(), mints: get().mints.filter(({ place }) => place === undefined) })
    return true
  }
  const listed = ({ password, place }: Mint): LiveCredential => ({
    id: password,
    state: place ?? 'primary',
    author: 'us',
    value: { username: 'A', password },
  })
  const open: Provider['open'] = ({ values }): Session => {
    const passwordOf = passwordsOf(values)
    return {
      ...sessionWhereAllSignIn(get, passwordOf),
      list: async () => get().mints.map(listed),
      mint: async () => {
        if (slotOf(get()) !== undefined) return { result: 'full', reason: 'the slot is taken' }
        const password = freshPassword(get(), 'p')
        set({ ...get(), mints: [...get().mints, { password, mark: 'forgotten', place: 'staged' }] })
        return { result: 'minted', id: password, value: { username: 'A', password } }
      },
      revoke: async ({ id }) => (revoke(id) ? 'revoked' : 'already'),
      promote: async ({ id }) => {
        const [primary, slot] = [primaryOf(get()), slotOf(get())]
        if (primary?.password === id) return 'already'
        if (primary === undefined || slot?.password !== id) return 'moved'
        const { password, mark } = slot
        set({
          ...get(),
          mints: [
            { password, mark },
            { ...primary, place: 'retiring' },
          ],
        })
        return 'promoted'
      },
      retire: async ({ gone, keep }) => {
        const old = passwordOf(gone)
        if (old === passwordOf(keep) || primaryOf(get())?.password === old)
          return { result: 'cannot', reason: 'it is the primary one' }
        return { result: revoke(old) ? 'retired' : 'already' }
      },
    }
  }
  return {
    ...PLAIN_PROVIDER,
    name: 'explored-staged',
    capabilities: {
      strategies: ['staged'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      retires: true,
      mint: { marked: false, readable: true, livesAtOnce: 2 },
    },
    open,
  }
}
