/** Settings of a role (`ALTER ROLE … SET`), which membership does not hand on. */
import pg from 'pg'
import type { Row } from '../link.ts'

/** One setting of a role, in one database or in all. */
export interface Setting {
  /** Undefined: in every database. */
  readonly database: string | undefined
  readonly name: string
  readonly value: string
  /** Only a superuser, or who was granted it, may set this; so it is with names that the server does not know. */
  readonly isGuarded: boolean
}

/** A role's number by the name `$1` or `$2`; null of one that is not there. */
export const OID = (name: '$1' | '$2'): string => `to_regrole(quote_ident(${name}))::oid`

/** `$1` and `$2` are the names of two roles. */
export const SETTINGS = `
  SELECT CASE o.setrole WHEN ${OID('$1')} THEN $1 ELSE $2 END AS role, d.datname::text AS database, split_part(c, '=', 1) AS name,
    substr(c, strpos(c, '=') + 1) AS value,
    -- Asked of few: the view is made anew each time.
    c NOT LIKE 'role=%' AND coalesce((SELECT s.context IN ('superuser', 'superuser-backend')
      FROM pg_settings s WHERE lower(s.name) = lower(split_part(c, '=', 1))), true) AS guarded
  FROM pg_db_role_setting o
    LEFT JOIN pg_database d ON d.oid = o.setdatabase
    CROSS JOIN unnest(o.setconfig) AS c
  WHERE o.setrole IN (${OID('$1')}, ${OID('$2')})
  ORDER BY 1, 2 NULLS FIRST, 3`

export const settingsOf = (rows: readonly Row[], role: string): readonly Setting[] =>
  rows
    .filter((row) => row['role'] === role)
    .map((row) => ({
      database: typeof row['database'] === 'string' ? row['database'] : undefined,
      name: String(row['name']),
      value: String(row['value']),
      isGuarded: row['guarded'] === true,
    }))

/** `none` is no other role than the one that signs in. */
const isRole = ({ name, value }: Setting): boolean => name === 'role' && value !== 'none'

/** The role that sessions of the owner act as: itself, unless it was given another. */
export const actsAs = (settings: readonly Setting[], owner: string, database: string): string =>
  [database, undefined]
    .map((place) => settings.find((one) => isRole(one) && one.database === place)?.value)
    .find((role) => role !== undefined) ?? owner

/** What the clone must have: the owner's own, and the owner as its role where that has none. */
export const wantedOf = (owned: readonly Setting[], owner: string): readonly Setting[] => {
  const own = owned.filter((one) => one.name !== 'role' || isRole(one))
  return own.some((one) => isRole(one) && one.database === undefined)
    ? own
    : [...own, { database: undefined, name: 'role', value: owner, isGuarded: false }]
}

const keyOf = ({ database, name }: Setting): string => JSON.stringify([database, name])

/** Settings to give to the clone, and settings to take from it. */
export function settingsToChange(wanted: readonly Setting[], present: readonly Setting[]) {
  const [want, have] = [wanted, present].map((settings) => new Map(settings.map((one) => [keyOf(one), one])))
  return {
    set: wanted.filter((one) => have?.get(keyOf(one))?.value !== one.value),
    reset: present.filter((one) => want?.get(keyOf(one)) === undefined),
  }
}

export const setStatement = (role: string, setting: Setting): string =>
  `${alter(role, setting)} SET ${parameter(setting.name)} TO ${literalOf(setting)}`

export const resetStatement = (role: string, setting: Setting): string =>
  `${alter(role, setting)} RESET ${parameter(setting.name)}`

/** The statement for people, without the value: that may be anything. */
export const shownStatement = (role: string, setting: Setting): string =>
  `${alter(role, setting)} SET ${parameter(setting.name)} TO …`

const alter = (role: string, { database }: Setting): string =>
  `ALTER ROLE ${pg.escapeIdentifier(role)}${database === undefined ? '' : ` IN DATABASE ${pg.escapeIdentifier(database)}`}`

/** A name of two parts is written as such. */
const parameter = (name: string): string =>
  name
    .split('.')
    .map((part) => pg.escapeIdentifier(part))
    .join('.')

/** Settings whose value is a list of names, kept quoted; as one literal it would be one name. The server's own list. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
])

function literalOf({ name, value }: Setting): string {
  if (!LISTS.has(name.toLowerCase())) return pg.escapeLiteral(value)
  const names = namesIn(value)
  return names.length === 0 ? "''" : names.map((one) => pg.escapeLiteral(one)).join(', ')
}

/** The names of a list: `"$user", public` → `$user` and `public`. */
export const namesIn = (list: string): readonly string[] =>
  [...list.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",\s][^",]*?))\s*(?:,|$)/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  )
