/**
 * The statements that give the admin what it needs, each in one place: the check names them, `quarterturn provider setup
 * mysql` prints them, and the page is tested against them.
 */
import { shown } from '../quote.ts'
import { TABLES } from './grants.ts'

export const grantCreateUser = (admin: string): string => `GRANT CREATE USER ON *.* TO ${admin};`

export const grantReading = (table: string, admin: string): string =>
  `GRANT SELECT ON mysql.${table} TO ${admin};`

export interface Setup {
  readonly kind: 'mysql' | 'mariadb'
  /** The user of the admin secret. */
  readonly admin: string
  /** From where the rotation connects, as the server puts it. */
  readonly host: string
  /** The schema that the user works in; the admin has to be able to give what the user has there. */
  readonly schema: string
  /** What the user has there: `SELECT, INSERT`. */
  readonly privileges: string
}

/** SQL, run once by whoever administers the server, on RDS by the master user. */
export function setupScript({ kind, admin, host, schema, privileges }: Setup): string {
  const who = `${shown(admin)}@${shown(host)}`
  return [
    ...(kind === 'mysql'
      ? [
          '-- The server makes the password and shows it once; store it in the admin secret.',
          `CREATE USER ${who} IDENTIFIED BY RANDOM PASSWORD;`,
        ]
      : [
          '-- Put a password for the dots, and store it in the admin secret.',
          `CREATE USER ${who} IDENTIFIED BY '…';`,
        ]),
    grantCreateUser(who),
    ...TABLES[kind].map((table) => grantReading(table, who)),
    '-- What the user may do, the admin has to be able to give. The test rotation names what is missing here.',
    `GRANT ${privileges} ON ${shown(schema)}.* TO ${who} WITH GRANT OPTION;`,
    '',
  ].join('\n')
}
