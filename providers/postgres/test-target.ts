/** What the tests of this provider share: roles at a real server, sessions, and sign-ins that are not ours. */
import pg from 'pg'
import {
  type OpenRequest,
  type Session,
  type StoredSecret,
  type Strategy,
  seal,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import type { PostgresServer } from '../../test/servers/postgres.ts'
import { createPostgres, type PostgresOptions } from './index.ts'
import type { PostgresSecret } from './schema.ts'

/** Makes a role that signs in with `password`, out of the server's log. `more` are further clauses. */
export async function createRole(
  server: PostgresServer,
  name: string,
  password: string,
  more = '',
): Promise<void> {
  await server.sql(
    `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)} ${more}`,
  )
}

/** Signs in with the driver as an application would. True: let in; false: 28P01; anything else rejects. */
export async function signsIn(
  server: PostgresServer,
  user: string,
  password: string,
  { database = 'postgres', tls = true }: { readonly database?: string; readonly tls?: boolean } = {},
): Promise<boolean> {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user,
    password,
    database,
    ssl: tls && { ca: server.ca },
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') return false
    throw error
  }
}

export const secretFor = (
  server: { readonly host: string; readonly port: number },
  fields: StoredSecret,
): StoredSecret => ({ engine: 'postgres', host: server.host, port: server.port, ...fields })

export interface OpenOptions extends PostgresOptions {
  readonly timeLeftMs?: number
  readonly signal?: AbortSignal
  readonly strategy?: Strategy
}

/** Of the secret that tests open sessions for. */
export const MARK = 'ab'.repeat(16)

/** A session over stored secrets, as the engine opens one. */
export function openSession(
  secrets: { readonly [W in Who]?: StoredSecret },
  {
    timeLeftMs = 30_000,
    signal = new AbortController().signal,
    strategy = 'single-user',
    ...options
  }: OpenOptions = {},
): Session {
  const provider = createPostgres(options)
  const values = Object.fromEntries(
    Object.entries(secrets).map(([who, stored]) => [who, seal(parse(provider.schema, stored))]),
  )
  const end = performance.now() + timeLeftMs
  const request: OpenRequest<PostgresSecret> = {
    values,
    strategy,
    mark: MARK,
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

/** Makes `to` the credential in force, signed in with `from`. */
export const change = (from: StoredSecret, to: StoredSecret, options: OpenOptions = {}) =>
  withSession({ current: from, pending: to }, options, (session) =>
    session.exclusive({
      as: 'current',
      work: () => session.apply({ from: 'current', to: 'pending', as: 'current' }),
    }),
  )

function parse(schema: ReturnType<typeof createPostgres>['schema'], stored: StoredSecret): PostgresSecret {
  const parsed = schema.safeParse(stored)
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join('; '))
  return parsed.data
}
