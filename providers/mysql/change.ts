import type { Budget } from '../../shared/network/budget.ts'
import { type Applied, QuarterturnError, type Retired, type Strategy } from '../../shared/provider/index.ts'
import { MysqlFailure } from './failure.ts'
import type { Link, Row } from './link.ts'

/** What a change is about, in the connection that holds the lock. */
export interface Change {
  readonly strategy: Strategy
  /** The password just proven. */
  readonly from: string
  readonly to: string
}

/** What a retirement is about. */
export interface Retirement {
  readonly gone: string
  readonly keep: string
}

/** How a kind of server changes an account, with its own rights or those of an admin. */
export interface Changer {
  apply(change: Change): Promise<Applied>
  retire(retirement: Retirement): Promise<Retired>
}

export type Run = (text: string) => Promise<readonly Row[]>

export const runner =
  (link: Link, time: Budget): Run =>
  (text) =>
    link.run(text, time.clientMs)

export const APPLIED: Applied = { result: 'applied' }
export const SUPERSEDED: Applied = { result: 'superseded' }

export const isError = (error: unknown, ...numbers: readonly number[]): boolean =>
  error instanceof MysqlFailure && error.kind === 'server' && numbers.includes(error.errno ?? 0)

/** The password is not among those that this account may have, and will never be. */
export const refused = (errno: number, password: string, warnings: readonly Row[] = []): Applied => {
  const said = warnings
    .filter((row) => row['Level'] === 'Warning')
    .map((row) => String(row['Message']).replaceAll(password, '[redacted]').slice(0, 200))
  const words = said.length === 0 ? '' : `: ${said.slice(0, 5).join('; ')}`
  return {
    result: 'refused',
    reason: `error ${errno}: ${POLICY[errno] ?? 'the server refuses the password'}${words}`,
  }
}

const POLICY: Readonly<Record<number, string>> = {
  1819: 'the password does not satisfy the policy of the server',
  3638: 'the password was used before, and the history of the account refuses it',
}

/** The error for an account that signed in a moment ago and is not there any more. */
export const accountGone = (): QuarterturnError =>
  new QuarterturnError('CURRENT_REFUSED', {
    problem: 'the account was dropped meanwhile',
    fields: { credential: 'current' },
    remedy:
      'find out who dropped it, create the account again with the password of AWSCURRENT, then rotate again',
  })
