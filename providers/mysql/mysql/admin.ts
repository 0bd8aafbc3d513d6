import type { Applied, Retired } from '../../../shared/provider/index.ts'
import { type Account, inSql } from '../account.ts'
import {
  APPLIED,
  accountGone,
  type Change,
  type Changer,
  isError,
  type Retirement,
  type Run,
  refused,
  SUPERSEDED,
} from '../change.ts'
import { hexLiteral, literal } from '../quote.ts'
import { KNOWN_PLUGINS, placeOf, type View, viewOf } from './view.ts'

/**
 * Changes an account as an admin, who gives no password to compare with. What the server stores is compared here instead,
 * under the lock, before anything is changed: no sign-in fails for it, and a repeat finds the change made.
 *
 * @see https://dev.mysql.com/doc/refman/8.4/en/password-management.html#dual-passwords
 */
export class AdminMysql implements Changer {
  readonly #run: Run
  readonly #account: Account

  constructor(run: Run, account: Account) {
    this.#run = run
    this.#account = account
  }

  async apply({ strategy, from, to }: Change): Promise<Applied> {
    const view = await this.#view()
    if (view === undefined || placeOf(view, from) === 'neither') return this.#foundDone(view, to)
    const target = placeOf(view, to)
    if (target === 'primary') return APPLIED
    const isDual = strategy === 'dual-password'
    if (isDual && target === 'secondary') return APPLIED
    try {
      // RETAIN keeps the primary one, so that has to be the one to be kept.
      if (isDual && placeOf(view, from) === 'secondary')
        await this.#assert(view, view.secondary ?? view.primary)
      await this.#run(
        `ALTER USER ${inSql(this.#account)} IDENTIFIED WITH ${literal(view.plugin)} BY ${literal(to)}${isDual ? ' RETAIN CURRENT PASSWORD' : ''}`,
      )
    } catch (error) {
      if (isError(error, 1819)) return refused(1819, to)
      if (isError(error, 3638)) return refused(3638, to)
      throw error
    }
    if (!isDual) await this.#discard()
    return APPLIED
  }

  async retire({ gone, keep }: Retirement): Promise<Retired> {
    const view = await this.#view()
    if (view === undefined || placeOf(view, keep) === 'neither')
      return { result: 'cannot', reason: 'the server does not store the password that is to stay' }
    if (placeOf(view, gone) === 'neither') return { result: 'already' }
    if (placeOf(view, keep) === 'secondary') await this.#assert(view, view.secondary ?? view.primary)
    await this.#discard()
    return { result: 'retired' }
  }

  async #view(): Promise<View | undefined> {
    const view = await viewOf(this.#run, this.#account)
    if (view === undefined) throw accountGone()
    return KNOWN_PLUGINS.includes(view.plugin) ? view : undefined
  }

  #foundDone(view: View | undefined, to: string): Applied {
    return view !== undefined && placeOf(view, to) === 'primary' ? APPLIED : SUPERSEDED
  }

  /** Makes what is stored the primary one, in the form in which it is stored. */
  #assert({ plugin }: View, stored: Buffer): Promise<unknown> {
    return this.#run(
      `ALTER USER ${inSql(this.#account)} IDENTIFIED WITH ${literal(plugin)} AS ${hexLiteral(stored)}`,
    )
  }

  #discard(): Promise<unknown> {
    return this.#run(`ALTER USER ${inSql(this.#account)} DISCARD OLD PASSWORD`)
  }
}
