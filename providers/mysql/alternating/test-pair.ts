/** A pair of accounts at a real server, with an admin that has only what it needs. */
import mysql from 'mysql2/promise'
import { expect } from 'vitest'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import type { MysqlServer } from '../../../test/servers/mysql/server.ts'
import type { StagedRotation, Staging } from '../../../test/stage-rotation.ts'
import type { MysqlOptions } from '../index.ts'
import { literal } from '../quote.ts'
import type { SqlServer } from '../test-household.ts'
import { createAccount, secretFor, stageRotation } from '../test-target.ts'
import { setupScript } from './setup.ts'

export const WHOLE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']
export const UNTIL_SET = WHOLE.slice(0, 2)
export const PAIR = { strategy: 'alternating-users' } as const

export interface TestPair {
  readonly user: string
  readonly clone: string
  readonly admin: string
  /** The user has every privilege of an application here, and the admin may give them. */
  readonly schema: string
  readonly secret: StoredSecret
  readonly adminSecret: StoredSecret
  stage(options?: MysqlOptions, staging?: Staging): StagedRotation
  /** Signs in with what is under a label and runs statements; answers the rows of the last. */
  as(stage: StagedRotation, statements: readonly string[], label?: string): Promise<Rows>
}

export type Rows = readonly Record<string, unknown>[]

const PRIVILEGES = 'SELECT, INSERT, UPDATE, DELETE, EXECUTE, CREATE ROUTINE, ALTER ROUTINE, CREATE VIEW'

export interface PairOptions {
  readonly host?: string
  /** Further options of the account. */
  readonly more?: string
  readonly schema?: string
}

/** Makes the account, and its admin by the very statements that the documentation gives. */
export async function freshPair(
  server: MysqlServer,
  user: string,
  { host = '%', more = '', schema = user.slice(0, 40) }: PairOptions = {},
): Promise<TestPair> {
  const admin = `${user.slice(0, 20)}_admin`
  await createAccount(server, user, `first ${user}`, { host, more })
  await server.sql(`CREATE DATABASE ${'`'}${schema}${'`'}`)
  await server.sql(`GRANT SELECT, INSERT ON ${'`'}${schema}${'`'}.* TO ${literal(user)}@${literal(host)}`)
  await setUp(server, admin, schema)
  const secret = secretFor(server, { username: user, password: `first ${user}`, note: 'kept' })
  const adminSecret = secretFor(server, { username: admin, password: `of ${admin}` })
  return {
    user,
    clone: `${user}_clone`,
    admin,
    schema,
    secret,
    adminSecret,
    stage: (options = {}, staging = {}) =>
      stagePair(server, secret, { admin: adminSecret, name: user, ...staging }, options),
    as: async (stage, statements, label = 'AWSCURRENT') => {
      const { username, password } = stage.value(label)
      return runAs(server, { user: String(username), password: String(password) }, statements)
    },
  }
}

/** A pair that has rotated once, so that the clone is the current one. */
export async function rotatedPair(
  server: MysqlServer,
  user: string,
  options: PairOptions = {},
): Promise<{ pair: TestPair; stage: StagedRotation }> {
  const pair = await freshPair(server, user, options)
  const stage = pair.stage()
  expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
  return { pair, stage }
}

export const stagePair = (
  server: MysqlServer,
  secret: StoredSecret,
  staging: Staging,
  options: MysqlOptions = {},
): StagedRotation => stageRotation(secret, { ca: server.ca, ...options }, { ...PAIR, ...staging })

/** The statements that `quarterturn provider setup mysql` prints. */
export async function setUp(
  server: SqlServer,
  admin: string,
  schema: string,
  privileges = PRIVILEGES,
): Promise<void> {
  const script = setupScript({ kind: server.kind, admin, host: '%', schema, privileges })
  const statements = script.replace(/^--.*$/gm, '').split(';')
  for (const statement of statements.map((one) => one.trim()).filter((one) => one !== ''))
    await server.sql(statement.replace(/IDENTIFIED BY .*$/, `IDENTIFIED BY ${literal(`of ${admin}`)}`))
}

/** One session of an application. */
export async function runAs(
  server: SqlServer,
  { user, password }: { readonly user: string; readonly password: string },
  statements: readonly string[],
): Promise<Rows> {
  const connection = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user,
    password,
    ssl: { ca: server.ca, rejectUnauthorized: true },
  })
  connection.on('error', () => {})
  try {
    let last: unknown = []
    for (const statement of statements) [last] = await connection.query(statement)
    return Array.isArray(last) ? last : []
  } finally {
    connection.destroy()
  }
}

/** What somebody who copies a remedy runs: several statements in one line. */
export async function runAll(server: MysqlServer, statements: string): Promise<void> {
  for (const statement of statements.split(/;\s*/).filter((one) => one !== '')) await server.sql(statement)
}

/** What was repaired by the last setSecret, in words. */
export const repairedBy = (stage: StagedRotation): readonly string[] =>
  stage.reports.findLast(({ step }) => step === 'setSecret')?.repaired ?? []
