import { isUnavailable } from '../../test/servers/binaries.ts'
import { findMysql, type MysqlKind } from '../../test/servers/mysql/binaries.ts'
import { type MysqlServer, requireMysql } from '../../test/servers/mysql/server.ts'
import type { Scene } from '../scene.ts'
import type { Target } from '../stage.ts'
import { dualPassword } from './dual-password.ts'

const NAMES: Readonly<Record<MysqlKind, string>> = { mysql: 'MySQL', mariadb: 'MariaDB' }

/** Which servers `mysql` and `mariadb` stand for, the first that is on this machine. */
const CHOICES: Readonly<Record<MysqlKind, readonly MysqlKind[]>> = {
  mysql: ['mysql', 'mariadb'],
  mariadb: ['mariadb'],
}

/** Rejects with what was looked for and how to get it, where there is none. */
export async function findMysqlTarget(
  wanted: MysqlKind,
  find: typeof findMysql = findMysql,
): Promise<Target<MysqlServer>> {
  const missing: string[] = []
  for (const kind of CHOICES[wanted]) {
    const found = await find(kind)
    if (!isUnavailable(found))
      return {
        name: NAMES[kind],
        secured: 'with TLS',
        handler: 'rotate-mysql',
        start: () => requireMysql({ kind }),
      }
    missing.push(`${NAMES[kind]}: ${found.unavailable}`)
  }
  throw new Error(`there is no server to rotate passwords on.\n  ${missing.join('\n  ')}`)
}

export const MYSQL_SCENES: Readonly<Record<'dual-password', Scene<MysqlServer>>> = {
  'dual-password': dualPassword,
}
