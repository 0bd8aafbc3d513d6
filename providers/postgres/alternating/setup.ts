/**
 * The statements that give the admin what it needs, each in one place: the check names them, `quarterturn provider setup
 * postgres` prints them, and the page is tested against them.
 */
import pg from 'pg'

const id = (name: string): string => pg.escapeIdentifier(name)

/** Only what is needed: the admin may change the role and give it away, but neither has its rights nor can become it. */
export const grantRole = (role: string, admin: string): string =>
  `GRANT ${id(role)} TO ${id(admin)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`

export const grantCreateRole = (admin: string): string => `ALTER ROLE ${id(admin)} CREATEROLE;`

export const grantConnect = (database: string, admin: string): string =>
  `GRANT CONNECT ON DATABASE ${id(database)} TO ${id(admin)};`

export const grantPasswords = (admin: string): string => `GRANT rds_password TO ${id(admin)};`

export interface Setup {
  /** The user that the application signs in as; its clone is made by the first rotation. */
  readonly user: string
  /** The role of the admin secret. */
  readonly admin: string
  /** The database of the secret. */
  readonly database: string
  /** The first version for which ADMIN on the user has to be given. Default: both forms, with a remark. */
  readonly version?: number
}

/** From 16 on CREATEROLE reaches only roles that the admin was given, or made itself. */
export const needsAdminOption = (major: number): boolean => major >= 16

/** SQL for psql, run once for each user by a superuser, on RDS by the master user. */
export function setupScript({ user, admin, database, version }: Setup): string {
  const grant = [
    '-- PostgreSQL 16 and later: run by a superuser, or by the role that made the user.',
    grantRole(user, admin),
  ]
  return [
    `CREATE ROLE ${id(admin)} LOGIN NOSUPERUSER CREATEROLE;`,
    `\\password ${id(admin)}`,
    grantConnect(database, admin),
    ...(version === undefined || needsAdminOption(version) ? grant : []),
    '-- RDS with rds.restrict_password_commands only:',
    `-- ${grantPasswords(admin)}`,
    '',
  ].join('\n')
}
