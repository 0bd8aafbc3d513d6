import pg from 'pg'
import { SUPERUSER } from './cluster.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs statements as superuser and answers the rows of the last one. */
export type Sql = (
  text: string,
  options?: { readonly database?: string; readonly values?: readonly unknown[] },
) => Promise<Row[]>

/** Each call has its own connection and stays out of the server's log, whose content the tests look at. */
export const createSql =
  (port: () => number, password: string): Sql =>
  async (text, { database = 'postgres', values } = {}) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: port(),
      user: SUPERUSER,
      password,
      database,
      ssl: false,
      application_name: 'quarterturn-test',
      options: '-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1',
    })
    client.on('error', () => {})
    await client.connect()
    try {
      const result = values === undefined ? await client.query(text) : await client.query(text, [...values])
      // Several statements in one text give several results, which the driver's types leave out.
      const last: pg.QueryResult<Row> | undefined = Array.isArray(result) ? result.at(-1) : result
      return last?.rows ?? []
    } finally {
      await client.end()
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
