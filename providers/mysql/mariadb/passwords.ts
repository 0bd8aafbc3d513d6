import { type Applied, QuarterturnError } from '../../../shared/provider/index.ts'
import { type Account, inSql } from '../account.ts'
import { APPLIED, isError, type Run, refused } from '../change.ts'
import { nativeHash } from '../hash.ts'
import { literal } from '../quote.ts'
import { clauseOf, isNative, type Method, methodsOfRow, withPasswords } from './methods.ts'

export interface PasswordTarget {
  /** The account to change; undefined: the one that signed in, by its own rights. */
  readonly account: Account | undefined
  /** `verifier`: hashes only. `plaintext`: for a password-validation plugin that must see the password. */
  readonly passwordForm: 'verifier' | 'plaintext'
  /** Those that the account has now. */
  readonly methods: readonly Method[]
}

/** As an admin reads them. Undefined: there is no such account. */
export async function readMethods(run: Run, { user, host }: Account): Promise<readonly Method[] | undefined> {
  const [row] = await run(
    `SELECT Priv AS priv FROM mysql.global_priv WHERE User = ${literal(user)} AND Host = ${literal(host)}`,
  )
  return row === undefined ? undefined : methodsOfRow(row['priv'])
}

/** Gives the account these passwords and no other; its methods of other kinds stay. `to` is the new one among them. */
export async function setPasswords(
  run: Run,
  target: PasswordTarget,
  passwords: readonly string[],
  to: string,
): Promise<Applied> {
  try {
    await run(statement(target, passwords))
    return APPLIED
  } catch (error) {
    return await refusedByPolicy(run, error, to)
  }
}

/** Directly after a statement that sets a password: the warnings tell whether a policy was in the way. Else rejects. */
export async function refusedByPolicy(run: Run, error: unknown, password: string): Promise<Applied> {
  if (!isError(error, 1290, 1396, 1819)) throw error
  const warnings = await run('SHOW WARNINGS')
  const codes = warnings.map((row) => Number(row['Code']))
  if (codes.includes(1819)) return refused(1819, password, warnings)
  if (warnings.some((row) => String(row['Message']).includes('strict-password-validation')))
    throw wantsPlainText()
  throw error
}

function statement({ account, passwordForm, methods }: PasswordTarget, passwords: readonly string[]): string {
  const form = (password: string): string => passwordIn(passwordForm, password)
  if (account === undefined && passwords.length === 1 && methods.every(isNative) && methods.length === 1)
    return `SET PASSWORD = ${form(passwords[0] ?? '')}`
  const next = withPasswords(methods, passwords.map(nativeHash))
  const clause = passwords.reduce(
    (text, password) => text.replace(literal(nativeHash(password)), () => form(password)),
    clauseOf(next),
  )
  return `ALTER USER ${account === undefined ? 'CURRENT_USER()' : inSql(account)} ${clause}`
}

/** For what follows `USING`. */
export const passwordIn = (form: PasswordTarget['passwordForm'], password: string): string =>
  form === 'plaintext' ? `PASSWORD(${literal(password)})` : literal(nativeHash(password))

export const wantsPlainText = (): QuarterturnError =>
  new QuarterturnError('PRIVILEGE_MISSING', {
    problem:
      'a password-validation plugin of the server must see the password and refuses its hash (strict_password_validation)',
    remedy:
      'set QUARTERTURN_MYSQL_PASSWORD_FORM=plaintext, which sends it inside TLS where the logs of MariaDB keep it, or SET GLOBAL strict_password_validation = OFF',
  })
