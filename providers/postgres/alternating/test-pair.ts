/** A pair of users at a real server, with an admin that has only what it needs. */
import pg from 'pg'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import type { PostgresServer } from '../../../test/servers/postgres.ts'
import type { PostgresOptions } from '../index.ts'
import { type StagedRotation, type Staging, stageRotation } from '../test-rotation.ts'
import { createRole, secretFor } from '../test-target.ts'
import { setupScript } from './setup.ts'

export const WHOLE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']

export interface TestPair {
  readonly user: string
  readonly clone: string
  readonly admin: string
  readonly secret: StoredSecret
  readonly adminSecret: StoredSecret
  stage(options?: PostgresOptions, staging?: Staging): StagedRotation
  /** Signs in with what is under a label and runs statements; answers the rows of the last. */
  as(stage: StagedRotation, text: string, label?: string): Promise<readonly Record<string, unknown>[]>
}

export const majorOf = (server: PostgresServer): number => Number.parseInt(server.version, 10)

/** Makes the user, and its admin by the very statements that the documentation gives. */
export async function freshPair(server: PostgresServer, user: string, more = ''): Promise<TestPair> {
  const admin = `${user}_admin`
  await createRole(server, user, `first ${user}`, more)
  await setUp(server, user, admin)
  const at = { host: server.host, port: server.port }
  const secret = secretFor(at, { username: user, password: `first ${user}`, note: 'kept' })
  const adminSecret = secretFor(at, { username: admin, password: `of ${admin}` })
  return {
    user,
    clone: `${user}_clone`,
    admin,
    secret,
    adminSecret,
    stage: (options = {}, staging = {}) =>
      stageRotation(secret, { ca: server.ca, ...options }, { admin: adminSecret, ...staging }),
    as: async (stage, text, label = 'AWSCURRENT') => {
      const { username, password } = stage.value(label)
      return runAs(server, { user: String(username), password: String(password) }, text)
    },
  }
}

/** The statements that `quarterturn provider setup postgres` prints, without psql's own. */
export async function setUp(server: PostgresServer, user: string, admin: string): Promise<void> {
  const script = setupScript({ user, admin, database: 'postgres', version: majorOf(server) })
  await server.sql(script.replace(/^\\.*$/gm, ''))
  await server.sql(`ALTER ROLE ${pg.escapeIdentifier(admin)} PASSWORD ${pg.escapeLiteral(`of ${admin}`)}`)
}

/** One session of an application. */
export async function runAs(
  server: PostgresServer,
  { user, password }: { readonly user: string; readonly password: string },
  text: string,
  database = 'postgres',
): Promise<readonly Record<string, unknown>[]> {
  const { host, port, ca } = server
  const client = new pg.Client({ host, port, user, password, database, ssl: { ca } })
  client.on('error', () => {})
  await client.connect()
  try {
    const results: unknown = await client.query(text)
    const last: unknown = Array.isArray(results) ? results.at(-1) : results
    return last !== null && typeof last === 'object' && 'rows' in last && Array.isArray(last.rows)
      ? last.rows
      : []
  } finally {
    await client.end()
  }
}
