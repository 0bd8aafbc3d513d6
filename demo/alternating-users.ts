import { setupScript } from '../providers/postgres/alternating/setup.ts'
import type { PostgresServer } from '../test/servers/postgres.ts'
import { ALTERNATING_CLAIMS } from './alternating-proof.ts'
import { tagLine } from './labels.ts'
import type { Scene } from './scene.ts'
import type { Stage } from './stage.ts'
import { ADMIN, makeSecrets, newPassword, twoWaysOfReading } from './with-admin.ts'

const USER = 'app'
const DATABASE = 'shop'
const SECRET = 'demo/shop'

/** Two users in turn: the one that was replaced signs in until its next turn, so there is no gap. */
export const alternatingUsers: Scene<PostgresServer> = {
  opening:
    'alternating-users: two users change places, so that the application never fails. An admin secret makes the changes.',
  ...twoWaysOfReading(SECRET),
  async prepare(stage) {
    const password = await makeUser(stage)
    const adminPassword = await makeAdmin(stage)
    const { host, port } = stage.server
    const place = { engine: 'postgres', host, port, dbname: DATABASE }
    const tags = { 'quarterturn:strategy': 'alternating-users' }
    const choice = `: ${tagLine(tags)}`
    await makeSecrets(stage, { name: SECRET, place, user: USER, password, adminPassword, tags, choice })
    return [password, adminPassword]
  },
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
