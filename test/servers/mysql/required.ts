import { isUnavailable, type Unavailable } from '../binaries.ts'
import { findMysql, type MysqlKind } from './binaries.ts'

/** The servers that the tests run against. A line here is a claim of the README. */
export const MYSQL_SERVERS: readonly { readonly name: string; readonly kind: MysqlKind }[] = [
  { name: 'MySQL 9', kind: 'mysql' },
  { name: 'MariaDB of the distribution', kind: 'mariadb' },
]

export type FoundMysql = (typeof MYSQL_SERVERS)[number] & ({ readonly version: string } | Unavailable)

/** Every listed server with its version, or with the reason why it cannot be had here. */
export const findMysqlServers = (): Promise<readonly FoundMysql[]> =>
  Promise.all(
    MYSQL_SERVERS.map(async (listed) => {
      const found = await findMysql(listed.kind)
      return isUnavailable(found) ? { ...listed, ...found } : { ...listed, version: found.version }
    }),
  )
