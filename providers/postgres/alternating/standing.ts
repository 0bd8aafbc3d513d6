import type { Pair } from '../../../shared/database/pair.ts'
import type { Row } from '../link.ts'
import type { Ask } from './ask.ts'
import { marksIn } from './mark.ts'
import { OID, SETTINGS, type Setting, settingsOf } from './settings.ts'

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
  /** Something here is granted to the clone by name, or is to be granted of what it makes. */
  readonly isNamedInGrants: boolean
  /** Other databases in which something is granted to the clone alone. */
  readonly grantedElsewhere: readonly string[]
}

/** `$1` is the owner, `$2` the clone. */
const ROLES = `
  SELECT rolname::text AS name, oid::text AS oid,
    array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
      CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL) AS powers,
    rolcreatedb, rolcreaterole, rolinherit, rolcanlogin, rolconnlimit,
    CASE WHEN isfinite(rolvaliduntil)
      THEN to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' END AS valid_until,
    shobj_description(oid, 'pg_authid') AS comment,
    pg_has_role(session_user, oid, 'MEMBER WITH ADMIN OPTION') AS administered
  FROM pg_roles WHERE rolname IN ($1, $2)`

/** Before 16 a grant has no options: a member has the rights if it inherits, and may always become the role. */
const MEMBERSHIP = `
  SELECT count(*) > 0 AND bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true))
    AND bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) AS member
  FROM pg_auth_members m WHERE roleid = ${OID('$1')} AND member = ${OID('$2')}`

/** What hangs on the two roles, in all databases: policies, objects, grants. Of objects only what changes hands. */
const DEPENDENCIES = `
  SELECT CASE WHEN s.deptype = 'o' AND s.classid = 'pg_default_acl'::regclass THEN 'a' ELSE s.deptype::text END AS kind,
    d.datname::text AS database, s.refobjid = ${OID('$2')} AS is_clone, count(*)::int AS objects
  FROM pg_shdepend s LEFT JOIN pg_database d ON d.oid = s.dbid
  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid IN (${OID('$1')}, ${OID('$2')})
    AND s.deptype IN ('o', 'a', 'r') AND s.classid <> 'pg_user_mapping'::regclass
  GROUP BY 1, 2, 3 ORDER BY 1, 2`

const POLICIES = `
  SELECT format('%I ON %s', polname, polrelid::regclass) AS policy
  FROM pg_policy WHERE polroles && ARRAY[${OID('$1')}, ${OID('$2')}] ORDER BY 1`

const listOf = (query: string): string =>
  `(SELECT coalesce(json_agg(row_to_json(q)), '[]') FROM (${query}) q)`

/** All of it in one question. */
const STANDING =
  `SELECT current_setting('server_version_num')::int / 10000 AS major, current_database()::text AS database,
  ${listOf(ROLES)} AS roles, ${listOf(SETTINGS)} AS settings, ${listOf(DEPENDENCIES)} AS hanging,
  ${listOf(POLICIES)} AS policies, coalesce((${MEMBERSHIP}), false) AS member`
    .replaceAll('$1', '$1::text')
    .replaceAll('$2', '$2::text')

export async function standingOf(ask: Ask, { owner, clone }: Pair): Promise<Standing> {
  const [row = {}] = await ask(STANDING, [owner, clone])
  const list = (key: string): readonly Row[] => (Array.isArray(row[key]) ? row[key] : [])
  const database = String(row['database'])
  const isHere = (one: Row) => one['database'] === database
  const role = (name: string): Role | undefined => {
    const found = list('roles').find((one) => one['name'] === name)
    return found === undefined ? undefined : roleOf(found, settingsOf(list('settings'), name))
  }
  const ofClone = (kind: string) =>
    list('hanging').filter((one) => one['kind'] === kind && one['is_clone'] === true)
  return {
    major: Number(row['major']),
    database,
    owner: role(owner),
    clone: role(clone),
    isMember: row['member'] === true,
    policies: [
      ...list('policies').map(({ policy }) => String(policy)),
      ...list('hanging')
        .filter((one) => one['kind'] === 'r' && !isHere(one))
        .map((one) => `one in the database ${one['database']}`),
    ],
    ownedByClone: ofClone('o').map((one) => ({
      database: String(one['database'] ?? database),
      objects: Number(one['objects']),
    })),
    isNamedInGrants: ofClone('a').some((one) => isHere(one) || one['database'] === null),
    grantedElsewhere: ofClone('a')
      .filter((one) => !isHere(one) && one['database'] !== null)
      .map((one) => String(one['database'])),
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
