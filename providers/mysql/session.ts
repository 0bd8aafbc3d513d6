import { ownerOf } from '../../shared/database/pair.ts'
import { signInError } from '../../shared/database/refusal.ts'
import { nameOf, type Place, writerOf } from '../../shared/database/writer.ts'
import { type Budget, budget } from '../../shared/network/budget.ts'
import {
  type Applied,
  type Check,
  type Comparison,
  type OpenRequest,
  QuarterturnError,
  type Retired,
  type Session,
  type Strategy,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import type { Account } from './account.ts'
import { type AdminSeat, PairDesk } from './alternating/desk.ts'
import { type Changer, runner } from './change.ts'
import { checkAccount } from './check.ts'
import { refusePooler, refuseReadOnly } from './check-place.ts'
import { MysqlFailure } from './failure.ts'
import { freeLock, requireLock, takeLock } from './lock.ts'
import { keeps, NOT_KEPT } from './look.ts'
import { MariaDb } from './mariadb/changer.ts'
import { AdminMysql } from './mysql/admin.ts'
import { OwnMysql } from './mysql/own.ts'
import type { MysqlSecret } from './schema.ts'
import { type Seat, type SeatOptions, Seats, translated } from './seats.ts'
import { serverOf, WHO_AND_WHERE } from './server.ts'
import { verdictOfProbe, verdictOfSession } from './verdict.ts'

export interface SessionOptions extends SeatOptions {
  readonly passwordForm: 'verifier' | 'plaintext'
  readonly otherHosts: 'refuse' | 'leave'
}

type At = 'writer' | 'consumer'
interface Locked extends Seat {
  /** The user whose lock it is: of a pair, the owner. */
  readonly owner: string
}

export class MysqlSession implements Session {
  readonly #request: OpenRequest<MysqlSecret>
  readonly #options: SessionOptions
  readonly #seats: Seats
  #locked: Locked | undefined
  /** The accounts that credentials were last seen to be of, and where. */
  readonly #seen = new Map<Who, { readonly at: string; readonly account: Account | undefined }>()
  readonly #desk: PairDesk

  constructor(request: OpenRequest<MysqlSecret>, options: SessionOptions) {
    this.#request = request
    this.#options = options
    this.#seats = new Seats(request, options)
    this.#desk = new PairDesk({
      request,
      form: options.passwordForm,
      leavesOtherHosts: options.otherHosts === 'leave',
      secret: (who) => this.#secret(who),
      accountOf: (who) => this.#accountOf(who),
      runAs: (who, statement) => this.#runAs(who, statement),
    })
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    return this.#signedIn(as, async ({ link, server }) => {
      refuseReadOnly(server)
      if (as === 'admin') refusePooler({ link, server })
      if (as === 'admin' && this.#isOfPair()) return this.#desk.check(this.#deskSeat({ link, server }))
      const admin = as === 'admin' ? server.account : undefined
      return checkAccount(runner(link, this.#budget()), {
        server,
        strategy: this.#request.strategy,
        account: as === 'admin' ? await this.#accountOf('current') : required(server.account),
        admin,
        mark: this.#request.mark,
        passwordForm: this.#options.passwordForm,
        leavesOtherHosts: this.#options.otherHosts === 'leave',
      })
    })
  }

  async probe({ who, at }: { readonly who: Who; readonly at: At }): Promise<Verdict> {
    const secret = this.#secret(who)
    const place = this.#place(who, at)
    if (at === 'writer' && who !== 'admin' && (await this.#keeps(secret)) === false) return NOT_KEPT
    const attempt = this.#seats.attempt(secret, place)
    try {
      const link = await attempt.signedIn
      const [row] = await link.run(WHO_AND_WHERE, this.#budget().clientMs)
      const server = serverOf(row)
      const verdict = verdictOfSession(server, secret.username, this.#isForNow(who, at) ? 'consumer' : at)
      if (verdict.verdict === 'accepted') this.#seen.set(who, { at: nameOf(place), account: server.account })
      return verdict
    } catch (error) {
      if (!(error instanceof MysqlFailure)) throw error
      return verdictOfProbe(error, attempt.hasAnswered, secret.username)
    } finally {
      await this.#seats.drop(attempt)
    }
  }

  async exclusive<T>({ as, work }: { readonly as: Who; readonly work: () => Promise<T> }): Promise<T> {
    // The admin takes the lock of the account or the pair, not one of its own.
    const owner = ownerOf(this.#secret(as === 'admin' ? 'current' : as).username)
    return this.#signedIn(as, async ({ link, server }) => {
      refuseReadOnly(server)
      const { clientMs } = this.#budget()
      const { signal, timeLeftMs } = this.#request
      await takeLock(link, owner, { timeLeftMs, clientMs, signal })
      this.#locked = { link, server, owner }
      try {
        return await work()
      } finally {
        this.#locked = undefined
        if (link.isAlive) await freeLock(link, owner, clientMs).catch(() => {})
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
    const { username, password } = this.#secret(to)
    const locked = this.#lockedSeat(username)
    if (as === 'admin' && username !== this.#secret(from).username)
      return this.#asLocked(locked, as, (seat) => this.#desk.apply(seat, to))
    const change = { strategy: this.#request.strategy, from: this.#secret(from).password, to: password }
    const changer = await this.#changer(locked, as)
    return this.#asLocked(locked, as, () => changer.apply(change))
  }

  compare({ a, b, as }: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<Comparison> {
    return this.#atDesk(as, (seat) => this.#desk.compare(seat, a, b))
  }

  repair({ a, b, as }: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<void> {
    return this.#atDesk(as, (seat) => this.#desk.repair(seat, a, b))
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
    const { username } = this.#secret(gone)
    const locked = this.#lockedSeat(username)
    if (username !== this.#secret(keep).username) {
      if (as !== 'admin') throw new Error('the other account of a pair is retired by an admin')
      return this.#asLocked(locked, as, (seat) => this.#desk.retire(seat, gone, keep))
    }
    const retirement = { gone: this.#secret(gone).password, keep: this.#secret(keep).password }
    const changer = await this.#changer(locked, as)
    return this.#asLocked(locked, as, () => changer.retire(retirement))
  }

  close(): Promise<void> {
    return this.#seats.close()
  }

  async #changer({ link, server }: Locked, as: Who): Promise<Changer> {
    const run = runner(link, this.#budget())
    const account = as === 'admin' ? await this.#accountOf('current') : undefined
    if (server.isMariaDb) return new MariaDb(run, { account, passwordForm: this.#options.passwordForm })
    return account === undefined ? new OwnMysql(run) : new AdminMysql(run, account)
  }

  /**
   * Where one password gives way to another, a sign-in with the wrong one is a failed one. The admin, where it is known
   * already, sees that without it. Undefined: it does not, for whatever reason.
   */
  async #keeps(secret: MysqlSecret): Promise<boolean | undefined> {
    if (!LOOKS.includes(this.#request.strategy) || this.#request.values.admin === undefined) return undefined
    const look = ({ link, server }: Seat): Promise<boolean | undefined> =>
      keeps(runner(link, this.#budget()), server, secret)
    try {
      return await (this.#locked === undefined ? this.#signedIn('admin', look) : look(this.#locked))
    } catch {
      return undefined
    }
  }

  #secret(who: Who): MysqlSecret {
    return this.#seats.secret(who)
  }

  #budget(): Budget {
    return budget(this.#request.timeLeftMs())
  }

  /** Changes are made at the server of the admin secret, so what is to be proven for them is proven there. */
  #place(who: Who, at: At): Place {
    const secret = this.#secret(who)
    const { admin } = this.#request.values
    if (at === 'consumer') return secret
    return admin === undefined ? writerOf(secret) : admin.reveal()
  }

  /** A replica may be asked before the admin secret has told where the writer is; there it is proven once more. */
  #isForNow(who: Who, at: At): boolean {
    const { masterarn, adminHost } = this.#secret(who)
    const isKnown = this.#request.values.admin !== undefined || adminHost !== undefined
    return at === 'writer' && masterarn !== undefined && !isKnown
  }

  /**
   * Whoever wrote the secret knows the current credential of the very server that the admin changes, and the account that
   * lets it in there is the one to change: the same user may have others, for other hosts.
   */
  async #accountOf(who: Who): Promise<Account> {
    const place = nameOf(this.#place(who, 'writer'))
    if (this.#seen.get(who)?.at !== place) {
      const verdict = await this.probe({ who, at: 'writer' })
      if (verdict.verdict !== 'accepted') throw signInError(verdict, who)
    }
    const seen = this.#seen.get(who)
    return required(seen?.at === place ? seen.account : undefined)
  }

  /** The two labels name different users, or that is what the strategy will make of them. */
  #isOfPair(): boolean {
    const { strategy, values } = this.#request
    return (
      strategy === 'alternating-users' ||
      (values.pending !== undefined && values.pending.reveal().username !== this.#secret('current').username)
    )
  }

  #deskSeat({ link, server }: Seat): AdminSeat {
    return { run: runner(link, this.#budget()), server, admin: required(server.account) }
  }

  /** In the connection that holds the lock where there is one, else in one of its own. */
  #atDesk<T>(as: Who, work: (seat: AdminSeat) => Promise<T>): Promise<T> {
    const locked = this.#locked
    return locked === undefined
      ? this.#signedIn(as, (seat) => work(this.#deskSeat(seat)))
      : translated(as, () => work(this.#deskSeat(locked)))
  }

  /** Makes a change, having seen that the lock is still held. */
  #asLocked<T>(locked: Locked, as: Who, work: (seat: AdminSeat) => Promise<T>): Promise<T> {
    return translated(as, async () => {
      await requireLock(locked.link, locked.owner, this.#budget().clientMs)
      return work(this.#deskSeat(locked))
    })
  }

  /** One statement of that credential's own, where changes are made. */
  async #runAs(who: Who, statement: string): Promise<void> {
    await this.#seats.signedIn(who, this.#place(who, 'writer'), async ({ link }) => {
      await link.run(statement, this.#budget().clientMs)
    })
  }

  /** Runs `work` in a connection of its own, signed in as `as` and prepared for our statements. */
  #signedIn<T>(as: Who, work: (seat: Seat) => Promise<T>): Promise<T> {
    return this.#seats.signedIn(as, writerOf(this.#secret(as)), work)
  }

  #lockedSeat(user: string): Locked {
    const locked = this.#locked
    if (locked === undefined || locked.owner !== ownerOf(user))
      throw new Error('a change was asked for without the lock of the account')
    if (!locked.link.isAlive)
      throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection that held the lock broke' })
    return locked
  }
}

/** Strategies in which the admin looks at what the server keeps before a sign-in is tried. */
export const LOOKS: readonly Strategy[] = ['single-user']

function required(account: Account | undefined): Account {
  if (account !== undefined) return account
  throw new QuarterturnError('CREDENTIAL_BARRED', {
    problem: 'the server gave no session, so it does not tell which account of the user is in use',
    remedy: 'leave room for another session under max_user_connections',
  })
}
