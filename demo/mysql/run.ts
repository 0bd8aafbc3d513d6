import mysql, { type RowDataPacket } from 'mysql2/promise'
import type { SignIn } from '../sign-in.ts'

/** Runs one statement on a new connection over verified TLS. Rejects with the driver's error. */
export async function runOnMysql(
  { host, port, user, password, database, ca }: SignIn,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  const connection = await mysql.createConnection({
    host,
    port,
    user,
    password,
    ...(database !== undefined && { database }),
    ssl: { ca, rejectUnauthorized: true, verifyIdentity: true },
    connectTimeout: 5_000,
  })
  // A connection that the server ends while it is idle would otherwise end the process.
  connection.on('error', () => {})
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement)
    return rows
  } finally {
    connection.destroy()
  }
}
