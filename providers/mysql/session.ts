import { type Budget, budget } from '../../shared/database/budget.ts'
import { Connections } from '../../shared/database/connections.ts'
import { signInError } from '../../shared/database/refusal.ts'
import type { Trust } from '../../shared/database/tls.ts'
import {
  type Applied,
  type Check,
  type OpenRequest,
  QuarterturnError,
  type Retired,
  type Session,
  type Strategy,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import type { Account } from './account.ts'
import { type Changer, runner } from './change.ts'
import { checkAccount } from './check.ts'
import { MysqlFailure } from './failure.ts'
import { type Attempt, type Link, signIn } from './link.ts'
import { freeLock, requireLock, takeLock } from './lock.ts'
import { keeps, NOT_KEPT } from './look.ts'
import { MariaDb } from './mariadb/changer.ts'
import { AdminMysql } from './mysql/admin.ts'
import { OwnMysql } from './mysql/own.ts'
import type { MysqlSecret } from './schema.ts'
import { type Server, serverOf, WHO_AND_WHERE } from './server.ts'
import { settle } from './settle.ts'
import { statementError } from './statement-error.ts'
import { verdictOf, verdictOfProbe, verdictOfSession } from './verdict.ts'

export interface SessionOptions {
  readonly trust: Trust
  readonly connectTimeoutMs: number
  readonly passwordForm: 'verifier' | 'plaintext'
  readonly otherHosts: 'refuse' | 'leave'
}

type At = 'writer' | 'consumer'
type Place = Pick<MysqlSecret, 'host' | 'port'>

/** A connection that is signed in and settled. */
interface Seat {
  readonly link: Link
  readonly server: Server
}

interface Locked extends Seat {
  readonly user: string
}

export class MysqlSession implements Session {
  readonly #request: OpenRequest<MysqlSecret>
  readonly #options: SessionOptions
  readonly #connections: Connections<MysqlSecret, Attempt>
  #locked: Locked | undefined
  /** The account that the current credential was last seen to be of, and where. */
  #proven: { readonly at: string; readonly account: Account | undefined } | undefined

  constructor(request: OpenRequest<MysqlSecret>, options: SessionOptions) {
    this.#request = request
    this.#options = options
    this.#connections = new Connections(request, options.connectTimeoutMs)
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    return this.#signedIn(as, async ({ link, server }) => {
      refuseReadOnly(server)
      const admin = as === 'admin' ? server.account : undefined
      return checkAccount(runner(link, this.#budget()), {
        server,
        strategy: this.#request.strategy,
        account: as === 'admin' ? await this.#provenAccount() : required(server.account),
        admin,
        passwordForm: this.#options.passwordForm,
        leavesOtherHosts: this.#options.otherHosts === 'leave',
      })
    })
  }

  async probe({ who, at }: { readonly who: Who; readonly at: At }): Promise<Verdict> {
    const secret = this.#secret(who)
    const place = this.#place(who, at)
    if (at === 'writer' && who !== 'admin' && (await this.#keeps(secret)) === false) return NOT_KEPT
    const attempt = this.#attempt(secret, place)
    try {
      const link = await attempt.signedIn
      const [row] = await link.run(WHO_AND_WHERE, this.#budget().clientMs)
      const server = serverOf(row)
      const verdict = verdictOfSession(server, secret.username, this.#isForNow(who, at) ? 'consumer' : at)
      if (who === 'current' && verdict.verdict === 'accepted')
        this.#proven = { at: nameOf(place), account: server.account }
      return verdict
    } catch (error) {
      if (!(error instanceof MysqlFailure)) throw error
      return verdictOfProbe(error, attempt.hasAnswered, secret.username)
    } finally {
      await this.#connections.drop(attempt)
    }
  }

  async exclusive<T>({ as, work }: { readonly as: Who; readonly work: () => Promise<T> }): Promise<T> {
    const { username: user } = this.#secret(as === 'admin' ? 'current' : as)
    return this.#signedIn(as, async ({ link, server }) => {
      refuseReadOnly(server)
      const { clientMs } = this.#budget()
      const { signal, timeLeftMs } = this.#request
      await takeLock(link, user, { timeLeftMs, clientMs, signal })
      this.#locked = { link, server, user }
      try {
        return await work()
      } finally {
        this.#locked = undefined
        if (link.isAlive) await freeLock(link, user, clientMs).catch(() => {})
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
    const change = { strategy: this.#request.strategy, from: this.#secret(from).password, to: password }
    const changer = await this.#changer(locked, as)
    return this.#translated(as, async () => {
      await requireLock(locked.link, locked.user, this.#budget().clientMs)
      return changer.apply(change)
    })
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
    const locked = this.#lockedSeat(this.#secret(gone).username)
    const retirement = { gone: this.#secret(gone).password, keep: this.#secret(keep).password }
    const changer = await this.#changer(locked, as)
    return this.#translated(as, async () => {
      await requireLock(locked.link, locked.user, this.#budget().clientMs)
      return changer.retire(retirement)
    })
  }

  close(): Promise<void> {
    return this.#connections.close()
  }

  async #changer({ link, server }: Locked, as: Who): Promise<Changer> {
    const run = runner(link, this.#budget())
    const account = as === 'admin' ? await this.#provenAccount() : undefined
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
    return this.#connections.secret(who)
  }

  #budget(): Budget {
    return budget(this.#request.timeLeftMs())
  }

  #attempt({ username, password, ssl }: MysqlSecret, { host, port }: Place): Attempt {
    const trust = ssl ? this.#options.trust() : undefined
    return this.#connections.attempt((timeoutMs) =>
      signIn({ host, port, trust, username, password }, timeoutMs),
    )
  }

  /** Changes are made at the server of the admin secret, so what is to be proven for them is proven there. */
  #place(who: Who, at: At): Place {
    const { admin } = this.#request.values
    return at === 'consumer' || admin === undefined ? this.#secret(who) : admin.reveal()
  }

  /** A replica may be asked before the admin secret has told where the writer is; there it is proven once more. */
  #isForNow(who: Who, at: At): boolean {
    return (
      at === 'writer' && this.#secret(who).masterarn !== undefined && this.#request.values.admin === undefined
    )
  }

  /**
   * Whoever wrote the secret knows the current credential of the very server that the admin changes, and the account that
   * lets it in there is the one to change: the same user may have others, for other hosts.
   */
  async #provenAccount(): Promise<Account> {
    const place = nameOf(this.#place('current', 'writer'))
    if (this.#proven?.at !== place) {
      const verdict = await this.probe({ who: 'current', at: 'writer' })
      if (verdict.verdict !== 'accepted') throw signInError(verdict, 'current')
    }
    return required(this.#proven?.at === place ? this.#proven.account : undefined)
  }

  /** Runs `work` in a connection of its own, signed in as `as` and prepared for our statements. */
  async #signedIn<T>(as: Who, work: (seat: Seat) => Promise<T>): Promise<T> {
    const secret = this.#secret(as)
    const attempt = this.#attempt(secret, secret)
    try {
      const link = await attempt.signedIn.catch((error: unknown) => {
        throw error instanceof MysqlFailure ? signInError(verdictOf(error, attempt.hasAnswered), as) : error
      })
      return await this.#translated(as, async () => {
        const [row] = await link.run(WHO_AND_WHERE, this.#budget().clientMs)
        const server = serverOf(row)
        const verdict = verdictOfSession(server, secret.username, 'consumer')
        if (verdict.verdict !== 'accepted') throw signInError(verdict, as)
        await settle(link, server, this.#budget(), this.#request.timeLeftMs())
        return await work({ link, server })
      })
    } finally {
      await this.#connections.drop(attempt)
    }
  }

  /** Raises what a statement failed with as one of the errors that operators know. */
  async #translated<T>(as: Who, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw error instanceof MysqlFailure ? statementError(error, as) : error
    }
  }

  #lockedSeat(user: string): Locked {
    const locked = this.#locked
    if (locked === undefined || locked.user !== user)
      throw new Error('a change was asked for without the lock of the account')
    if (!locked.link.isAlive)
      throw new QuarterturnError('TARGET_UNREACHABLE', { problem: 'the connection that held the lock broke' })
    return locked
  }
}

/** Strategies in which the admin looks at what the server keeps before a sign-in is tried. */
export const LOOKS: readonly Strategy[] = ['single-user']

const nameOf = ({ host, port }: Place): string => JSON.stringify([host, port])

function required(account: Account | undefined): Account {
  if (account !== undefined) return account
  throw new QuarterturnError('CREDENTIAL_BARRED', {
    problem: 'the server gave no session, so it does not tell which account of the user is in use',
    remedy: 'leave room for another session under max_user_connections',
  })
}

function refuseReadOnly({ isReadOnly }: Server): void {
  if (isReadOnly)
    throw new QuarterturnError('TARGET_READ_ONLY', {
      problem: '`host` is a replica, a reader endpoint, or a server that is set to read_only',
    })
}
