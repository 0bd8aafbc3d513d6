import { codeOf, connectAs, type SignIn } from './sign-in.ts'

/** One query: the credential is had, a new connection made with it, the query run, the connection closed. */
export interface Query {
  /** Which of the workers made it, from 0. */
  readonly worker: number
  /** Whom it signed in as, or tried to. */
  readonly user: string
  /** Milliseconds since the epoch, before the credential was had. */
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

export type ReadSignIn = () => Promise<SignIn>

/** A consumer that keeps the credential: to it the replaced one has to go on signing in. */
export function onlyOnce(read: ReadSignIn): ReadSignIn {
  let first: ReturnType<ReadSignIn> | undefined
  return () => {
    first ??= read()
    return first
  }
}

/**
 * An application that keeps no connection: each query opens one of its own, which is the hardest that a consumer can be
 * on a rotation. `workers`: how each of them comes by its credential.
 */
export function startApplication(workers: readonly ReadSignIn[]): Application {
  const queries: Query[] = []
  let isStopped = false
  const work = async (read: ReadSignIn, worker: number) => {
    while (!isStopped) {
      const startedAt = Date.now()
      const signIn = await read()
      const failure = await connectAs(signIn).then(() => undefined, codeOf)
      queries.push({
        worker,
        user: signIn.user,
        startedAt,
        endedAt: Date.now(),
        ...(failure !== undefined && { failure }),
      })
    }
  }
  const all = Promise.all(workers.map((read, worker) => work(read, worker)))
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
