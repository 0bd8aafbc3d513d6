import { createHash } from 'node:crypto'
import { ownerOf } from '../../../shared/database/pair.ts'
import type { Account } from '../account.ts'
import { isError, type Run } from '../change.ts'
import { literal } from '../quote.ts'
import type { Server } from '../server.ts'

/*
 * What tells whose clone an account is. MySQL keeps it in the account's ATTRIBUTE; MariaDB has nothing of the kind, so
 * there it is a role without rights that the account was granted.
 */
export const MARK_KEY = 'quarterturn'

const ROLE = /^`quarterturn:([0-9a-f]{32})`$/

export const markerRole = (mark: string): string => `\`${MARK_KEY}:${mark}\``

/**
 * The mark of a secret on this pair. A role is known to the whole server, so on MariaDB each pair has one of its own: that of
 * another pair, which the secret may have rotated before, is not touched when this one is made.
 */
export const markFor = ({ isMariaDb }: Server, { user, host }: Account, mark: string): string =>
  isMariaDb
    ? createHash('sha256')
        .update(JSON.stringify([mark, ownerOf(user), host]), 'utf8')
        .digest('hex')
        .slice(0, 32)
    : mark

/** The mark that a role stands for, by its name as GRANT takes it. */
export const markIn = (role: string): string | undefined => ROLE.exec(role)?.[1]

/**
 * The marks that one account carries, for a session that need not know of pairs: the account itself, or an admin. What that
 * admin may not read shows no mark.
 */
export async function marksOf(
  run: Run,
  { isMariaDb }: Server,
  { user, host }: Account,
  isItself: boolean,
): Promise<readonly string[]> {
  const question = !isMariaDb
    ? `SELECT ATTRIBUTE->>'$.${MARK_KEY}' AS mark FROM information_schema.USER_ATTRIBUTES WHERE USER = ${literal(user)} AND HOST = ${literal(host)}`
    : isItself
      ? `SELECT ROLE_NAME AS mark FROM information_schema.APPLICABLE_ROLES WHERE IS_GRANTABLE = 'NO'`
      : `SELECT Role AS mark FROM mysql.roles_mapping WHERE User = ${literal(user)} AND Host = ${literal(host)} AND Admin_option = 'N'`
  // 1109: before MySQL 8.0.21, which has no place for a mark.
  const rows = await run(question).catch((error: unknown) => {
    if (isError(error, 1109, 1044, 1142, 1143)) return []
    throw error
  })
  return rows.flatMap(({ mark }) =>
    typeof mark !== 'string' ? [] : isMariaDb ? (markIn(`\`${mark}\``) ?? []) : [mark],
  )
}
