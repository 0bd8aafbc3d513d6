import pg from 'pg'
import { z } from 'zod'
import { runOnMysql } from './mysql/run.ts'
import { askForToken, ClientSecret } from './oauth/token.ts'

/** How a consumer signs in: the fields of the secret that it uses. */
export interface SignIn {
  readonly engine: 'postgres' | 'mysql' | 'mariadb' | 'oauth'
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Undefined: none is entered. */
  readonly database: string | undefined
  /** PEM of the CA that must have signed the server's certificate. */
  readonly ca: string
}

const ConsumedSecret = z.object({
  engine: z.enum(['postgres', 'mysql', 'mariadb']),
  host: z.string(),
  port: z.number(),
  dbname: z.string().optional(),
  username: z.string(),
  password: z.string(),
})

export function signInOf(value: unknown, ca: string): SignIn {
  const client = ClientSecret.safeParse(value)
  if (client.success) return { ...client.data, database: undefined, ca }
  const { dbname, username, ...secret } = ConsumedSecret.parse(value)
  return { ...secret, database: dbname, user: username, ca }
}

/** SQLSTATE of a password that PostgreSQL refuses. */
export const REFUSED = '28P01'

/**
 * Signs in over verified TLS on a new connection and answers who the server says it is. Rejects with an error whose `code` is
 * what the server says no with.
 */
export async function connectAs(signIn: SignIn): Promise<string> {
  if (signIn.engine === 'oauth') return await askForToken(signIn)
  const [row] = await runAs(signIn, signIn.engine === 'postgres' ? WHO_ON_POSTGRES : WHO_ON_MYSQL)
  return String(row?.['name'])
}

const WHO_ON_POSTGRES = `SELECT CASE current_user WHEN session_user THEN session_user::text
  ELSE format('%s, acting as %s', session_user, current_user) END AS name`
const WHO_ON_MYSQL = 'SELECT CURRENT_USER() AS name'

/** Runs one statement on a new connection over verified TLS. Rejects with the driver's error. */
export async function runAs(signIn: SignIn, statement: string): Promise<readonly Record<string, unknown>[]> {
  if (signIn.engine !== 'postgres') return await runOnMysql(signIn, statement)
  const { ca, engine: _, database, ...to } = signIn
  const client = new pg.Client({
    ...to,
    ...(database !== undefined && { database }),
    ssl: { ca, rejectUnauthorized: true },
    connectionTimeoutMillis: 5_000,
    application_name: 'quarterturn-demo',
  })
  // A connection that the server ends while it is idle would otherwise end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end().catch(() => {})
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code'
