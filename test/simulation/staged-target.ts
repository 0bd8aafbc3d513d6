import * as z from 'zod'
import {
  defineProvider,
  type LiveCredential,
  type LiveState,
  ONLY_MINTS,
  type Provider,
  proposesNothing,
  QuarterturnError,
  type Session,
  type StoredSecret,
  type Who,
} from '../../shared/provider/index.ts'

const StagedSecret = z.looseObject({
  username: z.string(),
  password: z.string(),
  secretId: z.string().optional(),
})

interface Credential {
  readonly id: string
  readonly password: string
}

interface Beside extends Credential {
  readonly state: Exclude<LiveState, 'primary'>
  readonly author?: 'us' | 'other'
}

/** A target with one place beside the primary credential: what is where, and what goes wrong the next time. */
export class StagedTarget {
  primary: Credential = { id: 'by-hand', password: 'p0' }
  slot: Beside | undefined
  readonly calls: string[] = []
  /** The reply to the next of these is lost after it was carried out. */
  loses: 'mint' | 'promote' | 'revoke' | undefined
  /** What is issued instead of a password of its own. */
  issues: string | undefined
  /** Whether a former primary credential can be promoted again. */
  promotesAgain = true
  #made = 0

  stage(author: 'us' | 'other' | undefined): Beside {
    this.#made += 1
    const password = this.issues ?? `issued-password-${this.#made}`
    this.slot = {
      id: `secret-${this.#made}`,
      password,
      state: 'staged',
      ...(author === undefined ? {} : { author }),
    }
    return this.slot
  }

  /** What an operator does at the target. */
  promote(): void {
    if (this.slot === undefined) throw new Error('nothing is staged')
    const { id, password } = this.slot
    this.slot = { ...this.primary, state: 'retiring', author: 'us' }
    this.primary = { id, password }
  }

  accepts(password: string): boolean {
    return (
      this.primary.password === password || (this.slot?.password === password && this.slot.state !== 'dead')
    )
  }

  /** Ids of what lives, the primary one first. */
  ids(): readonly string[] {
    return [this.primary.id, ...(this.slot === undefined ? [] : [this.slot.id])]
  }
}

export const stagedProvider = (target: StagedTarget): Provider =>
  defineProvider({
    name: 'simulated-staged',
    serves: { engines: ['simulated'] },
    schema: StagedSecret,
    capabilities: {
      strategies: ['staged'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      retires: true,
      mint: { marked: false, readable: true, livesAtOnce: 2 },
    },
    identity: ({ username, password, secretId }) => ({
      account: username,
      endpoint: 'simulated',
      credential: password,
      id: secretId ?? 'by-hand',
    }),
    withCredential: ({ into, from }) => ({
      ...into,
      password: from['password'],
      secretId: from['secretId'],
    }),
    propose: proposesNothing,
    open: ({ values }) => openStaged(target, (who) => values[who]?.reveal()),
  }) as Provider

function openStaged(
  target: StagedTarget,
  secretOf: (who: Who) => z.infer<typeof StagedSecret> | undefined,
): Session {
  const stored = ({ id, password }: Credential): StoredSecret => ({
    ...secretOf('current'),
    password,
    secretId: id,
  })
  const lost = (what: StagedTarget['loses']): void => {
    if (target.loses !== what) return
    target.loses = undefined
    throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the reply was lost' })
  }
  const revoke = (id: string): boolean => {
    if (target.slot?.id !== id) return false
    target.slot = undefined
    return true
  }
  return {
    ...ONLY_MINTS,
    check: async () => ({ possible: true, missing: [] }),
    probe: async ({ who }) =>
      target.accepts(secretOf(who)?.password ?? '')
        ? { verdict: 'accepted', as: 'A' }
        : { verdict: 'rejected' },
    list: async (): Promise<readonly LiveCredential[]> => {
      target.calls.push('list')
      const { primary, slot } = target
      return [
        { id: primary.id, state: 'primary', value: stored(primary) },
        ...(slot === undefined ? [] : [{ ...withoutPassword(slot), value: stored(slot) }]),
      ]
    },
    mint: async () => {
      target.calls.push('mint')
      if (target.slot !== undefined) return { result: 'full', reason: 'the slot is taken' }
      const staged = target.stage('us')
      lost('mint')
      return { result: 'minted', id: staged.id, value: stored(staged) }
    },
    revoke: async ({ id }) => {
      target.calls.push(`revoke ${id}`)
      const revoked = revoke(id)
      lost('revoke')
      return revoked ? 'revoked' : 'already'
    },
    promote: async ({ id }) => {
      target.calls.push(`promote ${id}`)
      const { primary, slot } = target
      if (primary.id === id) return 'already'
      if (slot?.id !== id || (slot.state === 'retiring' && !target.promotesAgain)) return 'moved'
      target.promote()
      lost('promote')
      return 'promoted'
    },
    retire: async ({ gone, keep }) => {
      const old = secretOf(gone)
      if (old?.password === secretOf(keep)?.password || old?.password === target.primary.password)
        return { result: 'cannot', reason: 'it is the primary one' }
      return { result: revoke(old?.secretId ?? 'by-hand') ? 'retired' : 'already' }
    },
    close: async () => undefined,
  }
}

function withoutPassword({ id, state, author }: Beside): LiveCredential {
  return { id, state, ...(author === undefined ? {} : { author }) }
}
