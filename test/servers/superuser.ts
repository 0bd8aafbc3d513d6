import pg from 'pg'
import { SUPERUSER } from './cluster.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs statements as superuser and answers the rows of the last one. */
export type Sql = (
  text: string,
  options?: { readonly database?: string; readonly values?: readonly unknown[] },
) => Promise<Row[]>

const DATABASE = 'postgres'

/** Stays out of the server's log, whose content the tests look at. */
async function connectTo(port: number, password: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database,
    ssl: false,
    application_name: 'quarterturn-test',
    options: '-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1',
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function lastRows(
  client: pg.Client,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  const result = values === undefined ? await client.query(text) : await client.query(text, [...values])
  // Several statements in one text give several results, which the driver's types leave out.
  const last: pg.QueryResult<Row> | undefined = Array.isArray(result) ? result.at(-1) : result
  return last?.rows ?? []
}

/** Each call has its own connection. */
export const createSql =
  (port: () => number, password: string): Sql =>
  async (text, { database = DATABASE, values } = {}) => {
    const client = await connectTo(port(), password, database)
    try {
      return await lastRows(client, text, values)
    } finally {
      await client.end()
    }
  }

/**
 * The same over connections that stay: a new one costs the server more than most statements do. They count as sessions of
 * the database, and what a statement sets is taken back after it.
 */
export function createKeptSql(port: () => number, password: string): Sql {
  const each = createSql(port, password)
  const idle: pg.Client[] = []
  return async (text, options = {}) => {
    if ((options.database ?? DATABASE) !== DATABASE) return each(text, options)
    const client = idle.pop() ?? (await connectTo(port(), password, DATABASE))
    try {
      const rows = await lastRows(client, text, options.values)
      await client.query('DISCARD ALL')
      idle.push(client)
      return rows
    } catch (error) {
      await client.end()
      throw error
    }
  }
}

/** Makes the server read its files again, and waits until new sessions see that. */
export async function reload(sql: Sql): Promise<void> {
  const loadedAt = async () => {
    const [row] = await sql('SELECT pg_conf_load_time()::text AS at')
    return row?.['at']
  }
  const before = await loadedAt()
  await sql('SELECT pg_reload_conf()')
  while ((await loadedAt()) === before) await new Promise((resolve) => setTimeout(resolve, 10))
}
