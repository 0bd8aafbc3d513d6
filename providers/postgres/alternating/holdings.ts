/**
 * What the clone was granted by name. It acts as the owner, so such a right serves neither of the two until the owner has
 * it; the owner's own reach the clone by membership.
 */
import type { Row } from '../link.ts'
import type { Ask } from './ask.ts'
import type { Standing } from './standing.ts'

export interface Holding {
  /** In words, naming the object. */
  readonly text: string
  readonly ownerHas: boolean
  /** Gives it to the owner. */
  readonly grant: string
  /** Takes it from the clone. */
  readonly revoke: string
  /** Who asks may do both: it made the grant, or has the rights of who did. */
  readonly mayRepair: boolean
}

/**
 * Objects with an access list: how they are called in GRANT, their list, and what tells whether the owner has a privilege (`%p`), with other roles and PUBLIC counted in.
 */
const KINDS = [
  {
    from: `pg_database o`,
    acl: 'o.datacl',
    what: `'DATABASE ' || quote_ident(o.datname)`,
    has: 'has_database_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_namespace o`,
    acl: 'o.nspacl',
    what: `'SCHEMA ' || quote_ident(o.nspname)`,
    has: 'has_schema_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_class o`,
    acl: 'o.relacl',
    what: `CASE o.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || o.oid::regclass`,
    has: `CASE WHEN o.relkind = 'S' THEN has_sequence_privilege($1, o.oid, %p) ELSE has_table_privilege($1, o.oid, %p) END`,
  },
  {
    from: `pg_proc o`,
    acl: 'o.proacl',
    what: `'ROUTINE ' || o.oid::regprocedure`,
    has: 'has_function_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_type o`,
    acl: 'o.typacl',
    what: `'TYPE ' || format_type(o.oid, NULL)`,
    has: 'has_type_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_language o`,
    acl: 'o.lanacl',
    what: `'LANGUAGE ' || quote_ident(o.lanname)`,
    has: 'has_language_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_foreign_data_wrapper o`,
    acl: 'o.fdwacl',
    what: `'FOREIGN DATA WRAPPER ' || quote_ident(o.fdwname)`,
    has: 'has_foreign_data_wrapper_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_foreign_server o`,
    acl: 'o.srvacl',
    what: `'FOREIGN SERVER ' || quote_ident(o.srvname)`,
    has: 'has_server_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_tablespace o`,
    acl: 'o.spcacl',
    what: `'TABLESPACE ' || quote_ident(o.spcname)`,
    has: 'has_tablespace_privilege($1, o.oid, %p)',
  },
  {
    from: `pg_largeobject_metadata o`,
    acl: 'o.lomacl',
    what: `'LARGE OBJECT ' || o.oid`,
    has: `EXISTS (SELECT FROM aclexplode(o.lomacl) AS x WHERE x.grantee IN (0, $1) AND x.privilege_type = a.privilege_type)`,
  },
]

/** From 15 on, settings are granted too. */
const PARAMETERS = {
  from: 'pg_parameter_acl o',
  acl: 'o.paracl',
  what: `'PARAMETER ' || o.parname`,
  has: 'has_parameter_privilege($1, o.parname, %p)',
}

const entry = ({ from, acl, what, has }: (typeof KINDS)[number]): string => `
  SELECT a.privilege_type AS privilege, '' AS columns, ${what} AS object, a.is_grantable AS grantable,
    (${has.replaceAll('%p', `a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`)}) AS owner_has,
    pg_has_role(session_user, a.grantor, 'USAGE') AS may_repair
  FROM ${from} CROSS JOIN aclexplode(${acl}) AS a WHERE a.grantee = $2`

const COLUMNS = `
  SELECT a.privilege_type, ' (' || quote_ident(c.attname) || ')', 'TABLE ' || c.attrelid::regclass, a.is_grantable,
    has_column_privilege($1, c.attrelid, c.attnum, a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
    pg_has_role(session_user, a.grantor, 'USAGE')
  FROM pg_attribute c CROSS JOIN aclexplode(c.attacl) AS a
  WHERE a.grantee = $2 AND NOT c.attisdropped`

const OBJECTS = (major: number): string =>
  `${[...KINDS, ...(major >= 15 ? [PARAMETERS] : [])].map(entry).join(' UNION ALL ')} UNION ALL ${COLUMNS}
  ORDER BY 3, 1, 2`

/** Roles that the clone is a member of besides the owner. Before 16 there are no options but ADMIN. */
const MEMBERSHIPS = (major: number): string => `
  SELECT r.rolname::text AS role, m.admin_option AS grantable,
    pg_has_role($1::oid, m.roleid, CASE WHEN m.admin_option THEN 'MEMBER WITH ADMIN OPTION' ELSE 'MEMBER' END) AS owner_has,
    ${
      major >= 16
        ? `pg_has_role(session_user, m.roleid, 'MEMBER WITH ADMIN OPTION') AND pg_has_role(session_user, m.grantor, 'USAGE')`
        : `(SELECT rolcreaterole AND NOT r.rolsuper FROM pg_roles WHERE rolname = session_user)`
    } AS may_repair
  FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
  WHERE m.member = $2::oid AND m.roleid <> $1::oid ORDER BY 1`

/** Rights on what is made later: those that name the clone, and those for what the clone makes, which it makes no more. */
const DEFAULTS = `
  SELECT a.privilege_type AS privilege, a.is_grantable AS grantable, d.defaclrole::regrole::text AS maker,
    n.nspname::text AS schema, a.grantee = $2 AS names_clone,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee,
    CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES'
      WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END AS objects,
    EXISTS (SELECT FROM aclexplode(coalesce(o.defaclacl, b.acl)) AS x
      WHERE x.privilege_type = a.privilege_type AND (x.is_grantable OR NOT a.is_grantable)
        AND x.grantee = CASE a.grantee WHEN $2 THEN $1 ELSE a.grantee END) AS owner_has,
    pg_has_role(session_user, d.defaclrole, 'USAGE') AS may_repair
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
    LEFT JOIN pg_default_acl o ON o.defaclnamespace = d.defaclnamespace AND o.defaclobjtype = d.defaclobjtype
      AND o.defaclrole = CASE d.defaclrole WHEN $2 THEN $1 ELSE d.defaclrole END
    -- What holds for every role as long as nobody said otherwise.
    CROSS JOIN LATERAL (SELECT CASE WHEN d.defaclnamespace = 0 AND d.defaclobjtype <> 'L'
      THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, $1) END AS acl) b
    CROSS JOIN aclexplode(d.defaclacl) AS a
  WHERE (a.grantee = $2 OR d.defaclrole = $2) AND NOT (d.defaclrole = $2 AND a.grantee = $2)
  ORDER BY maker, schema NULLS FIRST, objects, privilege`

/** Asked in `standing`'s database; what was granted in others is not seen. Names come quoted from the server. */
export async function holdingsOf(
  ask: Ask,
  { owner, clone, major }: Standing,
  quoted: { readonly owner: string; readonly clone: string },
): Promise<readonly Holding[]> {
  if (owner === undefined || clone === undefined) return []
  const oids = [owner.oid, clone.oid]
  const objects = await ask(OBJECTS(major).replaceAll('$1', '$1::oid').replaceAll('$2', '$2::oid'), oids)
  const memberships = await ask(MEMBERSHIPS(major), oids)
  const defaults = await ask(DEFAULTS.replaceAll('$1', '$1::oid').replaceAll('$2', '$2::oid'), oids)
  return [
    ...objects.map((row) => onObject(row, quoted)),
    ...memberships.map((row) => inRole(row, quoted)),
    ...defaults.map((row) => byDefault(row, quoted)),
  ]
}

type Names = { readonly owner: string; readonly clone: string }

const facts = (row: Row) => ({ ownerHas: row['owner_has'] === true, mayRepair: row['may_repair'] === true })

function onObject(row: Row, { owner, clone }: Names): Holding {
  const right = `${row['privilege']}${row['columns']} ON ${row['object']}`
  return {
    text: `${clone} itself has ${right}`,
    grant: `GRANT ${right} TO ${owner}${row['grantable'] === true ? ' WITH GRANT OPTION' : ''}`,
    revoke: `REVOKE ${right} FROM ${clone}`,
    ...facts(row),
  }
}

function inRole(row: Row, { owner, clone }: Names): Holding {
  const role = `"${String(row['role']).replaceAll('"', '""')}"`
  return {
    text: `${clone} itself is a member of ${role}`,
    grant: `GRANT ${role} TO ${owner}${row['grantable'] === true ? ' WITH ADMIN OPTION' : ''}`,
    revoke: `REVOKE ${role} FROM ${clone}`,
    ...facts(row),
  }
}

function byDefault(row: Row, { owner, clone }: Names): Holding {
  const namesClone = row['names_clone'] === true
  const place = row['schema'] === null ? '' : ` IN SCHEMA "${String(row['schema']).replaceAll('"', '""')}"`
  const alter = (maker: unknown) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${maker}${place}`
  const right = `${row['privilege']} ON ${row['objects']}`
  const option = row['grantable'] === true ? ' WITH GRANT OPTION' : ''
  return {
    text: namesClone
      ? `${clone} itself is to have ${right}${place} that ${row['maker']} makes`
      : `${row['grantee']} is to have ${right}${place} that ${clone} makes, which makes them as ${owner} now`,
    grant: `${alter(namesClone ? row['maker'] : owner)} GRANT ${right} TO ${namesClone ? owner : row['grantee']}${option}`,
    revoke: `${alter(row['maker'])} REVOKE ${right} FROM ${namesClone ? clone : row['grantee']}`,
    ...facts(row),
  }
}
