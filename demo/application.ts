import pg from 'pg'

/** One query: the secret is read, a new connection made with it, the query run, the connection closed. */
export interface Query {
  /** Milliseconds since the epoch, before the secret was read. */
  readonly startedAt: number
  readonly endedAt: number
  /** SQLSTATE or error code of a failure. */
  readonly failure?: string
}

export interface Application {
  /** So far. */
  readonly queries: readonly Query[]
  /** Resolves when the queries under way have ended. */
  stop(): Promise<void>
}

/** How the application signs in: the fields of the secret. */
export interface SignIn {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** PEM of the CA that must have signed the server's certificate. */
  readonly ca: string
}

/**
 * An application that keeps nothing: each query reads the secret anew and opens a connection of its own, which is
 * the hardest that a consumer can be on a rotation.
 */
export function startApplication(readSecret: () => Promise<SignIn>, workers: number): Application {
  const queries: Query[] = []
  let isStopped = false
  const work = async () => {
    while (!isStopped) {
      const startedAt = Date.now()
      const failure = await query(await readSecret())
      queries.push({ startedAt, endedAt: Date.now(), ...(failure !== undefined && { failure }) })
    }
  }
  const all = Promise.all(Array.from({ length: workers }, work))
  // Whoever stops it hears of a failure to read the secret; until then it is nobody's.
  all.catch(() => {})
  return {
    queries,
    async stop() {
      isStopped = true
      await all
    },
  }
}

async function query(signIn: SignIn): Promise<string | undefined> {
  try {
    await connectAs(signIn)
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

/** Signs in over verified TLS on a new connection and answers who the server says it is. Rejects with the driver's error. */
export async function connectAs({ ca, ...signIn }: SignIn): Promise<string> {
  const client = new pg.Client({
    ...signIn,
    ssl: { ca, rejectUnauthorized: true },
    connectionTimeoutMillis: 5_000,
    application_name: 'quarterturn-demo',
  })
  // A connection that the server ends while it is idle would otherwise end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>('SELECT current_user AS name')
    return rows[0]?.name ?? ''
  } finally {
    await client.end().catch(() => {})
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code'
