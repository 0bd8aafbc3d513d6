/** One account at a real server, in what state its passwords are, and what can be done to it. */
import mysql from 'mysql2/promise'
import type { End } from '../../shared/conformance/index.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { nativeHash } from './hash.ts'
import { literal } from './quote.ts'

/** What of a server it takes to make accounts there. */
export type SqlServer = Pick<MysqlServer, 'kind' | 'host' | 'port' | 'ca' | 'sql' | 'log' | 'generalLog'>

const account = (user: string): string => `${literal(user)}@'%'`

/** Makes an account, its password out of every log of the server. */
export async function createQuietly(
  server: SqlServer,
  user: string,
  password: string,
  more = '',
): Promise<void> {
  await server.sql(
    server.kind === 'mysql'
      ? `CREATE USER ${account(user)} IDENTIFIED BY ${literal(password)} ${more}`
      : `CREATE USER ${account(user)} IDENTIFIED BY PASSWORD ${literal(nativeHash(password))} ${more}`,
  )
}

/** Gives an account one password, out of every log of the server. */
export async function setQuietly(server: SqlServer, user: string, password: string): Promise<void> {
  await server.sql(
    server.kind === 'mysql'
      ? `ALTER USER ${account(user)} IDENTIFIED BY ${literal(password)}`
      : `ALTER USER ${account(user)} IDENTIFIED BY PASSWORD ${literal(nativeHash(password))}`,
  )
}

export const drop = async (server: SqlServer, ...users: readonly string[]): Promise<void> =>
  void (await server.sql(`DROP USER IF EXISTS ${users.map(account).join(', ')}`))

/** Remembers the passwords of an account; what it answers sets them again. */
export async function remember(
  server: SqlServer,
  user: string,
): Promise<(verb: 'CREATE' | 'ALTER') => Promise<void>> {
  if (server.kind === 'mariadb') {
    const [row] = await server.sql(`SHOW CREATE USER ${account(user)}`)
    const statement = String(Object.values(row ?? {})[0])
    return async (verb) => void (await server.sql(statement.replace(/^CREATE/, verb)))
  }
  const [row] = await server.sql(
    `SELECT plugin, HEX(authentication_string) AS first, HEX(user_attributes->>'$.additional_password') AS second
     FROM mysql.user WHERE user = ${literal(user)}`,
  )
  const { plugin, first, second } = row ?? {}
  const grants = await server.sql(`SHOW GRANTS FOR ${account(user)}`)
  return async (verb) => {
    await server.sql(`${verb} USER ${account(user)} IDENTIFIED WITH '${plugin}' AS 0x${second || first}`)
    await server.sql(`ALTER USER ${account(user)} DISCARD OLD PASSWORD`)
    if (second)
      await server.sql(
        `ALTER USER ${account(user)} IDENTIFIED WITH '${plugin}' AS 0x${first} RETAIN CURRENT PASSWORD`,
      )
    for (const grant of grants) await server.sql(String(Object.values(grant)[0]))
  }
}

/** Does something to an account, and puts back the passwords that it had before. */
export const restoring =
  (server: SqlServer, user: string, verb: 'CREATE' | 'ALTER', change: () => Promise<unknown>) =>
  async (): Promise<End> => {
    const restore = await remember(server, user)
    await change()
    return () => restore(verb)
  }

/** A clause of ALTER USER and the one that takes it back. */
export const altering =
  (server: SqlServer, user: string, clause: string, back: string) => async (): Promise<End> => {
    await server.sql(`ALTER USER ${account(user)} ${clause}`)
    return async () => void (await server.sql(`ALTER USER ${account(user)} ${back}`))
  }

/** Each account may have one session, and has it. Nobody but the test knows the password that it was opened with. */
export const filling = (server: SqlServer, users: readonly string[]) => async (): Promise<End> => {
  const ends = await Promise.all(users.map((user) => fill(server, user)))
  return async () => void (await Promise.all(ends.map((end) => end())))
}

export async function fill(server: SqlServer, user: string): Promise<End> {
  const restore = await remember(server, user)
  await setQuietly(server, user, 'of the session that fills it-A1')
  await server.sql(`ALTER USER ${account(user)} WITH MAX_USER_CONNECTIONS 1`)
  const { host, port, ca } = server
  const session = await mysql.createConnection({
    host,
    port,
    user,
    password: 'of the session that fills it-A1',
    ssl: { ca },
  })
  session.on('error', () => {})
  await restore('ALTER')
  return async () => {
    session.destroy()
    await server.sql(`ALTER USER ${account(user)} WITH MAX_USER_CONNECTIONS 0`)
  }
}

const sessionsOf = (server: SqlServer, users: readonly string[]) =>
  server.sql(`SELECT id FROM information_schema.processlist WHERE user IN (${users.map(literal).join(', ')})`)

export const countSessions = async (server: SqlServer, users: readonly string[]): Promise<number> =>
  (await sessionsOf(server, users)).length

export async function endSessions(server: SqlServer, users: readonly string[]): Promise<void> {
  // It may have ended by itself.
  for (const { id } of await sessionsOf(server, users))
    await server.sql(`KILL ${Number(id)}`).catch(() => undefined)
}

export async function failedSignIns(server: SqlServer, user: string): Promise<number> {
  const log = await server.log()
  return log.split(`Access denied for user '${user}'`).length - 1
}
