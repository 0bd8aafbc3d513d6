import type { Provider, Retired, Who } from '../../shared/provider/index.ts'
import { changesInPlace, type Gate, simulatedProvider, Target } from '../simulation/target.ts'
import type { Machine } from './engine.ts'
import { isMintKind, type Sleeper, type State } from './state.ts'

const OWN_CONNECTION = {}
const OTHER_CONNECTION = {}
const atOnce: Gate = async (_label, action) => action()

/** The target as it is, for one action of one invocation. */
export function targetOf(state: State, { holdsLock }: Sleeper): Target {
  // One that issues credentials has no accounts: `mint-target.ts`.
  const { kind } = state
  const target = new Target(isMintKind(kind) || kind === 'unproven' ? 'single' : kind, '')
  for (const name of ['A', 'B'] as const) {
    const [primary, secondary] = state.accounts[name]
    target.accounts[name] = { primary: primary || undefined, secondary: secondary || undefined }
  }
  const passwords = [...state.values, ...Object.values(state.accounts).flat()].flatMap((one) =>
    typeof one === 'string' ? [one] : one === undefined ? [] : [one.password],
  )
  target.refusedForGood = new Set(passwords.filter((one) => one.startsWith('x')))
  target.lock = { connection: holdsLock ? OWN_CONNECTION : OTHER_CONNECTION, owner: atOnce }
  return target
}

/** The state that it leaves. */
export function withTarget(state: State, target: Target): State {
  const pair = (name: 'A' | 'B'): readonly [string, string] => {
    const { primary, secondary } = target.account(name)
    return [primary ?? '', secondary ?? '']
  }
  return { ...state, accounts: { A: pair('A'), B: pair('B') } }
}

interface Entitlement {
  readonly get: () => State['entitled']
  readonly set: (entitled: State['entitled']) => void
}

interface Login {
  readonly username: string
  readonly password: string
}

/**
 * The provider of the simulation, and what it leaves out: the second account of a pair also needs what the first may
 * do, and a second password of one account can be discarded.
 */
export function providerOn(target: Target, gate: Gate, machine: Machine, entitlement: Entitlement): Provider {
  const { rules, change } = machine
  const provider = simulatedProvider(
    target,
    () => gate,
    rules,
    () => OWN_CONNECTION,
  )
  const requireSession = (): void => {
    if (rules.locks && target.lock?.connection !== OWN_CONNECTION) throw new Error('the connection was lost')
  }
  const open: typeof provider.open = (request) => {
    const session = provider.open(request)
    const value = (who: Who): Login => request.values[who]?.reveal() ?? { username: '', password: '' }
    if (change !== undefined)
      session.apply = async ({ from, to }) => {
        requireSession()
        change(target.account(value(to).username), value(to).password, value(from).password)
        return { result: 'applied' }
      }
    if (target.kind !== 'alternating') {
      const retire = async ({ gone, keep }: { gone: Who; keep: Who }): Promise<Retired> => {
        requireSession()
        return discard(target, machine.retire, value(gone), value(keep))
      }
      return Object.assign(session, { retire })
    }
    const pending = (): 'A' | 'B' => (value('pending').username === 'B' ? 'B' : 'A')
    return Object.assign(session, {
      compare: async () =>
        entitlement.get()[pending()] ? { equal: true } : { equal: false, differences: ['a grant'] },
      repair: async () => entitlement.set({ ...entitlement.get(), [pending()]: true }),
    })
  }
  const retires = !changesInPlace(target.kind)
  return { ...provider, capabilities: { ...provider.capabilities, retires }, open } as Provider
}

/**
 * The secondary password goes, whichever it is: the statement names none. So current is set again in the same session,
 * by MySQL's own rights only where it is the primary.
 */
function discard(target: Target, otherwise: Machine['retire'], gone: Login, current: Login): Retired {
  const account = target.account(current.username)
  if (otherwise !== undefined) {
    otherwise(account, gone.password, current.password)
    return { result: 'retired' }
  }
  if (target.kind === 'dual-self' && account.primary !== current.password)
    return { result: 'cannot', reason: 'the primary password is not that of AWSCURRENT' }
  if (account.secondary === undefined) return { result: 'already' }
  account.primary = current.password
  account.secondary = undefined
  return { result: 'retired' }
}
