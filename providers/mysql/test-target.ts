/** What the tests of this provider share: accounts at a real server, sessions, and sign-ins that are not ours. */
import mysql from 'mysql2/promise'
import {
  type OpenRequest,
  type Provider,
  type Session,
  type StoredSecret,
  type Strategy,
  seal,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { type StagedRotation, type Staging, stageRotation as stage } from '../../test/stage-rotation.ts'
import { createMysql, type MysqlOptions } from './index.ts'
import { literal } from './quote.ts'
import type { MysqlSecret } from './schema.ts'

/** Makes an account that signs in with `password`. `more` are further clauses. */
export async function createAccount(
  server: MysqlServer,
  user: string,
  password: string,
  { host = '%', more = '' } = {},
): Promise<void> {
  await server.sql(`CREATE USER ${literal(user)}@${literal(host)} IDENTIFIED BY ${literal(password)} ${more}`)
}

/** An admin as the page of this provider asks for it. */
export async function createAdmin(server: MysqlServer, user: string, password: string): Promise<void> {
  await createAccount(server, user, password)
  for (const grant of adminGrants(server.kind, `${literal(user)}@'%'`)) await server.sql(grant)
}

/** What an admin has to have, as the page of this provider says. */
export const adminGrants = (kind: MysqlServer['kind'], admin: string): readonly string[] => [
  `GRANT CREATE USER ON *.* TO ${admin}`,
  `GRANT SELECT ON ${kind === 'mysql' ? 'mysql.user' : 'mysql.global_priv'} TO ${admin}`,
]

/** Signs in with the driver as an application would. True: let in; false: 1045; anything else rejects. */
export async function signsIn(
  server: Pick<MysqlServer, 'host' | 'port' | 'ca'>,
  user: string,
  password: string,
): Promise<boolean> {
  let connection: mysql.Connection | undefined
  try {
    connection = await mysql.createConnection({
      host: server.host,
      port: server.port,
      user,
      password,
      ssl: { ca: server.ca, rejectUnauthorized: true },
    })
    await connection.query('SELECT 1')
    return true
  } catch (error) {
    if (error instanceof Error && 'errno' in error && error.errno === 1045) return false
    throw error
  } finally {
    connection?.destroy()
  }
}

export const secretFor = (
  server: { readonly kind: MysqlServer['kind']; readonly host: string; readonly port: number },
  fields: StoredSecret,
): StoredSecret => ({ engine: server.kind, host: server.host, port: server.port, ...fields })

export interface OpenOptions extends MysqlOptions {
  readonly timeLeftMs?: number
  readonly signal?: AbortSignal
  readonly strategy?: Strategy
}

/** A session over stored secrets, as the engine opens one. */
export function openSession(
  secrets: { readonly [W in Who]?: StoredSecret },
  {
    timeLeftMs = 30_000,
    signal = new AbortController().signal,
    strategy = 'dual-password',
    ...options
  }: OpenOptions = {},
): Session {
  const provider = createMysql(options)
  const values = Object.fromEntries(
    Object.entries(secrets).map(([who, stored]) => [who, seal(parse(provider.schema, stored))]),
  )
  const end = performance.now() + timeLeftMs
  const request: OpenRequest<MysqlSecret> = {
    values,
    strategy,
    mark: 'test',
    signal,
    timeLeftMs: () => Math.max(0, end - performance.now()),
  }
  return provider.open(request)
}

/** Opens a session, does one thing with it, and closes it. */
export async function withSession<T>(
  secrets: { readonly [W in Who]?: StoredSecret },
  options: OpenOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = openSession(secrets, options)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

export const probe = (secret: StoredSecret, options: OpenOptions = {}): Promise<Verdict> =>
  withSession({ current: secret }, options, (session) => session.probe({ who: 'current', at: 'writer' }))

/** Makes `pending` the credential in force, signed in with `current` or, where there is one, as `admin`. */
export const change = (
  secrets: { readonly current: StoredSecret; readonly pending: StoredSecret; readonly admin?: StoredSecret },
  options: OpenOptions,
) => {
  const as = secrets.admin === undefined ? 'current' : 'admin'
  return withSession(secrets, options, (session) =>
    session.exclusive({ as, work: () => session.apply({ from: 'current', to: 'pending', as }) }),
  )
}

/** Whole rotations of a secret. */
export const stageRotation = (
  secret: StoredSecret,
  options: MysqlOptions,
  staging: Staging = {},
): StagedRotation => stage(createMysql(options) as Provider, secret, staging)

function parse(schema: ReturnType<typeof createMysql>['schema'], stored: StoredSecret): MysqlSecret {
  const parsed = schema.safeParse(stored)
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join('; '))
  return parsed.data
}
