import * as z from 'zod'
import {
  type AdminUse,
  defineProvider,
  type LiveCredential,
  type MintCapabilities,
  type Minted,
  type MintedStrategy,
  markOf,
  markText,
  ONLY_MINTS,
  type Provider,
  proposesNothing,
  QuarterturnError,
  type Session,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'

const ReplacedSecret = z.looseObject({
  username: z.string(),
  password: z.string(),
  masterarn: z.string().optional(),
})
type ReplacedSecret = z.infer<typeof ReplacedSecret>

interface Primary {
  readonly password: string
  readonly name: string
}

/** A target with one client secret, which a mint replaces: the old one dies, or goes on for a while. */
export class ReplacingTarget {
  readonly strategy: MintedStrategy
  readonly now: () => number
  readonly calls: string[] = []
  primary: Primary = { password: 'p0', name: '' }
  /** When those that were replaced end, by their passwords. */
  readonly retiring = new Map<string, number>()
  capabilities: MintCapabilities
  /** The admin has the new one issued where the secret names one. */
  hasAdmin = false
  /** The credential of the secret may be read with that of AWSCURRENT also when it is dead. */
  readsWithOld = false
  losesReplies = 0
  /** What is said of when the new one ends, in milliseconds since the epoch. */
  expiresAt: number | undefined
  answers: 'minted' | 'unchanged' | 'declined' = 'minted'
  #made = 0

  constructor(strategy: MintedStrategy, now: () => number, mint: Partial<MintCapabilities> = {}) {
    this.strategy = strategy
    this.now = now
    this.capabilities = { marked: false, readable: false, livesAtOnce: 1, ...mint }
  }

  issue(name: string): string {
    this.#made += 1
    if (this.capabilities.graceMs !== undefined)
      this.retiring.set(this.primary.password, this.now() + this.capabilities.graceMs)
    this.primary = { password: `issued-password-${this.#made}`, name }
    return this.primary.password
  }

  accepts(password: string): boolean {
    return password === this.primary.password || this.now() < (this.retiring.get(password) ?? 0)
  }

  count(call: string): number {
    return this.calls.filter((one) => one === call).length
  }
}

export function replacingProvider(target: ReplacingTarget): Provider {
  const { strategy } = target
  const admin: AdminUse<ReplacedSecret> = {
    strategies: [strategy],
    optional: [strategy],
    arn: ({ masterarn }) => masterarn,
    value: (values) => values.admin,
  }
  return defineProvider({
    name: 'simulated-replacing',
    serves: { engines: ['simulated'] },
    schema: ReplacedSecret,
    capabilities: {
      strategies: [strategy],
      repeat: 'once',
      lock: 'none',
      failedProbe: 'free',
      mint: target.capabilities,
    },
    ...(target.hasAdmin ? { admin } : {}),
    identity: ({ username, password }) => ({
      account: username,
      endpoint: 'simulated',
      credential: password,
      server: { host: 'simulated', port: 1 },
    }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: proposesNothing,
    open: ({ values }) => openReplacing(target, (who) => values[who]?.reveal()),
  }) as Provider
}

function openReplacing(target: ReplacingTarget, secretOf: (who: Who) => ReplacedSecret | undefined): Session {
  const passwordOf = (who: Who): string => secretOf(who)?.password ?? ''
  const stored = (password: string): StoredSecret => ({ ...secretOf('current'), password })
  const requireSignIn = (as: Who, mayBeOld: boolean): void => {
    const isIn =
      as === 'admin' ? passwordOf(as) === 'admin-password' : mayBeOld || target.accepts(passwordOf(as))
    if (!isIn)
      throw new QuarterturnError('CURRENT_REFUSED', {
        problem: 'the target refuses whoever asks',
        fields: { credential: as },
      })
  }
  return {
    ...ONLY_MINTS,
    check: async () => ({ possible: true, missing: [] }),
    probe: async ({ who }): Promise<Verdict> => {
      target.calls.push(`probe ${who}`)
      const isIn = who === 'admin' ? passwordOf(who) === 'admin-password' : target.accepts(passwordOf(who))
      return isIn ? { verdict: 'accepted', as: 'A' } : { verdict: 'rejected' }
    },
    list: async ({ as }) => {
      target.calls.push('list')
      requireSignIn(as, target.readsWithOld)
      const { password, name } = target.primary
      const mark = markOf(name)
      const one: LiveCredential = {
        id: password,
        ...(mark === undefined ? {} : { mark }),
        ...(target.capabilities.readable ? { value: stored(password) } : {}),
      }
      return [one]
    },
    mint: async ({ as, mark }): Promise<Minted> => {
      target.calls.push('mint')
      requireSignIn(as, false)
      if (target.answers === 'declined') return { result: 'declined', reason: 'too many today' }
      if (target.answers === 'unchanged') return { result: 'unchanged' }
      const password = target.issue(target.capabilities.marked ? markText(mark) : '')
      if (target.losesReplies > 0) {
        target.losesReplies -= 1
        throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the reply was lost' })
      }
      const { graceMs } = target.capabilities
      return {
        result: 'minted',
        value: stored(password),
        ...(target.expiresAt === undefined ? {} : { expiresAt: target.expiresAt }),
        ...(graceMs === undefined ? {} : { oldExpiresAt: target.now() + graceMs }),
      }
    },
    close: async () => undefined,
  }
}
