import type { Socket } from 'node:net'
import mysql from 'mysql2/promise'
import { ADMIN } from './files.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs one statement as the account of the tests and answers its rows. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<Row[]>

/** Runs statements in a session that stays: what they hold is held until the answer is called. */
export type Hold = (...statements: readonly string[]) => Promise<() => Promise<void>>

export interface SqlAccess {
  /** `values` replace question marks, escaped by the driver. Nothing that a statement does to its session may matter. */
  readonly sql: Sql
  readonly hold: Hold
  /** Lets go of the sessions that are kept for the next statement: before the server ends. */
  forget(): void
}

/** Signing in costs more than most statements, so a session is kept for the next one. */
const MAX_IDLE = 4

export interface SqlPlace {
  readonly port: () => number
  readonly ca: string
  readonly password: string
}

export function createSqlAccess({ port, ca, password }: SqlPlace): SqlAccess {
  const idle: mysql.Connection[] = []
  const leave = (connection: mysql.Connection): void => {
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    connection.destroy()
  }
  const enter = async (): Promise<mysql.Connection> => {
    const kept = idle.pop()
    if (kept !== undefined) {
      socketOf(kept).ref()
      return kept
    }
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port: port(),
      user: ADMIN,
      password,
      ssl: { ca, rejectUnauthorized: true },
    })
    // An error that comes when nobody waits for an answer is of no interest to whoever asks next.
    connection.on('error', () => leave(connection))
    connection.on('end', () => leave(connection))
    return connection
  }
  const keep = (connection: mysql.Connection): void => {
    if (idle.length >= MAX_IDLE) {
      connection.destroy()
      return
    }
    // What is kept does not keep this process.
    socketOf(connection).unref()
    idle.push(connection)
  }
  return {
    async sql(text, values = []) {
      const connection = await enter()
      try {
        const [rows]: readonly unknown[] = await connection.query(text, [...values])
        keep(connection)
        return Array.isArray(rows) ? rows.filter(isRow) : []
      } catch (error) {
        connection.destroy()
        throw error
      }
    },
    async hold(...statements) {
      const connection = await enter()
      for (const statement of statements) await connection.query(statement)
      return async () => connection.destroy()
    },
    forget() {
      for (const connection of idle.splice(0)) connection.destroy()
    },
  }
}

/** The driver has it, and does not say so in its types. */
const socketOf = (connection: mysql.Connection): Socket =>
  (connection as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream

const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null && !Array.isArray(row)
