import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { type Claim, NEW_SIGNS_IN, NOTHING_LOGGED, requireNoFailure } from '../proof.ts'
import type { Scene } from '../scene.ts'
import { connectAs } from '../sign-in.ts'
import type { Stage } from '../stage.ts'
import { ADMIN, makeSecrets, newPassword, twoWaysOfReading } from '../with-admin.ts'

const USER = 'app'
const SECRET = 'demo/app'

/** Of an account, its plugin, its host and its limits nothing changes. */
const ACCOUNT_IS_KEPT: Claim<MysqlServer> = {
  claim: 'The account is the same',
  async check({ before, after }) {
    const [was, is] = [await connectAs(before), await connectAs(after)]
    if (was !== is) throw new Error(`the old password signs in as ${was}, the new one as ${is}`)
    return `both passwords sign in as ${is}`
  },
}

const NEVER_FAILED: Claim = {
  claim: 'The application never failed',
  async check({ queries, movedAt }) {
    requireNoFailure(queries)
    const since = (worker: number, what: string) => {
      const count = queries.filter((query) => query.worker === worker && query.startedAt > movedAt).length
      if (count === 0) throw new Error(`nobody signed in with ${what} after AWSCURRENT had moved`)
      return `${count} with ${what}`
    }
    return `${queries.length} queries, each on a new connection, 0 failures; after AWSCURRENT had moved ${since(READS, 'the new password')}, ${since(KEEPS, 'the old one')}`
  },
}

const READS = 0
const KEEPS = 1

/** Two passwords of one account: the one that was replaced signs in until the next rotation, so there is no gap. */
export const dualPassword: Scene<MysqlServer> = {
  opening:
    'dual-password: the account gets a second password beside the first, so that the application never fails. An admin secret makes the change.',
  ...twoWaysOfReading(SECRET),
  async prepare(stage) {
    const password = await makeUser(stage)
    const adminPassword = await makeAdmin(stage)
    const { kind: engine, host, port } = stage.server
    const place = { engine, host, port }
    const choice = '; dual-password needs no tag, it is the default'
    await makeSecrets(stage, { name: SECRET, place, user: USER, password, adminPassword, choice })
    return [password, adminPassword]
  },
  claims: [NEW_SIGNS_IN, ACCOUNT_IS_KEPT, NEVER_FAILED, NOTHING_LOGGED],
}

const makeUser = ({ display, server }: Stage<MysqlServer>) =>
  display.show('Creating a user', async () => {
    const password = newPassword()
    await server.sql(`CREATE USER ${USER}@'%' IDENTIFIED BY '${password}'`)
    return { value: password, line: `The account \`${USER}\`@\`%\` has a password` }
  })

const makeAdmin = ({ display, server }: Stage<MysqlServer>) =>
  display.show('Creating an admin', async (note) => {
    const password = newPassword()
    await server.sql(`CREATE USER ${ADMIN}@'%' IDENTIFIED BY '${password}'`)
    for (const grant of [
      `GRANT CREATE USER ON *.* TO ${ADMIN}@'%'`,
      `GRANT SELECT ON ${server.kind === 'mysql' ? 'mysql.user' : 'mysql.global_priv'} TO ${ADMIN}@'%'`,
    ]) {
      note(`${grant};`)
      await server.sql(grant)
    }
    return {
      value: password,
      line: `The admin \`${ADMIN}\` has no more than the page of the provider asks for`,
    }
  })
