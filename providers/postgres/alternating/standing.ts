import type { Row } from '../link.ts'
import type { Ask } from './ask.ts'
import { marksIn } from './mark.ts'
import type { Pair } from './pair.ts'
import { SETTINGS, type Setting, settingsOf } from './settings.ts'

/** What is known of one role of the pair. */
export interface Role {
  readonly name: string
  readonly oid: string
  /** `SUPERUSER`, `REPLICATION`, `BYPASSRLS`: what no clone can have, or none should. */
  readonly powers: readonly string[]
  readonly canCreateDatabase: boolean
  readonly canCreateRole: boolean
  readonly inherits: boolean
  readonly canSignIn: boolean
  readonly connectionLimit: number
  /** As the server takes it in `VALID UNTIL`; undefined: for ever. */
  readonly validUntil: string | undefined
  readonly comment: string | undefined
  readonly marks: readonly string[]
  /** Who asks has ADMIN on it. */
  readonly isAdministered: boolean
  readonly settings: readonly Setting[]
}

/** Both roles, and how they hang together. */
export interface Standing {
  readonly major: number
  readonly database: string
  readonly owner: Role | undefined
  readonly clone: Role | undefined
  /** The clone is a member of the owner, has its rights, and may become it. */
  readonly isMember: boolean
  /** Row policies that name one of them, as `policy ON table`, or `in database x`. */
  readonly policies: readonly string[]
  /** Databases in which objects belong to the clone, with their number. */
  readonly ownedByClone: readonly { readonly database: string; readonly objects: number }[]
  /** Other databases in which something is granted to the clone alone. */
  readonly grantedElsewhere: readonly string[]
}

const ROLES = `
  SELECT rolname::text AS name, oid::text AS oid,
    array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
      CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL) AS powers,
    rolcreatedb, rolcreaterole, rolinherit, rolcanlogin, rolconnlimit,
    CASE WHEN isfinite(rolvaliduntil)
      THEN to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' END AS valid_until,
    shobj_description(oid, 'pg_authid') AS comment,
    pg_has_role(session_user, oid, 'MEMBER WITH ADMIN OPTION') AS administered,
    current_setting('server_version_num')::int / 10000 AS major, current_database()::text AS database
  FROM pg_roles WHERE rolname = ANY ($1)`

/** Before 16 a member has the rights if it inherits, and may always become the role. */
const MEMBERSHIP = (major: number): string =>
  major >= 16
    ? `SELECT coalesce(bool_or(inherit_option) AND bool_or(set_option), false) AS member
       FROM pg_auth_members WHERE roleid = $1::oid AND member = $2::oid`
    : `SELECT count(*) > 0 AS member FROM pg_auth_members WHERE roleid = $1::oid AND member = $2::oid`

/** What hangs on the two roles, in all databases: policies, objects, grants. Of objects only what changes hands. */
const DEPENDENCIES = `
  SELECT s.deptype::text AS kind, d.datname::text AS database, s.refobjid = $2::oid AS is_clone, count(*)::int AS objects
  FROM pg_shdepend s LEFT JOIN pg_database d ON d.oid = s.dbid
  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid IN ($1::oid, $2::oid) AND s.deptype IN ('o', 'a', 'r')
    AND (s.deptype <> 'o' OR s.classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass))
  GROUP BY 1, 2, 3 ORDER BY 1, 2`

const POLICIES = `
  SELECT format('%I ON %s', polname, polrelid::regclass) AS policy
  FROM pg_policy WHERE polroles && ARRAY[$1::oid, $2::oid] ORDER BY 1`

const NO_ROLE = '0'

export async function standingOf(ask: Ask, { owner, clone }: Pair): Promise<Standing> {
  const rows = await ask(ROLES, [[owner, clone]])
  const settings = await ask(SETTINGS, [[owner, clone]])
  const role = (name: string): Role | undefined => {
    const row = rows.find((one) => one['name'] === name)
    return row === undefined ? undefined : roleOf(row, settingsOf(settings, name))
  }
  const [first] = rows
  const major = Number(first?.['major'] ?? 0)
  const database = String(first?.['database'] ?? '')
  const found = { owner: role(owner), clone: role(clone) }
  const oids = [found.owner?.oid ?? NO_ROLE, found.clone?.oid ?? NO_ROLE]
  const hanging = await ask(DEPENDENCIES, oids)
  const isHere = (row: Row) => row['database'] === database
  const policies = hanging.filter(({ kind }) => kind === 'r')
  const [membership] = await ask(MEMBERSHIP(major), oids)
  return {
    major,
    database,
    ...found,
    isMember: membership?.['member'] === true,
    policies: [
      ...(policies.some(isHere) ? (await ask(POLICIES, oids)).map(({ policy }) => String(policy)) : []),
      ...policies.filter((row) => !isHere(row)).map((row) => `one in the database ${row['database']}`),
    ],
    ownedByClone: hanging
      .filter((row) => row['kind'] === 'o' && row['is_clone'] === true)
      .map((row) => ({ database: String(row['database'] ?? database), objects: Number(row['objects']) })),
    grantedElsewhere: hanging
      .filter(
        (row) => row['kind'] === 'a' && row['is_clone'] === true && !isHere(row) && row['database'] !== null,
      )
      .map((row) => String(row['database'])),
  }
}

const roleOf = (row: Row, settings: readonly Setting[]): Role => ({
  name: String(row['name']),
  oid: String(row['oid']),
  powers: Array.isArray(row['powers']) ? row['powers'].map(String) : [],
  canCreateDatabase: row['rolcreatedb'] === true,
  canCreateRole: row['rolcreaterole'] === true,
  inherits: row['rolinherit'] === true,
  canSignIn: row['rolcanlogin'] === true,
  connectionLimit: Number(row['rolconnlimit']),
  validUntil: typeof row['valid_until'] === 'string' ? row['valid_until'] : undefined,
  comment: typeof row['comment'] === 'string' ? row['comment'] : undefined,
  marks: marksIn(row['comment']),
  isAdministered: row['administered'] === true,
  settings,
})
