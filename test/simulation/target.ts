import * as z from 'zod'
import {
  type AdminUse,
  type Applied,
  defineProvider,
  type OpenRequest,
  type Provider,
  type Retired,
  type Session,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'

/** The kinds of target that chosen values meet, reduced to which credentials sign in. */
export const TARGET_KINDS = [
  'single',
  'single-admin',
  'dual-self',
  'dual-admin',
  'pair',
  'alternating',
] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

/** The old password is gone with the change. */
export const changesInPlace = (kind: string): boolean => kind === 'single' || kind === 'single-admin'

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
  /** What the admin signs in with. */
  adminPassword = 'admin-password'
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
    if (account === ADMIN) return password === this.adminPassword
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

/** Where the admin secret is, unless a secret says so itself. */
export const ADMIN_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-AbCdEf'
const ADMIN = 'admin'

export const SimulatedSecret = z.looseObject({
  username: z.string(),
  password: z.string(),
  masterarn: z.string().default(ADMIN_ARN),
  host: z.string().default('simulated'),
})
export type SimulatedSecret = z.infer<typeof SimulatedSecret>

const OPTIONS: Record<TargetKind, Pick<Provider['capabilities'], 'strategies' | 'repeat'>> = {
  single: { strategies: ['single-user'], repeat: 'harmless' },
  // The admin sees what the target keeps, so it is read before anything is proven.
  'single-admin': { strategies: ['single-user'], repeat: 'harmless' },
  'dual-self': { strategies: ['dual-password'], repeat: 'compare-and-swap' },
  'dual-admin': { strategies: ['dual-password'], repeat: 'once' },
  pair: { strategies: ['dual-password'], repeat: 'once' },
  alternating: { strategies: ['alternating-users'], repeat: 'harmless' },
}

const other = (account: string): string => (account === 'A' ? 'B' : 'A')

/** Whose credential may be used is part of the simulation. */
const BY_ADMIN: { readonly [K in TargetKind]?: Pick<AdminUse<SimulatedSecret>, 'strategies' | 'looks'> } = {
  'single-admin': { strategies: ['single-user'], looks: ['single-user'] },
  alternating: { strategies: ['alternating-users'] },
}
const NOT_BY_ITSELF = 'this target is changed by the admin'

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
  const byAdmin = BY_ADMIN[target.kind]
  return defineProvider({
    name: `simulated-${target.kind}`,
    serves: { engines: ['simulated'] },
    schema: SimulatedSecret,
    capabilities: {
      ...OPTIONS[target.kind],
      lock: 'session',
      failedProbe: 'counts',
      retires: target.kind === 'alternating',
    },
    identity: ({ username, password, host }) => ({
      account: username,
      endpoint: host,
      credential: password,
      server: { host, port: 1 },
    }),
    ...(target.kind === 'alternating' ? { alternateOf: other } : {}),
    ...(byAdmin === undefined
      ? {}
      : {
          admin: {
            ...byAdmin,
            arn: ({ masterarn }: SimulatedSecret) => masterarn || undefined,
            value: ({ admin }: { admin: StoredSecret }) => admin,
          } satisfies AdminUse<SimulatedSecret>,
        }),
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
      const isSeen = this.#target.kind === 'single-admin' && this.#values.admin !== undefined
      if (!isSeen) this.#target.failedSignIns += 1
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

  apply({ from, to, as }: { from: Who; to: Who; as: Who }): Promise<Applied> {
    const target = this.#target
    if (BY_ADMIN[target.kind] !== undefined && as !== 'admin') throw new Error(NOT_BY_ITSELF)
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
      case 'single-admin':
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

  /** The account signs in no more, whatever its password; the next change brings it back. */
  retire({ gone, keep, as }: { gone: Who; keep: Who; as: Who }): Promise<Retired> {
    const target = this.#target
    if (as !== 'admin') throw new Error(NOT_BY_ITSELF)
    const { username } = this.#value(gone)
    return this.#gate(`retire ${username}`, () => {
      if (this.#rules.locks && target.lock?.connection !== this.#connection)
        throw new Error('the connection was lost')
      if (this.#value(keep).username === username) return { result: 'cannot', reason: 'it is to be kept' }
      const account = target.account(username)
      if (account.primary === undefined) return { result: 'already' }
      account.primary = undefined
      return { result: 'retired' }
    })
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
