import * as z from 'zod'
import {
  defineProvider,
  type LiveCredential,
  type Mark,
  type MintCapabilities,
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

const MintedSecret = z.looseObject({
  username: z.string(),
  password: z.string(),
  secretId: z.string().optional(),
})

interface Issued {
  readonly password: string
  /** The name that the target shows; ours is in it. */
  readonly name: string
  readonly createdAt: number
}

/** A target that issues client secrets: what lives there, and what goes wrong the next time. */
export class MintTarget {
  readonly live = new Map<string, Issued>()
  readonly calls: string[] = []
  readonly now: () => number
  capabilities: MintCapabilities = { marked: true, readable: false, livesAtOnce: 2 }
  /** Sign-ins with a new credential that are refused before it is taken. */
  refusesFirst = 0
  losesReplies = 0
  /** What is issued carries the mark that it is given. */
  marks = true
  /** What is issued instead of a password of its own. */
  issues: string | undefined
  expiresAt: number | undefined
  #made = 0

  constructor(now: () => number) {
    this.now = now
    this.live.set('by-hand', { password: 'p0', name: '', createdAt: 0 })
  }

  issue(name: string): { readonly id: string; readonly password: string } {
    this.#made += 1
    const id = `secret-${this.#made}`
    const password = this.issues ?? `issued-password-${this.#made}`
    this.live.set(id, { password, name, createdAt: this.now() })
    return { id, password }
  }

  /** As if it had been issued long ago. */
  makeOld(id: string): void {
    const issued = this.live.get(id)
    if (issued !== undefined) this.live.set(id, { ...issued, createdAt: 0 })
  }

  accepts(password: string): boolean {
    return [...this.live.values()].some((one) => one.password === password)
  }
}

export function mintProvider(target: MintTarget): Provider {
  return defineProvider({
    name: 'simulated-mints',
    serves: { engines: ['simulated'] },
    schema: MintedSecret,
    capabilities: {
      strategies: ['overlapping'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      retires: true,
      mint: target.capabilities,
    },
    identity: ({ username, password, secretId }) => ({
      account: username,
      endpoint: 'simulated',
      credential: password,
      ...(secretId === undefined ? {} : { id: secretId }),
    }),
    withCredential: ({ into, from }) => ({
      ...into,
      password: from['password'],
      secretId: from['secretId'],
    }),
    propose: proposesNothing,
    open: ({ values }) => openMints(target, (who) => values[who]?.reveal()),
  }) as Provider
}

type ValueOf = (who: Who) => z.infer<typeof MintedSecret> | undefined

function openMints(target: MintTarget, secretOf: ValueOf): Session {
  const passwordOf = (who: Who): string => secretOf(who)?.password ?? ''
  const stored = (id: string, password: string): StoredSecret => ({
    ...secretOf('current'),
    password,
    secretId: id,
  })
  const listed = ([id, { password, name, createdAt }]: [string, Issued]): LiveCredential => {
    const mark: Mark | undefined = markOf(name)
    return {
      id,
      createdAt,
      ...(mark === undefined ? {} : { mark }),
      ...(target.capabilities.readable ? { value: stored(id, password) } : {}),
    }
  }
  return {
    ...ONLY_MINTS,
    check: async () => ({ possible: true, missing: [] }),
    probe: async ({ who }): Promise<Verdict> => {
      target.calls.push(`probe ${who}`)
      if (who === 'pending' && target.refusesFirst > 0) {
        target.refusesFirst -= 1
        return { verdict: 'rejected' }
      }
      return target.accepts(passwordOf(who)) ? { verdict: 'accepted', as: 'A' } : { verdict: 'rejected' }
    },
    list: async ({ as }) => {
      target.calls.push('list')
      if (!target.accepts(passwordOf(as)))
        throw new QuarterturnError('CURRENT_REFUSED', {
          problem: 'the target refuses whoever asks',
          fields: { credential: as },
        })
      return [...target.live].map(listed)
    },
    mint: async ({ mark }) => {
      target.calls.push('mint')
      if (target.live.size >= target.capabilities.livesAtOnce)
        return { result: 'full', reason: 'two secrets live already' }
      const { id, password } = target.issue(target.marks ? markText(mark) : '')
      if (target.losesReplies > 0) {
        target.losesReplies -= 1
        throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the reply was lost' })
      }
      return {
        result: 'minted',
        id,
        value: stored(id, password),
        ...(target.expiresAt === undefined ? {} : { expiresAt: target.expiresAt }),
      }
    },
    revoke: async ({ id }) => {
      target.calls.push(`revoke ${id}`)
      return target.live.delete(id) ? 'revoked' : 'already'
    },
    retire: async ({ gone, keep }) => {
      target.calls.push(`retire ${gone}`)
      if (passwordOf(gone) === passwordOf(keep)) return { result: 'cannot', reason: 'it is to be kept' }
      const found = [...target.live].find(([, { password }]) => password === passwordOf(gone))
      return { result: found !== undefined && target.live.delete(found[0]) ? 'retired' : 'already' }
    },
    close: async () => undefined,
  }
}
