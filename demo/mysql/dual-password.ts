import { randomBytes } from 'node:crypto'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { onlyOnce } from '../application.ts'
import { noteLabels, tagLine } from '../labels.ts'
import { type Claim, NEW_SIGNS_IN, NOTHING_LOGGED, requireNoFailure } from '../proof.ts'
import type { Scene } from '../scene.ts'
import { connectAs } from '../sign-in.ts'
import type { Stage } from '../stage.ts'

const USER = 'app'
const ADMIN = 'rotation_admin'
const SECRET = 'demo/app'
const ADMIN_SECRET = 'demo/admin'

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
  secret: SECRET,
  async prepare(stage) {
    const password = await makeUser(stage)
    const adminPassword = await makeAdmin(stage)
    await makeSecrets(stage, password, adminPassword)
    return [password, adminPassword]
  },
  workers: (read) => [read, onlyOnce(read)],
  application:
    'An application opens a new connection for every query; half of it reads the secret each time, half keeps what it read first',
  afterStep: (stage, note) => noteLabels(stage, SECRET, note),
  claims: [NEW_SIGNS_IN, ACCOUNT_IS_KEPT, NEVER_FAILED, NOTHING_LOGGED],
}

const newPassword = (): string => randomBytes(18).toString('base64url')

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

const makeSecrets = (
  { display, server, secretsManager }: Stage<MysqlServer>,
  password: string,
  adminPassword: string,
) =>
  display.show('Creating the secrets', async (note) => {
    const place = { engine: server.kind, host: server.host, port: server.port }
    const consent = { 'quarterturn:admin-for': SECRET }
    const masterarn = await secretsManager.create(
      ADMIN_SECRET,
      { ...place, username: ADMIN, password: adminPassword },
      consent,
    )
    await secretsManager.create(SECRET, { ...place, username: USER, password, masterarn })
    note(`${ADMIN_SECRET} consents: ${tagLine(consent)}`)
    note(`${SECRET} names it in masterarn; dual-password needs no tag, it is the default`)
    return { value: undefined, line: `The secret ${SECRET} holds \`${USER}\`, ${ADMIN_SECRET} the admin` }
  })
