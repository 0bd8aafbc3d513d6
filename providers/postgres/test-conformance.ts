/** One role at a real server for each point of the conformance kit, and what can be done to it. */
import { randomBytes } from 'node:crypto'
import type { FreshTarget } from '../../shared/conformance/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { createRole, secretFor } from './test-target.ts'

let made = 0

export async function freshRole(server: PostgresServer): Promise<FreshTarget> {
  made += 1
  const name = `kit_${made}`
  const password = randomBytes(12).toString('base64url')
  await createRole(server, name, password)
  const sessionsOf = async (select: string) =>
    server.sql(`SELECT ${select} AS answer FROM pg_stat_activity WHERE usename = $1`, { values: [name] })
  return {
    secret: secretFor(server, { username: name, password, note: 'kept' }),
    async close() {
      await sessionsOf('pg_terminate_backend(pid)')
      await server.sql(`DROP ROLE IF EXISTS ${name}`)
    },
    dropConnections: async () => void (await sessionsOf('pg_terminate_backend(pid)')),
    async connections() {
      const [row] = await sessionsOf('count(*)::int')
      return Number(row?.['answer'])
    },
  }
}
