/** The roles that belong to one secret of the conformance kit, and what can be done to all of them at once. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { End } from '../../shared/conformance/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { majorOf } from './alternating/test-pair.ts'
import { createRole } from './test-target.ts'

/** A user, the clone that a rotation may make of it, and the admin of both. */
export interface Household {
  readonly user: string
  readonly clone: string
  readonly admin: string
  readonly password: string
}

const newPassword = (): string => randomBytes(12).toString('base64url')

/** A user of its own. `admin`: who administers it already. */
export async function createHousehold(
  server: PostgresServer,
  user: string,
  admin: string,
): Promise<Household> {
  const password = newPassword()
  await createRole(server, user, password)
  await server.sql(administer(server, user, admin))
  return { user, clone: `${user}_clone`, admin, password }
}

export async function createAdmin(server: PostgresServer, admin: string): Promise<string> {
  const password = newPassword()
  await createRole(server, admin, password, 'CREATEROLE')
  await server.sql(`CREATE SCHEMA ${admin} AUTHORIZATION ${admin}`)
  return password
}

/** From 16 on the admin is told which roles are its own. */
const administer = (server: PostgresServer, role: string, admin: string): string =>
  majorOf(server) >= 16 ? `GRANT ${role} TO ${admin} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE` : ''

interface Kept {
  readonly name: string
  readonly verifier: string
  readonly comment: string | null
}

/** The roles that are there, with what signs in to them. */
async function keptOf(server: PostgresServer, { user, clone }: Household): Promise<readonly Kept[]> {
  const rows = await server.sql(
    `SELECT rolname::text AS name, coalesce(quote_literal(rolpassword), 'NULL') AS verifier,
       shobj_description(oid, 'pg_authid') AS comment
     FROM pg_authid WHERE rolname = ANY ($1) ORDER BY length(rolname)`,
    { values: [[user, clone]] },
  )
  return rows.map(({ name, verifier, comment }) => ({
    name: String(name),
    verifier: String(verifier),
    comment: typeof comment === 'string' ? comment : null,
  }))
}

/** A clause of ALTER ROLE for every user that is there, and the one that takes it back. */
export const altering =
  (server: PostgresServer, household: Household, clause: string, back: string) => async (): Promise<End> => {
    const alter = async (what: string) => {
      for (const { name } of await keptOf(server, household)) await server.sql(`ALTER ROLE ${name} ${what}`)
    }
    await alter(clause)
    return () => alter(back)
  }

/** Does something, and puts the passwords back that were in force before. `hasForgotten`: later roles go as well. */
export const restoring =
  (
    server: PostgresServer,
    household: Household,
    {
      change = async () => {},
      forgets = false,
    }: { change?: (name: string) => Promise<unknown>; forgets?: boolean },
  ) =>
  async (): Promise<End> => {
    const before = await keptOf(server, household)
    for (const { name } of before) await change(name)
    return async () => {
      for (const { name, verifier } of before) await server.sql(`ALTER ROLE ${name} PASSWORD ${verifier}`)
      if (forgets && !before.some(({ name }) => name === household.clone))
        await server.sql(`DROP ROLE IF EXISTS ${household.clone}`)
    }
  }

/** The users are gone; the end brings back those that were there. */
export const dropping = (server: PostgresServer, household: Household) => async (): Promise<End> => {
  const { user, clone, admin } = household
  const before = await keptOf(server, household)
  for (const { name } of before.toReversed()) await server.sql(`DROP ROLE ${name}`)
  return async () => {
    for (const { name, verifier, comment } of before) {
      await server.sql(
        `CREATE ROLE ${name} LOGIN PASSWORD ${verifier};
         COMMENT ON ROLE ${name} IS ${comment === null ? 'NULL' : pg.escapeLiteral(comment)};
         ${administer(server, name, admin)}`,
      )
      if (name === clone)
        await server.sql(`GRANT ${user} TO ${clone}; ALTER ROLE ${clone} SET role = ${user}`)
    }
  }
}

/** Another transaction changes the users and does not end: whoever changes or makes one of them has to wait. */
export const holding = (server: PostgresServer, household: Household) => async (): Promise<End> => {
  const { user, clone } = household
  const hasClone = (await keptOf(server, household)).length === 2
  const held = server.sql(`SET application_name = 'holds ${user}'; BEGIN;
    ALTER ROLE ${user} CONNECTION LIMIT 9;
    ${hasClone ? `ALTER ROLE ${clone} CONNECTION LIMIT 9` : `CREATE ROLE ${clone}`}; SELECT pg_sleep(600); ROLLBACK`)
  held.catch(() => undefined)
  const sleeper = { values: [`holds ${user}`] }
  const sleeps = () =>
    server.sql(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'`,
      sleeper,
    )
  while ((await sleeps()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  return async () => {
    await endSessions(server, 'application_name = $1', `holds ${user}`)
    await held.catch(() => undefined)
  }
}

/** Ends the sessions that `which` finds, and waits until they are gone. Later ones are left alone. */
export async function endSessions(server: PostgresServer, which: string, value: unknown): Promise<void> {
  const ended = await server.sql(
    `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${which}`,
    { values: [value] },
  )
  const pids = { values: [ended.map(({ pid }) => pid)] }
  while ((await server.sql('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', pids)).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

export async function dropUsers(server: PostgresServer, { user, clone }: Household): Promise<void> {
  for (const name of [clone, user])
    await server.sql(
      `DO $$ BEGIN IF to_regrole('${name}') IS NOT NULL THEN DROP OWNED BY ${name}; DROP ROLE ${name}; END IF; END $$`,
    )
}
