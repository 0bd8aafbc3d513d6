/** A process that starts a server and waits to be killed; run by `guard.test.ts`. */
import type { PostgresKind } from './binaries.ts'
import { requirePostgres } from './postgres.ts'

const kind: PostgresKind = process.argv[2] === 'debian' ? 'debian' : 'embedded'
const server = await requirePostgres({ kind })
const [row] = await server.sql('SELECT 1 AS one')
process.stdout.write(`${JSON.stringify({ port: server.port, one: row?.['one'] })}\n`)
setInterval(() => {}, 1000)
