import { type Applied, QuarterturnError, type Retired } from '../../../shared/provider/index.ts'
import {
  APPLIED,
  type Change,
  type Changer,
  isError,
  type Retirement,
  type Run,
  refused,
  SUPERSEDED,
} from '../change.ts'
import { literal } from '../quote.ts'

/** `REPLACE` names a password that is not the primary one. */
const NOT_PRIMARY = 3891
/** Lacks APPLICATION_PASSWORD_ADMIN. */
const NO_RIGHT = 1227

/**
 * Changes the account that signed in, which keeps its plugin. `REPLACE` makes the server compare: a late or repeated
 * delivery fails and changes nothing, and no failed sign-in is counted for it.
 *
 * @see https://dev.mysql.com/doc/refman/8.4/en/alter-user.html
 */
export class OwnMysql implements Changer {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async apply({ strategy, from, to }: Change): Promise<Applied> {
    const isDual = strategy === 'dual-password'
    try {
      await this.#run(
        `ALTER USER USER() IDENTIFIED BY ${literal(to)} REPLACE ${literal(from)}${isDual ? ' RETAIN CURRENT PASSWORD' : ''}`,
      )
    } catch (error) {
      if (isError(error, NOT_PRIMARY)) return (await this.#isPrimary(to)) ? APPLIED : SUPERSEDED
      if (isError(error, 1819)) return refused(1819, to)
      if (isError(error, 3638)) return refused(3638, to)
      // A dropped account lacks every right; this fails for it, and says so.
      if (isError(error, NO_RIGHT)) await this.#run('SHOW CREATE USER CURRENT_USER()')
      throw error
    }
    // An older password beside it would live on as one that no label names.
    if (!isDual) await this.#discard().catch((error: unknown) => ignore(error, NO_RIGHT))
    return APPLIED
  }

  async retire({ keep }: Retirement): Promise<Retired> {
    // DISCARD names nothing, so it follows the proof that what stays is the one that it leaves.
    if (!(await this.#isPrimary(keep)))
      return {
        result: 'cannot',
        reason:
          'the server does not confirm that the primary password is the one that is to stay: it is another, or PASSWORD HISTORY or a policy refuses to set it once more',
      }
    await this.#discard()
    return { result: 'retired' }
  }

  /** Sets a password to itself, which changes nothing and succeeds only for the primary one. */
  async #isPrimary(password: string): Promise<boolean> {
    try {
      await this.#run(`ALTER USER USER() IDENTIFIED BY ${literal(password)} REPLACE ${literal(password)}`)
      return true
    } catch (error) {
      if (isError(error, NOT_PRIMARY)) return false
      // Policy and history are looked at before the comparison, so nothing is known.
      if (isError(error, 1819, 3638)) return false
      throw error
    }
  }

  #discard(): Promise<unknown> {
    return this.#run('ALTER USER USER() DISCARD OLD PASSWORD')
  }
}

function ignore(error: unknown, errno: number): void {
  if (error instanceof QuarterturnError || !isError(error, errno)) throw error
}
