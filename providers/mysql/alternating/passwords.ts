/** The password of one account of a pair: an admin compares what is stored, so that no sign-in fails for it. */
import { randomBytes } from 'node:crypto'
import type { Applied, Retired } from '../../../shared/provider/index.ts'
import { type Account, inSql } from '../account.ts'
import { APPLIED, isError, type Run, refused } from '../change.ts'
import { nativeHash } from '../hash.ts'
import { clauseOf, holds, isNative, type Method } from '../mariadb/methods.ts'
import { readMethods, setPasswords } from '../mariadb/passwords.ts'
import { KNOWN_PLUGINS, placeOf, type View, viewOf } from '../mysql/view.ts'
import { hexLiteral, literal } from '../quote.ts'
import type { Server } from '../server.ts'

export type PasswordForm = 'verifier' | 'plaintext'

export interface Passwords {
  /** Whether it is the password of the account, or one of two. */
  hold(password: string): Promise<boolean>
  /** Makes it the only one. `plugin` is what signs the account in from then on. A repeat changes nothing. */
  set(password: string, plugin: string): Promise<Applied>
  /** Ends sign-ins with it, and with no other. */
  end(password: string): Promise<Retired>
}

export const passwordsOf = (run: Run, server: Server, account: Account, form: PasswordForm): Passwords =>
  server.isMariaDb ? new MariaDbPasswords(run, account, form) : new MysqlPasswords(run, account)

/** A password that nobody knows, in a form that every policy takes. */
export const nobodys = (): string => `${randomBytes(30).toString('base64url')}-aA1`

const NO_ACCOUNT: Retired = { result: 'already' }
const RETIRED: Retired = { result: 'retired' }

class MysqlPasswords implements Passwords {
  readonly #run: Run
  readonly #account: Account

  constructor(run: Run, account: Account) {
    this.#run = run
    this.#account = account
  }

  async hold(password: string): Promise<boolean> {
    const view = await this.#view()
    return view !== undefined && placeOf(view, password) !== 'neither'
  }

  async set(password: string, plugin: string): Promise<Applied> {
    const view = await this.#view()
    const isSet = view?.plugin === plugin && placeOf(view, password) === 'primary'
    if (!isSet)
      try {
        await this.#alter(`IDENTIFIED WITH ${literal(plugin)} BY ${literal(password)}`)
      } catch (error) {
        if (isError(error, 1819)) return refused(1819, password)
        if (isError(error, 3638)) return refused(3638, password)
        throw error
      }
    // An older one beside it, of the time when the account had two, would live on as one that no label names.
    if (view?.secondary !== undefined) await this.#alter('DISCARD OLD PASSWORD')
    return APPLIED
  }

  async end(password: string): Promise<Retired> {
    const view = await this.#view()
    if (view === undefined) return NO_ACCOUNT
    if (!KNOWN_PLUGINS.includes(view.plugin))
      return { result: 'cannot', reason: `what ${view.plugin} keeps of a password cannot be compared` }
    const place = placeOf(view, password)
    if (place === 'neither') return { result: 'already' }
    if (place === 'primary')
      await this.#alter(`IDENTIFIED WITH ${literal(view.plugin)} AS ${hexLiteral(nobodysHash(view.plugin))}`)
    if (place === 'secondary' || view.secondary !== undefined) await this.#alter('DISCARD OLD PASSWORD')
    return RETIRED
  }

  #view(): Promise<View | undefined> {
    return viewOf(this.#run, this.#account)
  }

  #alter(clause: string): Promise<unknown> {
    return this.#run(`ALTER USER ${inSql(this.#account)} ${clause}`)
  }
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const text = (length: number): string =>
  [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')

/** What the plugin would store of a password: no password is known to lead to it. */
export function nobodysHash(plugin: string): Buffer {
  if (plugin === 'mysql_native_password') return Buffer.from(nobodysNativeHash())
  return Buffer.from(
    plugin === 'sha256_password' ? `$5$${text(20)}$${text(43)}` : `$A$005$${text(20)}${text(43)}`,
    'latin1',
  )
}

const nobodysNativeHash = (): string => `*${randomBytes(20).toString('hex').toUpperCase()}`

class MariaDbPasswords implements Passwords {
  readonly #run: Run
  readonly #account: Account
  readonly #form: PasswordForm

  constructor(run: Run, account: Account, form: PasswordForm) {
    this.#run = run
    this.#account = account
    this.#form = form
  }

  async hold(password: string): Promise<boolean> {
    return holds((await this.#methods()) ?? [], nativeHash(password))
  }

  async set(password: string): Promise<Applied> {
    const methods = (await this.#methods()) ?? []
    const natives = methods.filter(isNative)
    if (natives.length === 1 && holds(natives, nativeHash(password))) return APPLIED
    return await setPasswords(this.#run, this.#target(methods), [password], password)
  }

  async end(password: string): Promise<Retired> {
    const methods = await this.#methods()
    if (methods === undefined) return NO_ACCOUNT
    if (!holds(methods, nativeHash(password))) return { result: 'already' }
    const left = methods.filter((method) => !holds([method], nativeHash(password)))
    if (left.some(isNative)) {
      // A newer one beside it stays.
      await this.#run(`ALTER USER ${inSql(this.#account)} ${clauseOf(left)}`)
      return RETIRED
    }
    const instead = nobodys()
    const set = await setPasswords(this.#run, this.#target(methods), [instead], instead)
    return set.result === 'applied' ? RETIRED : { result: 'cannot', reason: 'the server refuses the change' }
  }

  #methods(): Promise<readonly Method[] | undefined> {
    return readMethods(this.#run, this.#account)
  }

  #target(methods: readonly Method[]) {
    return { account: this.#account, passwordForm: this.#form, methods }
  }
}
