import type { Applied, Retired } from '../../../shared/provider/index.ts'
import {
  APPLIED,
  accountGone,
  type Change,
  type Changer,
  type Retirement,
  type Run,
  SUPERSEDED,
} from '../change.ts'
import { nativeHash } from '../hash.ts'
import { holds, type Method, methodsOfStatement } from './methods.ts'
import { type PasswordTarget, readMethods, setPasswords } from './passwords.ts'

export type MariaDbOptions = Omit<PasswordTarget, 'methods'>

/**
 * Changes an account of MariaDB, which knows no second password but several methods for one account. The whole list is
 * read under the lock and set by one statement, so a repeat finds the change made; methods of other kinds stay.
 *
 * @see https://mariadb.com/docs/server/reference/sql-statements/account-management-sql-statements/alter-user
 */
export class MariaDb implements Changer {
  readonly #run: Run
  readonly #options: MariaDbOptions

  constructor(run: Run, options: MariaDbOptions) {
    this.#run = run
    this.#options = options
  }

  async apply({ strategy, from, to }: Change): Promise<Applied> {
    const methods = await this.methods()
    if (holds(methods, nativeHash(to))) return APPLIED
    if (!holds(methods, nativeHash(from))) return SUPERSEDED
    const passwords = strategy === 'dual-password' ? [to, from] : [to]
    return await this.#set(methods, passwords, to)
  }

  async retire({ gone, keep }: Retirement): Promise<Retired> {
    const methods = await this.methods()
    if (!holds(methods, nativeHash(keep)))
      return { result: 'cannot', reason: 'the server does not store the password that is to stay' }
    if (!holds(methods, nativeHash(gone))) return { result: 'already' }
    const set = await this.#set(methods, [keep], keep)
    return set.result === 'applied'
      ? { result: 'retired' }
      : { result: 'cannot', reason: 'the server refuses the change' }
  }

  /** Rejects with `CURRENT_REFUSED` where there is no such account. */
  async methods(): Promise<readonly Method[]> {
    const { account } = this.#options
    if (account === undefined) {
      const [row] = await this.#run('SHOW CREATE USER CURRENT_USER()')
      return methodsOfStatement(String(Object.values(row ?? {})[0]))
    }
    const methods = await readMethods(this.#run, account)
    if (methods === undefined) throw accountGone()
    return methods
  }

  #set(methods: readonly Method[], passwords: readonly string[], to: string): Promise<Applied> {
    return setPasswords(this.#run, { ...this.#options, methods }, passwords, to)
  }
}
