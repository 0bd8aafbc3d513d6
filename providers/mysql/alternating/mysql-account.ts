/** A row of MySQL's `mysql.user`. */
import type { Row } from '../link.ts'
import { literal, shown } from '../quote.ts'
import { privilegesInColumns } from './grants.ts'
import type { Stored } from './holder.ts'
import { MARK_KEY } from './mark.ts'
import { lifetime, limit, type Option, type Requirement, requirement } from './options.ts'
import type { Right } from './rights.ts'

const KINDS: Readonly<Record<string, Requirement['kind']>> = {
  ANY: 'ssl',
  X509: 'x509',
  SPECIFIED: 'specified',
}

export function mysqlAccount(row: Row): Stored {
  const attributes = objectIn(row['User_attributes'])
  const notes = objectIn(attributes['metadata'])
  const mark = notes[MARK_KEY]
  return {
    account: { user: String(row['User']), host: String(row['Host']) },
    rights: [
      ...privilegesInColumns(row).map((privilege): Right => ({ kind: 'static', privilege, object: '*.*' })),
      ...restrictions(attributes['Restrictions']),
    ],
    options: [
      requirement({
        kind: KINDS[text(row['ssl_type'])] ?? 'none',
        issuer: text(row['x509_issuer']),
        subject: text(row['x509_subject']),
        cipher: text(row['ssl_cipher']),
      }),
      limit('MAX_QUERIES_PER_HOUR', row['max_questions']),
      limit('MAX_UPDATES_PER_HOUR', row['max_updates']),
      limit('MAX_CONNECTIONS_PER_HOUR', row['max_connections']),
      limit('MAX_USER_CONNECTIONS', row['max_user_connections']),
      lifetime(number(row['password_lifetime'])),
      { name: 'PASSWORD HISTORY', clause: `PASSWORD HISTORY ${orDefault(row['Password_reuse_history'])}` },
      reuse(row['Password_reuse_time']),
      current(row['Password_require_current']),
      locking(objectIn(attributes['Password_locking'])),
    ],
    notes: Object.fromEntries(
      Object.entries(notes)
        .filter(([key]) => key !== MARK_KEY)
        .map(([key, value]) => [key, JSON.stringify(value)]),
    ),
    marks: mark === undefined ? [] : [String(mark)],
    plugins: [String(row['plugin'])],
    isLocked: row['account_locked'] === 'Y',
    isExpired: row['password_expired'] === 'Y',
    odd: 'multi_factor_authentication' in attributes ? ['signs in by more than one factor'] : [],
    defaultRoles: [],
  }
}

const text = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('utf8') : String(value ?? '')
const number = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value)
const orDefault = (value: unknown): string => String(number(value) ?? 'DEFAULT')

/** The driver parses what is JSON for the server. */
function objectIn(value: unknown): Record<string, unknown> {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}

const reuse = (value: unknown): Option => {
  const days = orDefault(value)
  return {
    name: 'PASSWORD REUSE INTERVAL',
    clause: `PASSWORD REUSE INTERVAL ${days}${days === 'DEFAULT' ? '' : ' DAY'}`,
  }
}

const current = (value: unknown): Option => ({
  name: 'PASSWORD REQUIRE CURRENT',
  clause: `PASSWORD REQUIRE CURRENT${value === 'Y' ? '' : value === 'N' ? ' OPTIONAL' : ' DEFAULT'}`,
})

const locking = ({ failed_login_attempts, password_lock_time_days }: Record<string, unknown>): Option => {
  const days = Number(password_lock_time_days ?? 0)
  return {
    name: 'FAILED_LOGIN_ATTEMPTS',
    clause: `FAILED_LOGIN_ATTEMPTS ${Number(failed_login_attempts ?? 0)} PASSWORD_LOCK_TIME ${days === -1 ? 'UNBOUNDED' : days}`,
  }
}

function restrictions(value: unknown): readonly Right[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one: unknown) => {
    const { Database, Privileges } = objectIn(one)
    const schema = String(Database)
    return (Array.isArray(Privileges) ? Privileges : []).map(
      (privilege): Right => ({
        kind: 'restriction',
        privilege: String(privilege),
        object: `${shown(schema)}.*`,
        schema,
      }),
    )
  })
}

/** A statement's clause that sets one of the notes, or with `undefined` takes it away. */
export const noteClause = (key: string, json: string | undefined): string =>
  `ATTRIBUTE ${literal(`{${JSON.stringify(key)}: ${json ?? 'null'}}`)}`
