import type { Applied, Provider, Verdict, Who } from '../../shared/provider/index.ts'
import { type Gate, SimulatedSecret, type Target } from '../simulation/target.ts'
import type { Machine } from './engine.ts'
import type { Sleeper, State } from './state.ts'

/**
 * A target where nobody can sign in, and which carries a change out by itself, as RDS does for an admin user. Account A has the
 * password in force and the one that the target has taken; the first password of B stands for the note at the target of
 * which value was set last, made after the target has taken it, and the second one is the same until AWSCURRENT is written by
 * hand.
 */
export interface Unproven {
  readonly target: Target
  readonly gate: Gate
  readonly machine: Machine
  readonly sleeper: Sleeper
  /** The target has finished a change before anybody looks. */
  readonly isQuick: boolean
}

const UNDER_WAY = {
  verdict: 'unknown',
  reason: 'a change is under way',
  code: 'CHANGE_IN_PROGRESS',
} as const satisfies Verdict

export function unprovenProviderOn({ target, gate, machine, sleeper, isQuick }: Unproven): Provider {
  const [account, note] = [target.account('A'), target.account('B')]
  const takes = (password: string): Applied => {
    account.secondary = password
    return { result: 'applied' }
  }
  const notes = (password: string): Applied => {
    note.primary = password
    note.secondary = password
    return { result: 'applied' }
  }
  return {
    name: 'simulated-unproven',
    serves: { engines: ['simulated'] },
    schema: SimulatedSecret,
    capabilities: {
      strategies: ['single-user'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      probe: 'none',
    },
    identity: (secret) => {
      const { username, password, host } = SimulatedSecret.parse(secret)
      return { account: username, endpoint: host, credential: password, server: { host, port: 1 } }
    },
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),
    open: ({ values }) => {
      const passwordOf = (who: Who): string => SimulatedSecret.parse(values[who]?.reveal()).password
      const isSetLast = (who: Who): boolean => {
        const isNoted = note.primary === passwordOf(who)
        const isOvertaken = note.secondary === undefined && note.primary !== passwordOf('current')
        return who === 'current' ? isNoted || isOvertaken : isNoted && !isOvertaken
      }
      return {
        check: async () => ({ possible: true, missing: [] }),
        probe: async ({ who }): Promise<Verdict> => {
          if (account.secondary !== undefined) return UNDER_WAY
          return isSetLast(who)
            ? { verdict: 'unprovable', reason: 'it was the last to be set' }
            : { verdict: 'rejected' }
        },
        exclusive: async ({ work }) => await work(),
        apply: async ({ to }): Promise<Applied> => {
          const password = passwordOf(to)
          if (!sleeper.holdsLock && machine.rules.locks) throw new Error('too late')
          if (account.secondary !== undefined && !sleeper.isHalfway) return { result: 'in-progress' }
          const [first, second] = machine.notesFirst === true ? [notes, takes] : [takes, notes]
          await gate('first', () => first(password))
          await gate('second', () => second(password))
          if (account.secondary === undefined) return { result: 'applied' }
          if (!isQuick) return { result: 'in-progress' }
          account.primary = password
          account.secondary = undefined
          return { result: 'applied' }
        },
        close: async () => undefined,
      }
    },
  }
}

/** The target finishes what it has taken, whoever looks; undefined where it has nothing to finish. */
export function changeFinished(state: State): State | undefined {
  const [, taken] = state.accounts.A
  if (state.kind !== 'unproven' || taken === '') return undefined
  return { ...state, accounts: { ...state.accounts, A: [taken, ''] } }
}
