/** A row of MariaDB's `mysql.global_priv`. */
import type { Row } from '../link.ts'
import { methodsOfRow } from '../mariadb/methods.ts'
import { shown } from '../quote.ts'
import type { Stored } from './holder.ts'
import { lifetime, limit, type Requirement, requirement } from './options.ts'
import type { Right } from './rights.ts'

/**
 * What each bit of `access` stands for.
 *
 * @see https://github.com/MariaDB/server/blob/10.11/sql/privilege.h
 */
const BITS = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'GRANT OPTION',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'SHOW DATABASES',
  'SUPER',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'REPLICATION SLAVE',
  'BINLOG MONITOR',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'CREATE USER',
  'EVENT',
  'TRIGGER',
  'CREATE TABLESPACE',
  'DELETE HISTORY',
  'SET USER',
  'FEDERATED ADMIN',
  'CONNECTION ADMIN',
  'READ_ONLY ADMIN',
  'REPLICATION SLAVE ADMIN',
  'REPLICATION MASTER ADMIN',
  'BINLOG ADMIN',
  'BINLOG REPLAY',
  'SLAVE MONITOR',
  'SHOW CREATE ROUTINE',
]

const KINDS: readonly Requirement['kind'][] = ['none', 'ssl', 'x509', 'specified']

/** The columns that {@link mariaDbAccount} reads. A number of 64 bits would not survive as one of JavaScript's. */
export const MARIADB_COLUMNS = `User, Host, Priv, JSON_VALUE(Priv, '$.access') AS access`

export function mariaDbAccount(row: Row): Stored {
  const priv = objectIn(row['Priv'])
  const methods = methodsOfRow(row['Priv'])
  const names = privilegesIn(row['access'])
  const of = (key: string): string => String(priv[key] ?? '')
  const days = Number(priv['password_lifetime'] ?? -1)
  const role = of('default_role')
  return {
    account: { user: String(row['User']), host: String(row['Host']) },
    rights: names.known.map((privilege): Right => ({ kind: 'static', privilege, object: '*.*' })),
    options: [
      requirement({
        kind: KINDS[Number(priv['ssl_type'] ?? 0)] ?? 'none',
        issuer: of('x509_issuer'),
        subject: of('x509_subject'),
        cipher: of('ssl_cipher'),
      }),
      limit('MAX_QUERIES_PER_HOUR', priv['max_questions']),
      limit('MAX_UPDATES_PER_HOUR', priv['max_updates']),
      limit('MAX_CONNECTIONS_PER_HOUR', priv['max_connections']),
      limit('MAX_USER_CONNECTIONS', priv['max_user_connections']),
      limit('MAX_STATEMENT_TIME', priv['max_statement_time']),
      lifetime(days === -1 ? undefined : days),
    ],
    notes: {},
    marks: [],
    plugins: methods.map(({ plugin }) => plugin),
    isLocked: priv['account_locked'] === true,
    isExpired: Number(priv['password_last_changed'] ?? 1) === 0,
    odd: names.unknown.map((bit) => `has a privilege that is not known here (bit ${bit} of its access)`),
    defaultRoles: role === '' ? [] : [shown(role)],
  }
}

function objectIn(value: unknown): Record<string, unknown> {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}

function privilegesIn(access: unknown): { readonly known: string[]; readonly unknown: number[] } {
  const bits = BigInt(/^\d{1,20}$/.test(String(access)) ? String(access) : '0')
  const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n)
  return {
    known: set.flatMap((bit) => BITS[bit] ?? []),
    // An account with every bit set, as the server's own root has, has those that are to come.
    unknown: set.filter((bit) => BITS[bit] === undefined),
  }
}
