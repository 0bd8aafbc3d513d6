import mysql from 'mysql2/promise'
import { ADMIN } from './files.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs one statement as the account of the tests and answers its rows. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<Row[]>

/** Each call has its own connection. `values` replace question marks, escaped by the driver. */
export const createSql =
  (port: () => number, ca: string, password: string): Sql =>
  async (text, values = []) => {
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port: port(),
      user: ADMIN,
      password,
      ssl: { ca, rejectUnauthorized: true },
    })
    // An error that comes when nobody waits for an answer is of no interest to whoever asks next.
    connection.on('error', () => {})
    try {
      const [rows]: readonly unknown[] = await connection.query(text, [...values])
      return Array.isArray(rows) ? rows.filter(isRow) : []
    } finally {
      connection.destroy()
    }
  }

const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null && !Array.isArray(row)
