/** What the scenes have in common in which an admin secret makes the change. */
import { randomBytes } from 'node:crypto'
import type { StoredSecret } from '../shared/provider/index.ts'
import { onlyOnce } from './application.ts'
import { noteLabels, tagLine } from './labels.ts'
import type { Scene } from './scene.ts'
import type { DemoServer, Stage } from './stage.ts'

export const ADMIN = 'rotation_admin'
const ADMIN_SECRET = 'demo/admin'

export const newPassword = (): string => randomBytes(18).toString('base64url')

/** Half of the application keeps what the secret said first: what is replaced goes on beside the new one. */
export const twoWaysOfReading = (
  secret: string,
): Pick<Scene, 'secret' | 'workers' | 'application' | 'afterStep'> => ({
  secret,
  workers: (read) => [read, onlyOnce(read)],
  application:
    'An application opens a new connection for every query; half of it reads the secret each time, half keeps what it read first',
  afterStep: (stage, note) => noteLabels(stage, secret, note),
})

export interface SecretWithAdmin {
  readonly name: string
  /** Engine and server of both secrets. */
  readonly place: StoredSecret
  readonly user: string
  readonly password: string
  readonly adminPassword: string
  readonly tags?: Readonly<Record<string, string>>
  /** What is said of how the strategy is chosen. */
  readonly choice: string
}

/** Makes the secret, and the admin secret, which consents by its tag. */
export const makeSecrets = (
  { display, secretsManager }: Stage<DemoServer>,
  { name, place, user, password, adminPassword, tags, choice }: SecretWithAdmin,
): Promise<undefined> =>
  display.show('Creating the secrets', async (note) => {
    const consent = { 'quarterturn:admin-for': name }
    const masterarn = await secretsManager.create(
      ADMIN_SECRET,
      { ...place, username: ADMIN, password: adminPassword },
      consent,
    )
    await secretsManager.create(name, { ...place, username: user, password, masterarn }, tags)
    note(`${ADMIN_SECRET} consents: ${tagLine(consent)}`)
    note(`${name} names it in masterarn${choice}`)
    return { value: undefined, line: `The secret ${name} holds \`${user}\`, ${ADMIN_SECRET} the admin` }
  })
