/** The operations of a session that are about a pair, all of them an admin's. */
import { ownerOf, pairOf } from '../../../shared/database/pair.ts'
import type { Applied, Check, Comparison, OpenRequest, Retired, Who } from '../../../shared/provider/index.ts'
import type { Account } from '../account.ts'
import type { Run } from '../change.ts'
import type { MysqlSecret } from '../schema.ts'
import type { Server } from '../server.ts'
import { checkPair } from './check.ts'
import { comparePair } from './compare.ts'
import { markFor } from './mark.ts'
import { type PasswordForm, passwordsOf } from './passwords.ts'
import { type Preparation, preparePair, repairPair } from './prepare.ts'
import { accountsOf, type Place } from './standing.ts'

export interface DeskOptions {
  readonly request: OpenRequest<MysqlSecret>
  readonly form: PasswordForm
  readonly leavesOtherHosts: boolean
  secret(who: Who): MysqlSecret
  /** The account that lets the credential in where changes are made. */
  accountOf(who: Who): Promise<Account>
  /** Runs one statement in a session of that credential. */
  runAs(who: Who, statement: string): Promise<unknown>
}

/** A session of the admin. */
export interface AdminSeat {
  readonly run: Run
  readonly server: Server
  readonly admin: Account
}

export class PairDesk {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  async check(seat: AdminSeat): Promise<Check> {
    return checkPair(await this.#preparation(seat), this.#options.leavesOtherHosts)
  }

  async apply(seat: AdminSeat, to: Who): Promise<Applied> {
    const { username, password } = this.#options.secret(to)
    const preparation = await this.#preparation(seat, username)
    const { next, form, place } = preparation
    const { applied, owner } = await preparePair(preparation)
    if (applied.result !== 'applied') return applied
    // Last, so that nobody signs in to an account that is not whole.
    return passwordsOf(seat.run, place.server, next, form).set(password, owner.plugins[0] ?? '')
  }

  async compare(seat: AdminSeat, a: Who, b: Who): Promise<Comparison> {
    const { secret, request } = this.#options
    if (ownerOf(secret(a).username) !== ownerOf(secret(b).username))
      throw new Error('compare was called for two users that are no pair')
    const signedIn = await this.#options.accountOf(b)
    return comparePair(placeOf(seat, signedIn), markFor(seat.server, signedIn, request.mark), signedIn)
  }

  async repair(seat: AdminSeat, a: Who, b: Who): Promise<void> {
    const { secret, request, runAs, accountOf } = this.#options
    const signedIn = await accountOf(b)
    const place = placeOf(seat, signedIn)
    const mark = markFor(seat.server, signedIn, request.mark)
    const clone = secret(a).username === place.accounts.clone.user ? a : b
    await repairPair(place, mark, (statement) => runAs(clone, statement))
  }

  async retire({ run, server }: AdminSeat, gone: Who, keep: Who): Promise<Retired> {
    const { username, password } = this.#options.secret(gone)
    const { host } = await this.#options.accountOf(keep)
    return passwordsOf(run, server, { user: username, host }, this.#options.form).end(password)
  }

  async #preparation(seat: AdminSeat, next?: string): Promise<Preparation> {
    const { secret, request, accountOf, form } = this.#options
    const current = secret('current').username
    const place = placeOf(seat, await accountOf('current'))
    const pair = pairOf(current)
    // The test rotation has the current credential under both labels.
    const pending = request.values.pending?.reveal().username ?? current
    const user = next ?? (pending === current ? (current === pair.owner ? pair.clone : pair.owner) : pending)
    return {
      place,
      pair,
      current,
      next: user === pair.owner ? place.accounts.owner : place.accounts.clone,
      mark: markFor(place.server, place.accounts.owner, request.mark),
      form,
      known: this.#known(user),
    }
  }

  /** The password under AWSPREVIOUS, where it is of this user at this very server: a credential goes to its own only. */
  #known(user: string): string | undefined {
    const previous = this.#options.request.values.previous?.reveal()
    const current = this.#options.secret('current')
    const isHere = (['host', 'port', 'adminHost', 'adminPort', 'ssl'] as const).every(
      (key) => previous?.[key] === current[key],
    )
    return isHere && previous?.username === user ? previous.password : undefined
  }
}

const placeOf = ({ run, server, admin }: AdminSeat, { user, host }: Account): Place => ({
  run,
  server,
  admin,
  accounts: accountsOf(pairOf(user), host),
})
