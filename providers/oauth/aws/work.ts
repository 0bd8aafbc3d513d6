import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { HttpClient } from '../../../shared/http/index.ts'
import {
  type Applied,
  type Check,
  isQuarterturnError,
  QuarterturnError,
  type Retired,
  type Verdict,
  type Who,
} from '../../../shared/provider/index.ts'
import { type AwsSecret, PLACE } from '../schema.ts'
import type { Work } from '../session.ts'
import { consumersWish, requestToken, verdictOf } from '../token.ts'
import { AwsApi, type AwsApiOptions } from './api.ts'
import { AwsClientSecrets } from './client-secrets.ts'
import { mayHold, type Slot, slotOf } from './slots.ts'

export type { AwsOrigin } from './api.ts'

export interface AwsWorkOptions extends AwsApiOptions {
  readonly http: HttpClient
  /** Undefined where the version was not read, or there is none. */
  readonly secretOf: (who: Who) => AwsSecret | undefined
  readonly signal: AbortSignal
  readonly timeLeftMs: () => number
  readonly now: () => number
}

/** Pauses between sign-ins with a secret that was just added, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000]
/** What is left for the rest of the step when the waiting ends, in milliseconds. */
const REST_MS = 5_000

const TAKEN =
  'both places for client secrets are taken, and one of them is not known to be that of AWSPREVIOUS'

/** Two places for secrets that we choose: the new one comes beside the current one, and that of AWSPREVIOUS goes for it. */
export function workOnAws(options: AwsWorkOptions): Work {
  const work = new AwsWork(options)
  return {
    check: () => work.check(),
    probe: ({ who }) => work.probe(who),
    apply: (request) => work.apply(request),
    retire: (request) => work.retire(request),
  }
}

class AwsWork {
  readonly #options: AwsWorkOptions
  readonly #secrets: AwsClientSecrets

  constructor(options: AwsWorkOptions) {
    this.#options = options
    this.#secrets = new AwsClientSecrets(new AwsApi(options), () => this.#client())
  }

  /** The versions of a secret name one client; the engine has compared them. */
  #client(): AwsSecret {
    const { secretOf } = this.#options
    const client = secretOf('current') ?? secretOf('pending') ?? secretOf('gone')
    if (client === undefined) throw new Error('no value was read')
    return client
  }

  #secretOf(who: Who): AwsSecret {
    const secret = this.#options.secretOf(who)
    if (secret === undefined) throw new Error(`the ${who} value was not read`)
    return secret
  }

  async probe(who: Who): Promise<Verdict> {
    const secret = this.#secretOf(who)
    return verdictOf(await requestToken(this.#options.http, secret, consumersWish(secret)), secret)
  }

  async check(): Promise<Check> {
    try {
      const slots = await this.#secrets.list()
      if (slots.length < 2 || this.#mayBeAdded(slots)) return { possible: true, missing: [] }
      const needsPrevious = this.#options.secretOf('previous') === undefined
      if (!needsPrevious && (await this.#toRemove('current', slots)) !== undefined)
        return { possible: true, missing: [] }
      return {
        possible: false,
        code: 'ACCOUNT_REFUSED',
        missing: [{ privilege: TAKEN, remedy: this.#remedy(slots) }],
        needsPrevious,
      }
    } catch (error) {
      if (!isQuarterturnError(error) || error.code !== 'PRIVILEGE_MISSING') throw error
      return { possible: false, missing: [{ privilege: error.problem, remedy: error.remedy }] }
    }
  }

  /** Somebody may have added the pending value before. */
  #mayBeAdded(slots: readonly Slot[]): boolean {
    const [pending, current] = [this.#options.secretOf('pending'), this.#options.secretOf('current')]
    if (pending === undefined || pending.clientSecret === current?.clientSecret) return false
    return slots.some((slot) => mayHold(slot, pending.clientSecret))
  }

  #remedy(slots: readonly Slot[]): string {
    const { aws, remove } = this.#client()[PLACE].profile
    return `see which of ${slots.map(({ id }) => id).join(' and ')} nobody uses, and delete it with ${aws.service}:${remove.operation}`
  }

  async apply({ from, to }: { readonly from: Who; readonly to: Who }): Promise<Applied> {
    const { clientSecret: value } = this.#secretOf(to)
    const slots = await this.#secrets.list()
    if (await this.#isThere(to, value, slots)) return { result: 'applied' }
    if (slots.length >= 2) {
      const gone = await this.#toRemove(from, slots)
      if (gone === undefined)
        throw new QuarterturnError('ACCOUNT_REFUSED', { problem: TAKEN, remedy: this.#remedy(slots) })
      await this.#secrets.remove(gone.id)
    }
    const added = await this.#secrets.add(value)
    if (added === 'refused')
      return { result: 'refused', reason: 'AWS does not take the client secret that was chosen' }
    if (added === 'full')
      throw new QuarterturnError('TARGET_BUSY', {
        problem: 'somebody else added a client secret at the same time',
      })
    await this.#settles(to, this.#options.now())
    return { result: 'applied' }
  }

  /**
   * Whether the value was added before. One that was is not known everywhere at once, and until then nothing tells it from the
   * secret of somebody else, so nothing is added or removed.
   */
  async #isThere(who: Who, value: string, slots: readonly Slot[]): Promise<boolean> {
    const added = slots.filter((slot) => mayHold(slot, value))
    // The only one is that of the secret which was just proven.
    if (slots.length < 2 || added.length === 0) return false
    return await this.#settles(who, Math.max(...added.map(({ createdAt }) => createdAt ?? 0)))
  }

  /** Tries the secret until it is taken. False when it is not, although its time is over; rejects within it. */
  async #settles(who: Who, addedAt: number): Promise<boolean> {
    const { now, signal, timeLeftMs } = this.#options
    const { settlesWithinMs } = this.#client()[PLACE].profile
    for (let attempt = 0; ; attempt += 1) {
      const isSettling = now() - addedAt < settlesWithinMs
      if (await this.#isAccepted(who)) return true
      if (!isSettling) return false
      const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0
      if (timeLeftMs() < pause + REST_MS)
        throw new QuarterturnError('MINT_NOT_SETTLED', {
          problem: 'the client secret that was added is not taken yet',
        })
      await sleep(pause, undefined, { signal })
    }
  }

  async #isAccepted(who: Who): Promise<boolean> {
    const answer = await this.probe(who)
    if (answer.verdict === 'accepted' || answer.verdict === 'rejected') return answer.verdict === 'accepted'
    throw new QuarterturnError(answer.code ?? 'TARGET_UNREACHABLE', { problem: answer.reason })
  }

  /** The place of AWSPREVIOUS, which is known where it and `keep`, which was just proven, are the two that live. */
  async #toRemove(keep: Who, slots: readonly Slot[]): Promise<Slot | undefined> {
    const [previous, kept] = [this.#options.secretOf('previous'), this.#secretOf(keep)]
    if (previous === undefined || !isOfOneClient(previous, kept)) return undefined
    const slot = slotOf(previous.clientSecret, kept.clientSecret, slots)
    return slot !== undefined && (await this.#isAccepted('previous')) ? slot : undefined
  }

  async retire({ gone, keep }: { readonly gone: Who; readonly keep: Who }): Promise<Retired> {
    const [old, kept] = [this.#secretOf(gone).clientSecret, this.#secretOf(keep).clientSecret]
    if (old === kept) return { result: 'cannot', reason: 'it is the one to be kept' }
    const slots = await this.#secrets.list()
    if (slots.length < 2 || !(await this.#isAccepted(gone))) return { result: 'already' }
    const slot = slotOf(old, kept, slots)
    if (slot === undefined)
      return { result: 'cannot', reason: `nothing tells which of the two it is: ${this.#remedy(slots)}` }
    return { result: (await this.#secrets.remove(slot.id)) === 'removed' ? 'retired' : 'already' }
  }
}

/** The engine has compared the others with AWSCURRENT; AWSPREVIOUS may be of another client. */
const isOfOneClient = (a: AwsSecret, b: AwsSecret): boolean =>
  a.clientId === b.clientId && isDeepStrictEqual(a[PLACE].fields, b[PLACE].fields)
