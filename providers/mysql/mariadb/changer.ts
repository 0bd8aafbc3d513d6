import { type Applied, QuarterturnError, type Retired } from '../../../shared/provider/index.ts'
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
import { nativeHash } from '../hash.ts'
import { literal } from '../quote.ts'
import {
  clauseOf,
  holds,
  isNative,
  type Method,
  methodsOfRow,
  methodsOfStatement,
  withPasswords,
} from './methods.ts'

export interface MariaDbOptions {
  /** The account to change; undefined: the one that signed in, by its own rights. */
  readonly account: Account | undefined
  /** `verifier`: hashes only. `plaintext`: for a password-validation plugin that must see the password. */
  readonly passwordForm: 'verifier' | 'plaintext'
}

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
    const [row] = await this.#run(
      `SELECT Priv AS priv FROM mysql.global_priv WHERE User = ${literal(account.user)} AND Host = ${literal(account.host)}`,
    )
    if (row === undefined) throw accountGone()
    return methodsOfRow(row['priv'])
  }

  async #set(methods: readonly Method[], passwords: readonly string[], to: string): Promise<Applied> {
    try {
      await this.#run(this.#statement(methods, passwords))
      return APPLIED
    } catch (error) {
      if (!isError(error, 1290, 1396, 1819)) throw error
      const warnings = await this.#run('SHOW WARNINGS')
      const codes = warnings.map((row) => Number(row['Code']))
      if (codes.includes(1819)) return refused(1819, to, warnings)
      if (warnings.some((row) => String(row['Message']).includes('strict-password-validation')))
        throw wantsPlainText()
      throw error
    }
  }

  #statement(methods: readonly Method[], passwords: readonly string[]): string {
    const isPlain = this.#options.passwordForm === 'plaintext'
    const form = (password: string): string =>
      isPlain ? `PASSWORD(${literal(password)})` : literal(nativeHash(password))
    const { account } = this.#options
    if (account === undefined && passwords.length === 1 && methods.every(isNative) && methods.length === 1)
      return `SET PASSWORD = ${form(passwords[0] ?? '')}`
    const next = withPasswords(methods, passwords.map(nativeHash))
    const clause = passwords.reduce(
      (text, password) => text.replace(literal(nativeHash(password)), () => form(password)),
      clauseOf(next),
    )
    return `ALTER USER ${account === undefined ? 'CURRENT_USER()' : inSql(account)} ${clause}`
  }
}

export const wantsPlainText = (): QuarterturnError =>
  new QuarterturnError('PRIVILEGE_MISSING', {
    problem:
      'a password-validation plugin of the server must see the password and refuses its hash (strict_password_validation)',
    remedy:
      'set QUARTERTURN_MYSQL_PASSWORD_FORM=plaintext, which sends it inside TLS where the logs of MariaDB keep it, or SET GLOBAL strict_password_validation = OFF',
  })
