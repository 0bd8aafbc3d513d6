/** One role at a real server for each point of the conformance kit, and what can be done to it. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { End, FreshTarget } from '../../shared/conformance/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { type Road, startRoad } from './test-road.ts'
import { createRole, secretFor } from './test-target.ts'

let made = 0

/** A role of its own behind a road of its own, so that it can be cut off while others go on. */
export async function freshRole(server: PostgresServer): Promise<FreshTarget> {
  made += 1
  const name = `kit_${made}`
  const password = randomBytes(12).toString('base64url')
  await createRole(server, name, password)
  const road = await startRoad(server.port)
  return {
    secret: secretFor({ host: server.host, port: road.port }, { username: name, password, note: 'kept' }),
    ...hooks(server, name, road),
    async close() {
      await road.close()
      await server.sql(`DROP ROLE IF EXISTS ${name}`)
    },
  }
}

function hooks(server: PostgresServer, name: string, road: Road): Omit<FreshTarget, 'secret' | 'close'> {
  /** A clause of ALTER ROLE and the one that takes it back. */
  const altering = (clause: string, back: string) => async (): Promise<End> => {
    await server.sql(`ALTER ROLE ${name} ${clause}`)
    return async () => void (await server.sql(`ALTER ROLE ${name} ${back}`))
  }
  const verifier = async (): Promise<string> => {
    const [row] = await server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', { values: [name] })
    return pg.escapeLiteral(String(row?.['rolpassword']))
  }
  /** Does something, and puts the password back that was in force before. */
  const restoring = (change: () => Promise<unknown>) => async (): Promise<End> => {
    const before = await verifier()
    await change()
    return async () => void (await server.sql(`ALTER ROLE ${name} PASSWORD ${before}`))
  }
  return {
    outage: async () => {
      await road.cut()
      return () => road.mend()
    },
    limitConnections: altering('CONNECTION LIMIT 0', 'CONNECTION LIMIT -1'),
    lockUser: altering('NOLOGIN', 'LOGIN'),
    slow: () => holdRole(server, name),
    dropUser: async () => {
      const before = await verifier()
      await server.sql(`DROP ROLE ${name}`)
      return async () => void (await server.sql(`CREATE ROLE ${name} LOGIN PASSWORD ${before}`))
    },
    changePasswordByHand: restoring(() => server.sql(`ALTER ROLE ${name} PASSWORD 'set by hand'`)),
    failover: restoring(() => Promise.resolve()),
    dropConnections: () => terminate(server, name),
    async connections() {
      const [row] = await server.sql(
        'SELECT count(*)::int AS open FROM pg_stat_activity WHERE usename = $1',
        {
          values: [name],
        },
      )
      return Number(row?.['open'])
    },
    async failedSignIns() {
      const log = await server.log()
      return log.split(`password authentication failed for user "${name}"`).length - 1
    },
    log: () => server.log(),
  }
}

const terminate = (server: PostgresServer, name: string): Promise<void> =>
  endSessions(server, 'usename = $1', name)

/** Ends the sessions that `which` finds, and waits until they are gone. Later ones are left alone. */
async function endSessions(server: PostgresServer, which: string, value: string): Promise<void> {
  const ended = await server.sql(
    `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${which}`,
    {
      values: [value],
    },
  )
  const pids = { values: [ended.map(({ pid }) => pid)] }
  while ((await server.sql('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', pids)).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Another transaction changes the role and does not end: whoever changes it too has to wait. */
async function holdRole(server: PostgresServer, name: string): Promise<End> {
  const held = server.sql(`SET application_name = 'holds ${name}'; BEGIN;
    ALTER ROLE ${name} CONNECTION LIMIT 9; SELECT pg_sleep(600); ROLLBACK`)
  held.catch(() => undefined)
  const sleeper = { values: [`holds ${name}`] }
  const sleeps = () =>
    server.sql(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'`,
      sleeper,
    )
  while ((await sleeps()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  return async () => {
    await endSessions(server, 'application_name = $1', `holds ${name}`)
    await held.catch(() => undefined)
  }
}
