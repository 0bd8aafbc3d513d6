/** A role on a server of its own: what happens to the whole server is seen by this point alone, so one goes at a time. */
import type { FreshTarget } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { freshRole } from './test-conformance.ts'

/** The settings that the server has to begin with. */
export const OWN_SERVER = {
  shared_preload_libraries: 'passwordcheck',
  log_statement: 'all',
  log_min_messages: 'debug1',
  log_min_error_statement: 'debug1',
  log_min_duration_statement: '0',
} as const

export async function freshRoleOnOwnServer(server: PostgresServer): Promise<FreshTarget> {
  const { wire: _, admin, ...fresh } = await freshRole(server)
  const here = (stored: StoredSecret): StoredSecret => ({ ...stored, port: server.port })
  const setting = (name: string, value: string, back: string) => async () => {
    await server.useSettings({ [name]: value })
    return () => server.useSettings({ [name]: back })
  }
  return {
    ...fresh,
    secret: here(fresh.secret),
    ...(admin && { admin: { ...admin, value: here(admin.value) } }),
    /** A crash, recovery, and all that a client sees of it. */
    outage: async () => {
      await server.halt('immediate')
      return () => server.restart()
    },
    readOnly: setting('default_transaction_read_only', 'on', 'off'),
    /** The check of passwords that comes with PostgreSQL: of a hash it sees little, so the password has to go as it is. */
    refuseByPolicy: setting('passwordcheck.min_password_length', '1000', '8'),
  }
}
