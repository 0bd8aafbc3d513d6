/** One user at a real server for each point of the conformance kit, with an admin, and what can be done to them. */
import type { FreshTarget } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { type Road, startRoad } from '../../test/servers/road.ts'
import { createPostgres } from './index.ts'
import {
  altering,
  createAdmin,
  createHousehold,
  dropping,
  dropUsers,
  endSessions,
  type Household,
  holding,
  restoring,
} from './test-household.ts'
import { secretFor } from './test-target.ts'

let made = 0

/** A user and its admin behind a road of their own, so that they can be cut off while others go on. */
export const freshRole = async (server: PostgresServer): Promise<FreshTarget> =>
  freshRoleAt(server, await startRoad(server.port))

/**
 * The same without a road and, but for what goes through the kit's proxy, without TLS: for the cases of thousands of points
 * that do not try either, where both take a quarter of the time. The provider has to allow clear text on loopback.
 */
export const freshQuickRole = (server: PostgresServer): Promise<FreshTarget> => freshRoleAt(server, undefined)

async function freshRoleAt(server: PostgresServer, road: Road | undefined): Promise<FreshTarget> {
  made += 1
  const name = `kit_${made}`
  const admin = `${name}_admin`
  let adminPassword = await createAdmin(server, admin)
  const at = { host: server.host, port: road?.port ?? server.port }
  const tls = road === undefined ? { ssl: false } : {}
  const adminValue = (): StoredSecret => secretFor(at, { username: admin, password: adminPassword, ...tls })
  const household = await createHousehold(server, name, admin)
  const target = (one: Household): Omit<FreshTarget, 'close'> => ({
    secret: secretFor(at, { username: one.user, password: one.password, note: 'kept', ...tls }),
    ...hooks(server, one, road),
    wire: {
      upstream: { host: server.host, port: server.port, ca: server.ca },
      framing: 'postgres',
      at: (secret, { host, port }) => ({ ...secret, host, port, ssl: true }),
      trusting: (ca) => createPostgres({ ca }),
    },
    admin: {
      value: adminValue(),
      named: (secret, masterarn) => ({ ...secret, masterarn }),
      rotate: async () => {
        adminPassword = `${adminPassword}-next`
        await server.sql(`ALTER ROLE ${admin} PASSWORD '${adminPassword}'`)
        return adminValue()
      },
    },
  })
  return {
    ...target(household),
    sharingAdmin: async () => {
      const other = await createHousehold(server, `${name}_other`, admin)
      return { ...target(other), close: () => dropUsers(server, other) }
    },
    async close() {
      await road?.close()
      await dropUsers(server, household)
      await server.sql(`DROP OWNED BY ${admin}; DROP ROLE ${admin}`)
    },
  }
}

function hooks(
  server: PostgresServer,
  household: Household,
  road: Road | undefined,
): Omit<FreshTarget, 'secret' | 'close'> {
  const { user, clone, admin } = household
  const names = [user, clone, admin]
  return {
    ...(road === undefined
      ? {}
      : {
          outage: async () => {
            await road.cut()
            return () => road.mend()
          },
        }),
    limitConnections: altering(server, household, 'CONNECTION LIMIT 0', 'CONNECTION LIMIT -1'),
    lockUser: altering(server, household, 'NOLOGIN', 'LOGIN'),
    slow: holding(server, household),
    dropUser: dropping(server, household),
    changePasswordByHand: restoring(server, household, {
      change: (name) => server.sql(`ALTER ROLE ${name} PASSWORD 'set by hand'`),
    }),
    failover: restoring(server, household, { forgets: true }),
    dropConnections: () => endSessions(server, 'usename = ANY ($1)', names),
    async connections() {
      const [row] = await server.sql(
        'SELECT count(*)::int AS open FROM pg_stat_activity WHERE usename = ANY ($1)',
        { values: [names] },
      )
      return Number(row?.['open'])
    },
    async failedSignIns() {
      const log = await server.log()
      return names
        .map((name) => log.split(`password authentication failed for user "${name}"`).length - 1)
        .reduce((sum, one) => sum + one)
    },
    log: () => server.log(),
    driftRights: async ({ username }) => {
      made += 1
      const table = `${admin}.drift_${made}`
      await server.sql(`SET ROLE ${admin}; CREATE TABLE ${table} ();
        GRANT USAGE ON SCHEMA ${admin} TO ${username}; GRANT SELECT ON ${table} TO ${username}`)
    },
    haveSameRights: async (a, b) => {
      const [row] = await server.sql(
        `SELECT coalesce(bool_and(has_table_privilege($1, oid, 'SELECT') AND has_table_privilege($2, oid, 'SELECT')), false) AS same
         FROM pg_class WHERE relkind = 'r' AND relnamespace = $3::regnamespace`,
        { values: [a['username'], b['username'], admin] },
      )
      return row?.['same'] === true
    },
  }
}
