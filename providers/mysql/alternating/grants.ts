/** What the tables of the server say that accounts and roles were given. */
import type { Account } from '../account.ts'
import type { Run } from '../change.ts'
import type { Row } from '../link.ts'
import { literal, shown } from '../quote.ts'
import type { Right } from './rights.ts'

/** The tables that are read, of the schema `mysql`; the admin needs SELECT on each. */
export const TABLES = {
  mysql: [
    'user',
    'db',
    'tables_priv',
    'columns_priv',
    'procs_priv',
    'proxies_priv',
    'global_grants',
    'role_edges',
    'default_roles',
  ],
  mariadb: [
    'global_priv',
    'db',
    'tables_priv',
    'columns_priv',
    'procs_priv',
    'proxies_priv',
    'roles_mapping',
  ],
} as const

/** A condition in SQL: the row is of one of these. A role of MariaDB has an empty host. */
export const isOf = (accounts: readonly Account[], user = 'User', host = 'Host'): string =>
  `(${accounts.map((one) => `(${user} = ${literal(one.user)} AND ${host} = ${literal(one.host)})`).join(' OR ')})`

/** Rights below `*.*`, dynamic privileges, roles and default roles of several accounts. */
export interface Grants {
  rightsOf(account: Account): readonly Right[]
  /** The roles that are active from the start, as GRANT takes them. */
  defaultRolesOf(account: Account): readonly string[]
}

/** Two questions, whatever the number of accounts. */
export async function grantsOf(run: Run, accounts: readonly Account[], isMariaDb: boolean): Promise<Grants> {
  const schemas = await run(`SELECT * FROM mysql.db WHERE ${isOf(accounts)}`)
  const others = await run(othersOf(accounts, isMariaDb))
  const isFor = (row: Row, { user, host }: Account): boolean => row['User'] === user && row['Host'] === host
  return {
    rightsOf: (account) => [
      ...schemas.filter((row) => isFor(row, account)).flatMap(onSchema),
      ...others.filter((row) => isFor(row, account)).flatMap((row) => onOther(row, isMariaDb)),
    ],
    defaultRolesOf: (account) =>
      others
        .filter((row) => isFor(row, account) && row['kind'] === 'default')
        .map((row) => roleName(String(row['a']), isMariaDb ? undefined : String(row['b']))),
  }
}

/** The columns of these tables have several collations, which do not mix. */
const text = (column: string): string => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin`

function othersOf(accounts: readonly Account[], isMariaDb: boolean): string {
  const select = (
    kind: string,
    table: string,
    [a = "''", b = "''", c = "''", d = "''"]: readonly string[],
    [user, host]: readonly [string, string] = ['User', 'Host'],
  ): string =>
    `SELECT '${kind}' AS kind, ${text(user)} AS User, ${text(host)} AS Host, ${text(a)} AS a, ${text(b)} AS b, ${text(c)} AS c, ${text(d)} AS d
     FROM mysql.${table} WHERE ${isOf(accounts, user, host)}`
  return [
    select('table', 'tables_priv', ['Db', 'Table_name', "''", 'Table_priv']),
    select('column', 'columns_priv', ['Db', 'Table_name', 'Column_name', 'Column_priv']),
    select('routine', 'procs_priv', ['Db', 'Routine_name', 'Routine_type', 'Proc_priv']),
    select('proxy', 'proxies_priv', ['Proxied_user', 'Proxied_host', "''", 'With_grant']),
    ...(isMariaDb
      ? [select('role', 'roles_mapping', ['Role', "''", "''", 'Admin_option'])]
      : [
          select('dynamic', 'global_grants', ['PRIV', "''", "''", 'WITH_GRANT_OPTION'], ['USER', 'HOST']),
          select(
            'role',
            'role_edges',
            ['FROM_USER', 'FROM_HOST', "''", 'WITH_ADMIN_OPTION'],
            ['TO_USER', 'TO_HOST'],
          ),
          select('default', 'default_roles', ['DEFAULT_ROLE_USER', 'DEFAULT_ROLE_HOST'], ['USER', 'HOST']),
        ]),
  ].join(' UNION ALL ')
}

export const roleName = (user: string, host: string | undefined): string =>
  host === undefined ? shown(user) : `${shown(user)}@${shown(host)}`

/** Privileges that GRANT calls otherwise than the tables do. */
const NAMES: Readonly<Record<string, string>> = {
  GRANT: 'GRANT OPTION',
  'CREATE TMP TABLE': 'CREATE TEMPORARY TABLES',
  'SHOW DB': 'SHOW DATABASES',
  'REPL SLAVE': 'REPLICATION SLAVE',
  'REPL CLIENT': 'REPLICATION CLIENT',
  'DELETE VERSIONING ROWS': 'DELETE HISTORY',
}

const nameOf = (word: string): string => {
  const name = word.toUpperCase().replaceAll('_', ' ')
  return NAMES[name] ?? name
}

/** `Select_priv: 'Y'` and the like, one column each. */
export const privilegesInColumns = (row: Row): readonly string[] =>
  Object.entries(row)
    .filter(([column, value]) => /_priv$/.test(column) && value === 'Y')
    .map(([column]) => nameOf(column.replace(/_priv$/, '')))

/** `Select,Insert`. */
const privilegesInSet = (set: unknown): readonly string[] =>
  String(set ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map(nameOf)

const onSchema = (row: Row): readonly Right[] => {
  const schema = String(row['Db'])
  return privilegesInColumns(row).map((privilege) => ({
    kind: 'static',
    privilege,
    object: `${shown(schema)}.*`,
    schema,
  }))
}

function onOther(row: Row, isMariaDb: boolean): readonly Right[] {
  const [a, b, c] = [String(row['a']), String(row['b']), String(row['c'])]
  const isOption = ['Y', '1'].includes(String(row['d']))
  const withOption = (right: Right): readonly Right[] =>
    isOption ? [right, { ...right, isOption: true }] : [right]
  switch (row['kind']) {
    case 'table':
      return privilegesInSet(row['d']).map((privilege) => ({
        kind: 'static',
        privilege,
        object: `${shown(a)}.${shown(b)}`,
        schema: a,
        table: b,
      }))
    case 'column':
      return privilegesInSet(row['d']).map((privilege) => ({
        kind: 'static',
        privilege: `${privilege} (${shown(c)})`,
        object: `${shown(a)}.${shown(b)}`,
        schema: a,
        table: b,
        column: c,
      }))
    case 'routine':
      return privilegesInSet(row['d']).map((privilege) => ({
        kind: 'static',
        privilege,
        object: `${c} ${shown(a)}.${shown(b)}`,
        schema: a,
        routine: b,
      }))
    case 'proxy':
      return withOption({ kind: 'proxy', privilege: 'PROXY', object: roleName(a, b) })
    case 'dynamic':
      return withOption({ kind: 'dynamic', privilege: a, object: '*.*' })
    case 'role':
      return withOption({ kind: 'role', privilege: '', object: roleName(a, isMariaDb ? undefined : b) })
    default:
      return []
  }
}
