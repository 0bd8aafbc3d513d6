import { ownerOf, pairOf } from '../../shared/database/pair.ts'
import { signInError } from '../../shared/database/refusal.ts'
import { nameOf, type Place, writerOf } from '../../shared/database/writer.ts'
import { type Budget, budget } from '../../shared/network/budget.ts'
import type { Trust } from '../../shared/network/tls.ts'
import {
  type Applied,
  type Check,
  type Comparison,
  type OpenRequest,
  QuarterturnError,
  type Retired,
  type Session,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import { askOver } from './alternating/ask.ts'
import { checkPair } from './alternating/check.ts'
import { comparePair } from './alternating/compare.ts'
import { preparePair, repairPair } from './alternating/prepare.ts'
import { retireUser } from './alternating/retire.ts'
import { grantConnect } from './alternating/setup.ts'
import type { Asked } from './challenge.ts'
import { type ChangeOptions, changePassword } from './change.ts'
import { checkTarget, refusePooler, refuseReadOnly } from './check.ts'
import { PostgresFailure } from './failure.ts'
import type { Attempt, Link } from './link.ts'
import { freeLock, takeLock } from './lock.ts'
import type { PostgresSecret } from './schema.ts'
import { isOfOneServer, Seats } from './seats.ts'
import { inTransaction } from './transaction.ts'
import { NOT_ASKED, verdictOfProbe, verdictOfSession, WHO_AND_WHERE } from './verdict.ts'

export interface SessionOptions extends ChangeOptions {
  readonly trust: Trust
  readonly connectTimeoutMs: number
  /** Whether objects of a clone are given to the owner. */
  readonly reassignOwned: boolean
}

type At = 'writer' | 'consumer'

export class PostgresSession implements Session {
  readonly #request: OpenRequest<PostgresSecret>
  readonly #options: SessionOptions
  readonly #seats: Seats
  #locked: { readonly link: Link; readonly account: string } | undefined
  /** How the server asked for the password of a user when it signed in last. */
  readonly #asked = new Map<string, Asked>()
  /** The user that a stored value of its own was seen to sign in as. */
  #proven: string | undefined
  /** Where the current credential was last seen to be in force. */
  #provenAt: string | undefined
  /** As whom sessions of a user acted, by user and place; until something is changed. */
  readonly #acting = new Map<string, string>()

  constructor(request: OpenRequest<PostgresSecret>, options: SessionOptions) {
    this.#request = request
    this.#options = options
    this.#seats = new Seats(request, options)
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    return this.#signedIn(as, async (link) => {
      const { clientMs } = this.#budget()
      if (as !== 'admin') return checkTarget(link, this.#secret(as).username, this.#request.mark, clientMs)
      await refusePooler(link, clientMs)
      await refuseReadOnly(link, clientMs)
      await this.#proveCurrentThere()
      return checkPair(link, askOver(link, clientMs), this.#pairToChange(), clientMs)
    })
  }

  async probe({ who, at }: { readonly who: Who; readonly at: At }): Promise<Verdict> {
    const secret = this.#secret(who)
    const place = this.#place(who, at)
    const attempt = this.#seats.attempt(secret, place)
    try {
      const link = await attempt.signedIn
      if (link.asked === 'nothing') return NOT_ASKED
      this.#asked.set(secret.username, link.asked)
      const { rows } = await link.run(WHO_AND_WHERE, { timeoutMs: this.#budget().clientMs })
      await link.end()
      const verdict = verdictOfSession(rows[0], secret.username, this.#isForNow(who, at) ? 'consumer' : at)
      if (who === 'current' && verdict.verdict === 'accepted') this.#provenAt = nameOf(place)
      this.#acting.set(secret.username + nameOf(place), String(rows[0]?.['acting']))
      return verdict
    } catch (error) {
      if (!(error instanceof PostgresFailure)) throw error
      const verdict = verdictOfProbe(error, attempt, secret.username)
      return who === 'admin' && error.sqlstate === '42501' && verdict.verdict === 'barred'
        ? { ...verdict, reason: `${verdict.reason}: ${grantConnect(secret.dbname, secret.username)}` }
        : verdict
    } finally {
      await this.#seats.drop(attempt)
    }
  }

  async exclusive<T>({ as, work }: { readonly as: Who; readonly work: () => Promise<T> }): Promise<T> {
    // The admin takes the lock of the pair, not one of its own.
    const account = ownerOf(this.#secret(as === 'admin' ? 'current' : as).username)
    return this.#signedIn(as, async (link) => {
      const { clientMs } = this.#budget()
      await refuseReadOnly(link, clientMs)
      const { signal, timeLeftMs } = this.#request
      await takeLock(link, account, { timeLeftMs, clientMs, signal })
      this.#locked = { link, account }
      try {
        return await work()
      } finally {
        this.#locked = undefined
        if (link.isAlive) await freeLock(link, account, clientMs).catch(() => {})
      }
    })
  }

  async apply({
    from,
    to,
    as,
  }: {
    readonly from: Who
    readonly to: Who
    readonly as: Who
  }): Promise<Applied> {
    const { username, password, ssl } = this.#secret(to)
    const link = this.#lockedLink(username)
    this.#acting.clear()
    const { passwordForm, hash } = this.#options
    const change = { username, password, isEncrypted: ssl, passwordForm, hash }
    if (as !== 'admin') return this.#translated(as, () => changePassword(link, change, this.#budget()))
    await this.#proveCurrentThere()
    const asked = this.#asked.get(this.#secret(from).username)
    return this.#translated(as, () =>
      changePassword(
        link,
        {
          ...change,
          ...(asked === undefined ? {} : { asked }),
          admin: this.#secret('admin').username,
          prepare: (run) =>
            preparePair(async (...one) => (await run(...one)).rows, this.#pairToChange(username)),
        },
        this.#budget(),
      ),
    )
  }

  async compare({ a, b, as }: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<Comparison> {
    if (ownerOf(this.#secret(a).username) !== ownerOf(this.#secret(b).username))
      throw new Error('compare was called for two users that are no pair')
    const pair = pairOf(this.#secret(b).username)
    const acting = await this.#actingUser(b)
    return this.#asLocked(as, (link, { clientMs }) =>
      comparePair(askOver(link, clientMs), pair, this.#request.mark, acting),
    )
  }

  async repair({ b, as }: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<void> {
    const pair = pairOf(this.#secret(b).username)
    const [{ mark }, reassigns] = [this.#request, this.#options.reassignOwned]
    this.#acting.clear()
    await this.#asLocked(as, (link, time) =>
      inTransaction(link, time, (ask) => repairPair(ask, { pair, mark, reassigns })),
    )
  }

  async retire({
    gone,
    keep,
    as,
  }: {
    readonly gone: Who
    readonly keep: Who
    readonly as: Who
  }): Promise<Retired> {
    const goes = this.#secret(gone)
    const link = this.#lockedLink(goes.username)
    const retirement = {
      gone: goes,
      keep: this.#secret(keep),
      attempt: () => this.#seats.attempt(goes, this.#place(gone, 'writer')),
      drop: (attempt: Attempt) => this.#seats.drop(attempt),
    }
    return this.#translated(as, () => retireUser(link, retirement, this.#budget()))
  }

  close(): Promise<void> {
    return this.#seats.close()
  }

  #secret(who: Who): PostgresSecret {
    return this.#seats.secret(who)
  }

  #budget(): Budget {
    return budget(this.#request.timeLeftMs())
  }

  /**
   * Changes are made at the server of the admin secret, so what is to be proven for them is proven there; consumers may be
   * sent to one of its replicas. Before the admin secret is read, its server is the one that the secret names.
   */
  #place(who: Who, at: At): Place {
    const secret = this.#secret(who)
    if (at === 'consumer') return secret
    const { admin } = this.#request.values
    return admin === undefined ? writerOf(secret) : admin.reveal()
  }

  /** A replica may be asked before the admin secret has told where the writer is; there it is proven once more. */
  #isForNow(who: Who, at: At): boolean {
    const { masterarn, adminHost } = this.#secret(who)
    const { strategy, values } = this.#request
    const isOfPair = strategy === 'alternating-users' && masterarn !== undefined
    return at === 'writer' && isOfPair && values.admin === undefined && adminHost === undefined
  }

  /**
   * Whoever wrote the secret knows the current credential of the very server that the admin changes: otherwise a secret
   * could send the proof to one server and the change to another.
   */
  async #proveCurrentThere(): Promise<void> {
    if (this.#provenAt === nameOf(this.#place('current', 'writer'))) return
    const verdict = await this.probe({ who: 'current', at: 'writer' })
    if (verdict.verdict !== 'accepted') throw signInError(verdict, 'current')
  }

  #signedIn<T>(as: Who, work: (link: Link) => Promise<T>): Promise<T> {
    return this.#seats.signedIn(as, work)
  }

  #translated<T>(as: Who, run: () => Promise<T>): Promise<T> {
    return this.#seats.translated(as, run)
  }

  /** In the connection that holds the lock where there is one, else in one of its own. */
  #asLocked<T>(as: Who, work: (link: Link, time: Budget) => Promise<T>): Promise<T> {
    const locked = this.#locked
    return locked === undefined
      ? this.#signedIn(as, (link) => work(link, this.#budget()))
      : this.#translated(as, () => work(locked.link, this.#budget()))
  }

  #lockedLink(username: string): Link {
    const locked = this.#locked
    if (locked === undefined || locked.account !== ownerOf(username))
      throw new Error('a change was asked for without the lock of the account')
    if (!locked.link.isAlive)
      throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection that held the lock broke' })
    return locked.link
  }

  /** The pair, of which one user is about to get another password. */
  #pairToChange(next?: string) {
    const { mark, values } = this.#request
    const current = this.#secret('current').username
    const pair = pairOf(current)
    // The test rotation has the current credential under both labels.
    const pending = values.pending?.reveal().username ?? current
    const user = next ?? (pending === current ? (current === pair.owner ? pair.clone : pair.owner) : pending)
    return {
      pair,
      current,
      mark,
      admin: values.admin === undefined ? '' : this.#secret('admin').username,
      isProven: () => this.#proves(user),
      reassigns: this.#options.reassignOwned,
    }
  }

  /** Whether the value of AWSPREVIOUS signs in as the user. Once seen it need not be seen again. */
  async #proves(user: string): Promise<boolean> {
    if (this.#proven === user) return true
    const previous = this.#request.values.previous?.reveal()
    // A credential goes to its own server only.
    if (previous?.username !== user || !isOfOneServer(previous, this.#secret('current'))) return false
    const verdict = await this.probe({ who: 'previous', at: 'writer' })
    if (verdict.verdict === 'unknown') throw signInError(verdict, 'previous')
    if (verdict.verdict === 'accepted') this.#proven = user
    return this.#proven === user
  }

  /** By the sign-in that has just proven the credential, or by another one. */
  async #actingUser(who: Who): Promise<{ readonly user: string; readonly actingAs: string }> {
    const { username: user } = this.#secret(who)
    const key = user + nameOf(this.#place(who, 'writer'))
    if (!this.#acting.has(key)) {
      const verdict = await this.probe({ who, at: 'writer' })
      if (verdict.verdict !== 'accepted') throw signInError(verdict, who)
    }
    const actingAs = this.#acting.get(key)
    if (actingAs === undefined)
      throw new QuarterturnError('CREDENTIAL_BARRED', {
        problem: `the server gives ${user} no session, so nobody knows as whom it acts`,
      })
    return { user, actingAs }
  }
}
