import { randomBytes } from 'node:crypto'
import { setupScript } from '../providers/postgres/alternating/setup.ts'
import type { PostgresServer } from '../test/servers/postgres.ts'
import { ALTERNATING_CLAIMS } from './alternating-proof.ts'
import { onlyOnce } from './application.ts'
import { noteLabels, tagLine } from './labels.ts'
import type { Scene } from './scene.ts'
import type { Stage } from './stage.ts'

const USER = 'app'
const ADMIN = 'rotation_admin'
const DATABASE = 'shop'
const SECRET = 'demo/shop'
const ADMIN_SECRET = 'demo/admin'

const newPassword = (): string => randomBytes(18).toString('base64url')

/** Two users in turn: the one that was replaced signs in until its next turn, so there is no gap. */
export const alternatingUsers: Scene<PostgresServer> = {
  opening:
    'alternating-users: two users change places, so that the application never fails. An admin secret makes the changes.',
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
  claims: ALTERNATING_CLAIMS,
}

const makeUser = ({ display, server }: Stage<PostgresServer>) =>
  display.show('Creating a user', async () => {
    const password = newPassword()
    await server.sql(`CREATE ROLE ${USER} LOGIN PASSWORD '${password}'`)
    await server.sql(`CREATE DATABASE ${DATABASE} OWNER ${USER}`)
    return { value: password, line: `The user \`${USER}\` owns the database \`${DATABASE}\`` }
  })

const makeAdmin = ({ display, server }: Stage<PostgresServer>) =>
  display.show('Creating an admin', async (note) => {
    const script = setupScript({
      user: USER,
      admin: ADMIN,
      database: DATABASE,
      version: Number.parseInt(server.version, 10),
    })
    // Left out is what only psql knows: it asks for the password.
    const statements = script.split('\n').filter((line) => line !== '' && !/^(--|\\)/.test(line))
    statements.forEach(note)
    await server.sql(statements.join('\n'))
    const password = newPassword()
    await server.sql(`ALTER ROLE ${ADMIN} PASSWORD '${password}'`)
    return {
      value: password,
      line: `The admin \`${ADMIN}\` has no more than \`quarterturn provider setup postgres\` prints`,
    }
  })

const makeSecrets = (
  { display, server, secretsManager }: Stage<PostgresServer>,
  password: string,
  adminPassword: string,
) =>
  display.show('Creating the secrets', async (note) => {
    const place = { engine: 'postgres', host: server.host, port: server.port, dbname: DATABASE }
    const consent = { 'quarterturn:admin-for': SECRET }
    const strategy = { 'quarterturn:strategy': 'alternating-users' }
    const masterarn = await secretsManager.create(
      ADMIN_SECRET,
      { ...place, username: ADMIN, password: adminPassword },
      consent,
    )
    await secretsManager.create(SECRET, { ...place, username: USER, password, masterarn }, strategy)
    note(`${ADMIN_SECRET} consents: ${tagLine(consent)}`)
    note(`${SECRET} names it in masterarn: ${tagLine(strategy)}`)
    return { value: undefined, line: `The secret ${SECRET} holds \`${USER}\`, ${ADMIN_SECRET} the admin` }
  })
