/** An account whose server is disturbed as a whole: every account there would see it, so one point goes at a time. */
import type { End, FreshTarget } from '../../shared/conformance/index.ts'
import type { MysqlKind } from '../../test/servers/mysql/binaries.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { type FreshOptions, freshAccount } from './test-conformance.ts'

export async function freshAccountAlone(server: MysqlServer, options: FreshOptions): Promise<FreshTarget> {
  const { wire: _, ...fresh } = await freshAccount(server, options)
  return {
    ...fresh,
    /** A crash, recovery, and all that a client sees of it. */
    outage: async () => {
      await server.halt('immediate')
      return () => server.restart()
    },
    readOnly: between(server, READ_ONLY[server.kind]),
    refuseByPolicy: between(server, POLICY[server.kind]),
    slow: () => server.hold(...SLOW[server.kind]),
  }
}

interface Change {
  readonly begin: readonly string[]
  readonly end: readonly string[]
}

const between =
  ({ sql }: MysqlServer, { begin, end }: Change) =>
  async (): Promise<End> => {
    for (const statement of begin) await sql(statement)
    return async () => {
      for (const statement of end) await sql(statement)
    }
  }

const READ_ONLY: Readonly<Record<MysqlKind, Change>> = {
  mysql: {
    begin: ['SET GLOBAL super_read_only = ON'],
    end: ['SET GLOBAL super_read_only = OFF', 'SET GLOBAL read_only = OFF'],
  },
  mariadb: { begin: ['SET GLOBAL read_only = ON'], end: ['SET GLOBAL read_only = OFF'] },
}

const POLICY: Readonly<Record<MysqlKind, Change>> = {
  mysql: {
    begin: [
      `INSTALL COMPONENT 'file://component_validate_password'`,
      'SET GLOBAL validate_password.length = 1000',
    ],
    end: [`UNINSTALL COMPONENT 'file://component_validate_password'`],
  },
  mariadb: {
    begin: [
      `INSTALL SONAME 'simple_password_check'`,
      'SET GLOBAL simple_password_check_minimal_length = 1000',
    ],
    end: [`UNINSTALL SONAME 'simple_password_check'`],
  },
}

/** Accounts can be read and sign in, and whoever changes one has to wait. */
const SLOW: Readonly<Record<MysqlKind, readonly string[]>> = {
  mysql: ['LOCK INSTANCE FOR BACKUP'],
  mariadb: ['LOCK TABLES mysql.global_priv READ'],
}
