import type { PostgresServer } from '../test/servers/postgres.ts'
import { type Claim, NEW_SIGNS_IN, NOTHING_LOGGED, requireNoFailure } from './proof.ts'
import { connectAs, runAs } from './sign-in.ts'

const OLD_SIGNS_IN: Claim = {
  claim: 'The previous password still signs in',
  check: async ({ before }) => `as ${await connectAs(before)}, until its next turn`,
}

/** Each alters and drops what the other made, which only an owner may, and sees what one of them was granted. */
const RIGHTS_ARE_EQUAL: Claim<PostgresServer> = {
  claim: 'The two have the same rights',
  async check({ server, before, after }) {
    await server.sql(`CREATE TABLE granted (id integer); GRANT SELECT ON granted TO ${before.user}`, {
      ...(before.database !== undefined && { database: before.database }),
    })
    for (const [maker, other] of [
      [before, after],
      [after, before],
    ] as const) {
      await runAs(maker, 'CREATE TABLE made (id integer)')
      await runAs(other, 'ALTER TABLE made ADD COLUMN more integer')
      await runAs(other, 'DROP TABLE made')
      await runAs(other, 'SELECT FROM granted')
    }
    return `${before.user} and ${after.user} use what was granted, and alter and drop what the other made`
  },
}

const NEVER_FAILED: Claim = {
  claim: 'The application never failed',
  async check({ queries, before, after, movedAt }) {
    requireNoFailure(queries)
    const since = (user: string) => {
      const count = queries.filter((query) => query.user === user && query.startedAt > movedAt).length
      if (count === 0) throw new Error(`nobody signed in as ${user} after AWSCURRENT had moved`)
      return `${count} as ${user}`
    }
    return `${queries.length} queries, each on a new connection, 0 failures; after AWSCURRENT had moved ${since(before.user)}, ${since(after.user)}`
  },
}

export const ALTERNATING_CLAIMS: readonly Claim<PostgresServer>[] = [
  NEW_SIGNS_IN,
  OLD_SIGNS_IN,
  RIGHTS_ARE_EQUAL,
  NEVER_FAILED,
  NOTHING_LOGGED,
]
