import * as z from 'zod'
import {
  type Applied,
  defineProvider,
  type OpenRequest,
  type Provider,
  type Session,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'

/** The kinds of target that chosen values meet, reduced to which credentials sign in. */
export const TARGET_KINDS = ['single', 'dual-self', 'dual-admin', 'pair', 'alternating'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

export interface Account {
  primary: string | undefined
  secondary: string | undefined
}

/** One action at the target, carried out when the scheduler lets it. Rejects when the invocation is told so. */
export type Gate = <T>(label: string, action: () => T) => Promise<T>

/** The state of one target: two accounts, who holds the lock, which values its policy refuses for good. */
export class Target {
  readonly kind: TargetKind
  readonly accounts: Record<string, Account>
  /** The connection that holds the lock, and the invocation it belongs to. */
  lock: { readonly connection: object; readonly owner: Gate } | undefined
  refusedForGood: ReadonlySet<string> = new Set()
  /** Failed sign-ins seen so far. */
  failedSignIns = 0

  constructor(kind: TargetKind, initial: string) {
    this.kind = kind
    this.accounts = {
      A: { primary: initial, secondary: undefined },
      B: { primary: undefined, secondary: undefined },
    }
  }

  accepts(account: string, password: string): boolean {
    const { primary, secondary } = this.account(account)
    return primary === password || secondary === password
  }

  account(name: string): Account {
    const account = this.accounts[name]
    if (account === undefined) throw new Error(`no account ${name}`)
    return account
  }

  /** Every credential that signs in, as `account:password`. */
  live(): string[] {
    return Object.entries(this.accounts).flatMap(([name, { primary, secondary }]) =>
      [primary, secondary]
        .filter((password) => password !== undefined)
        .map((password) => `${name}:${password}`),
    )
  }
}

export const SimulatedSecret = z.looseObject({ username: z.string(), password: z.string() })
export type SimulatedSecret = z.infer<typeof SimulatedSecret>

const OPTIONS: Record<TargetKind, Pick<Provider['capabilities'], 'strategies' | 'repeat'>> = {
  single: { strategies: ['single-user'], repeat: 'harmless' },
  'dual-self': { strategies: ['dual-password'], repeat: 'compare-and-swap' },
  'dual-admin': { strategies: ['dual-password'], repeat: 'once' },
  pair: { strategies: ['dual-password'], repeat: 'once' },
  alternating: { strategies: ['alternating-users'], repeat: 'harmless' },
}

const other = (account: string): string => (account === 'A' ? 'B' : 'A')

export interface SimulationRules {
  /** The lock of the target is taken. Off: the rule that changes are serialised is removed. */
  readonly locks: boolean
  /** The change is made in the connection that holds the lock. Off: it survives the loss of the lock. */
  readonly changesInLockedSession: boolean
}

/** A provider over a simulated target. The lock belongs to what `connect` answers, once for each session. */
export function simulatedProvider(
  target: Target,
  gateOf: () => Gate,
  rules: SimulationRules,
  connect: () => object = () => ({}),
) {
  return defineProvider({
    name: `simulated-${target.kind}`,
    serves: { engines: ['simulated'] },
    schema: SimulatedSecret,
    capabilities: { ...OPTIONS[target.kind], lock: 'session', failedProbe: 'counts' },
    identity: ({ username, password }) => ({
      account: username,
      endpoint: 'simulated',
      credential: password,
    }),
    ...(target.kind === 'alternating' ? { alternateOf: other } : {}),
    withCredential: ({ into, from }) => ({ ...into, username: from['username'], password: from['password'] }),
    propose: ({ current, strategy, entropy }) => ({
      ...current,
      username: strategy === 'alternating-users' ? other(String(current['username'])) : current['username'],
      password: entropy.password(),
    }),
    open: (request) => new SimulatedSession(target, gateOf(), request, rules, connect()),
  })
}

class SimulatedSession implements Session {
  readonly #target: Target
  readonly #gate: Gate
  readonly #values: OpenRequest<SimulatedSecret>['values']
  readonly #rules: SimulationRules
  /** The connection that holds, or held, the lock. */
  readonly #connection: object

  constructor(
    target: Target,
    gate: Gate,
    { values }: OpenRequest<SimulatedSecret>,
    rules: SimulationRules,
    connection: object,
  ) {
    this.#target = target
    this.#gate = gate
    this.#values = values
    this.#rules = rules
    this.#connection = connection
  }

  check() {
    return Promise.resolve({ possible: true, missing: [] })
  }

  probe({ who }: { who: Who }): Promise<Verdict> {
    const { username, password } = this.#value(who)
    return this.#gate(`probe ${who} ${username}:${password}`, () => {
      if (this.#target.accepts(username, password)) return { verdict: 'accepted', as: username }
      this.#target.failedSignIns += 1
      return { verdict: 'rejected' }
    })
  }

  async exclusive<T>({ work }: { work: () => Promise<T> }): Promise<T> {
    if (!this.#rules.locks) return await work()
    const target = this.#target
    let isHeld = false
    while (!isHeld)
      isHeld = await this.#gate('lock', () => {
        if (target.lock !== undefined) return false
        target.lock = { connection: this.#connection, owner: this.#gate }
        return true
      })
    try {
      return await work()
    } finally {
      this.#unlock()
    }
  }

  apply({ from, to }: { from: Who; to: Who }): Promise<Applied> {
    const target = this.#target
    const { username, password } = this.#value(to)
    const old = this.#value(from)
    const account = target.account(username)
    const change = (label: string, action: () => Applied): Promise<Applied> =>
      this.#gate(`${label} ${username}:${password}`, () => {
        if (
          this.#rules.locks &&
          this.#rules.changesInLockedSession &&
          target.lock?.connection !== this.#connection
        )
          throw new Error('the connection was lost')
        if (target.refusedForGood.has(password)) return { result: 'refused', reason: 'policy' }
        return action()
      })
    switch (target.kind) {
      case 'single':
      case 'alternating':
        return change('set', () => {
          account.primary = password
          return { result: 'applied' }
        })
      case 'dual-self':
        return change('replace and retain', () => {
          if (account.primary !== old.password) return { result: 'superseded' }
          account.secondary = account.primary
          account.primary = password
          return { result: 'applied' }
        })
      case 'pair':
        return change('set pair', () => {
          account.primary = password
          account.secondary = old.password
          return { result: 'applied' }
        })
      case 'dual-admin':
        return change('re-assert current, before', () => {
          account.primary = old.password
          return { result: 'applied' }
        }).then((first) =>
          first.result === 'applied'
            ? change('retain', () => {
                account.secondary = account.primary
                account.primary = password
                return { result: 'applied' }
              })
            : first,
        )
    }
  }

  close(): Promise<void> {
    this.#unlock()
    return Promise.resolve()
  }

  #unlock(): void {
    if (this.#target.lock?.connection === this.#connection) this.#target.lock = undefined
  }

  #value(who: Who): SimulatedSecret {
    const value = this.#values[who]
    if (value === undefined) throw new Error(`${who} was not read`)
    return value.reveal()
  }
}
