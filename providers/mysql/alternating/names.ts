import { type NameLimit, nextUser as next, tooLong } from '../../../shared/database/pair.ts'
import type { QuarterturnError } from '../../../shared/provider/index.ts'
import type { Server } from '../server.ts'

const limitOf = (most: number, server: string): NameLimit => ({
  most,
  unit: 'characters',
  otherwise: `${server} takes no longer one`,
})

const MYSQL = limitOf(32, 'MySQL')
const MARIADB = limitOf(128, 'MariaDB')
/** Before 10.6. */
const OLD_MARIADB = limitOf(80, 'MariaDB before 10.6')

/** The user whose turn it is, as far as the secret tells. Throws `ACCOUNT_REFUSED` for a name that can have no pair. */
export const nextUser = (user: string, engine: unknown): string =>
  next(user, engine === 'mysql' || engine === 'aurora-mysql' ? MYSQL : MARIADB)

/** What the server itself would say of the longer name of the pair. */
export function nameTooLong(user: string, { isMariaDb, version }: Server): QuarterturnError | undefined {
  const [major = 0, minor = 0] = version
  if (!isMariaDb) return tooLong(user, MYSQL)
  return tooLong(user, major > 10 || (major === 10 && minor >= 6) ? MARIADB : OLD_MARIADB)
}
