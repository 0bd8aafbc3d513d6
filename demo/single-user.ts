import type { PostgresServer } from '../test/servers/postgres.ts'
import { countFailures, type Gap } from './gap.ts'
import { type Claim, NEW_SIGNS_IN, NOTHING_LOGGED, type Trial } from './proof.ts'
import type { Scene } from './scene.ts'
import { codeOf, connectAs, REFUSED } from './sign-in.ts'
import { newPassword } from './with-admin.ts'

const USER = 'reporter'
const DATABASE = 'reports'
const SECRET = 'demo/reports'

const OLD_IS_REFUSED: Claim = {
  claim: 'The old password is refused',
  async check({ before }) {
    const code = await connectAs(before).then(() => 'accepted', codeOf)
    if (code !== REFUSED) throw new Error(`the old password was not refused, but: ${code}`)
    return `SQLSTATE ${code}`
  },
}

const GAP_IS_STATED: Claim<PostgresServer> = {
  claim: 'The gap is no longer than stated',
  async check(trial) {
    const { changedAt, movedAt } = await gapOf(trial)
    const stated = trial.evidence.gapMs
    const gapMs = Math.max(0, movedAt - changedAt)
    if (stated === undefined || Math.floor(gapMs) > stated)
      throw new Error(`the gap was ${gapMs.toFixed(0)} ms, and the evidence states ${stated ?? 'none'}`)
    return `${gapMs.toFixed(0)} ms from the server's commit to the label's move, at most ${stated} ms stated`
  },
}

const FAILED_IN_THE_GAP_ONLY: Claim<PostgresServer> = {
  claim: 'The application failed in the gap only',
  async check(trial) {
    const { queries, inside, outside } = countFailures(trial.queries, await gapOf(trial))
    const first = outside[0]
    if (first !== undefined)
      throw new Error(`${outside.length} queries failed outside of the gap, first with ${first.failure}`)
    return `${queries} queries, each on a new connection; ${inside} failures within the gap, 0 outside of it`
  },
}

/** The server itself says when the password changed: the commit time of the role's row. */
async function gapOf({ server, after, movedAt }: Trial<PostgresServer>): Promise<Gap> {
  const [row] = await server.sql(
    `SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS ms FROM pg_authid WHERE rolname = $1`,
    { values: [after.user] },
  )
  const changedAt = row?.['ms']
  if (typeof changedAt !== 'number') throw new Error('the server does not say when the password changed')
  return { changedAt, movedAt }
}

/** One user, changed in place: between two calls only the new password signs in. */
export const singleUser: Scene<PostgresServer> = {
  opening: 'single-user: the password of one user is changed in place, with a short gap that is measured.',
  secret: SECRET,
  prepare: ({ display, server, secretsManager }) =>
    display.show('Creating a user and its secret', async () => {
      const password = newPassword()
      await server.sql(`CREATE ROLE ${USER} LOGIN PASSWORD '${password}'`)
      await server.sql(`CREATE DATABASE ${DATABASE} OWNER ${USER}`)
      await secretsManager.create(SECRET, {
        engine: 'postgres',
        host: server.host,
        port: server.port,
        dbname: DATABASE,
        username: USER,
        password,
      })
      return { value: [password], line: `The user \`${USER}\` has a password, the secret ${SECRET} holds it` }
    }),
  // Two at a time leave the machine something for the rotation.
  workers: (read) => [read, read],
  application: 'An application reads the secret and opens a new connection for every query',
  claims: [NEW_SIGNS_IN, OLD_IS_REFUSED, GAP_IS_STATED, FAILED_IN_THE_GAP_ONLY, NOTHING_LOGGED],
}
