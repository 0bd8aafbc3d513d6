/** A pair of accounts for each point of the conformance kit, with an admin, and what can be done to them. */
import type { End, FreshTarget } from '../../../shared/conformance/index.ts'
import { type Road, startRoad } from '../../../test/servers/road.ts'
import { literal } from '../quote.ts'
import {
  altering,
  countSessions,
  createQuietly,
  drop,
  endSessions,
  failedSignIns,
  fill,
  remember,
  type SqlServer,
  setQuietly,
} from '../test-household.ts'
import { accessTo, KitAdmin, newPassword, strictly } from '../test-kit-account.ts'
import { secretFor } from '../test-target.ts'
import { runAs, setUp } from './test-pair.ts'

let made = 0

/** A user and its admin behind a road of their own, so that they can be cut off while others go on. */
export async function freshKitPair(server: SqlServer, isStrict: boolean): Promise<FreshTarget> {
  made += 1
  const name = `kit_${process.pid}_${made}p`
  const admin = `${name}_a`
  const password = newPassword()
  await server.sql(`CREATE DATABASE ${name}`)
  await setUp(server, admin, name)
  await setQuietly(server, admin, password)
  const road = await startRoad(server.port)
  const at = { kind: server.kind, host: server.host, port: road.port }
  const kitAdmin = new KitAdmin(server, admin, at, password)
  const target = async (user: string): Promise<Omit<FreshTarget, 'close'>> => {
    const own = newPassword()
    await createQuietly(server, user, own, strictly(server, isStrict))
    await server.sql(`GRANT SELECT, INSERT ON ${name}.* TO ${user}`)
    return {
      secret: secretFor(at, { username: user, password: own, note: 'kept' }),
      ...hooks(server, { user, admin, schema: name, adminPassword: () => kitAdmin.password }, road),
      admin: kitAdmin.forKit(),
    }
  }
  const goAway = (user: string) => drop(server, user, `${user}_clone`)
  return {
    ...(await target(name)),
    sharingAdmin: async () => ({ ...(await target(`${name}o`)), close: () => goAway(`${name}o`) }),
    async close() {
      await road.close()
      await goAway(name)
      await drop(server, admin)
      await server.sql(`DROP DATABASE ${name}`)
    },
  }
}

interface Household {
  readonly user: string
  readonly admin: string
  readonly schema: string
  readonly adminPassword: () => string
}

/** Those of the two users that are there. */
async function present(server: SqlServer, { user }: Household): Promise<readonly string[]> {
  const rows = await server.sql(
    `SELECT User AS user FROM mysql.user WHERE User IN (${literal(user)}, ${literal(`${user}_clone`)}) ORDER BY LENGTH(User)`,
  )
  return rows.map((row) => String(row['user']))
}

const inTurn = async (ends: readonly End[]): Promise<void> => {
  for (const end of ends) await end()
}

/** Does something to each user that is there, and takes it back from each. */
const toEach =
  (server: SqlServer, household: Household, begin: (user: string) => Promise<End>) =>
  async (): Promise<End> => {
    const ends: End[] = []
    for (const user of await present(server, household)) ends.push(await begin(user))
    return () => inTurn(ends)
  }

function hooks(server: SqlServer, household: Household, road: Road): Omit<FreshTarget, 'secret' | 'close'> {
  const { user, admin, schema } = household
  const users = [user, `${user}_clone`]
  const passwordsBack = async (one: string): Promise<End> => {
    const restore = await remember(server, one)
    return () => restore('ALTER')
  }
  return {
    ...accessTo(server, road),
    limitConnections: toEach(server, household, (one) => fill(server, one)),
    lockUser: toEach(server, household, (one) => altering(server, one, 'ACCOUNT LOCK', 'ACCOUNT UNLOCK')()),
    dropUser: toEach(server, household, (one) => dropping(server, household, one)),
    changePasswordByHand: toEach(server, household, async (one) => {
      const back = await passwordsBack(one)
      await setQuietly(server, one, 'set by hand-A1')
      return back
    }),
    failover: async () => {
      const before = await present(server, household)
      const back = await Promise.all(before.map(passwordsBack))
      return async () => {
        await inTurn(back)
        // What was made since is not known there.
        for (const one of await present(server, household)) if (!before.includes(one)) await drop(server, one)
      }
    },
    dropConnections: () => endSessions(server, [...users, admin]),
    connections: () => countSessions(server, [...users, admin]),
    failedSignIns: async () => {
      const failed = await Promise.all([...users, admin].map((one) => failedSignIns(server, one)))
      return failed.reduce((sum, one) => sum + one)
    },
    driftRights: async ({ username }) => {
      made += 1
      const table = `${schema}.drift_${made}`
      await server.sql(`CREATE TABLE ${table} (n int)`)
      await server.sql(`GRANT UPDATE ON ${table} TO ${username}`)
    },
    haveSameRights: async (a, b) => {
      const [one, other] = await Promise.all([a, b].map(({ username }) => grantsOf(server, String(username))))
      return one?.join() === other?.join()
    },
  }
}

const linesOf = async (server: SqlServer, user: string): Promise<readonly string[]> =>
  (await server.sql(`SHOW GRANTS FOR ${user}`)).map((row) => String(Object.values(row)[0]))

const grantsOf = async (server: SqlServer, user: string): Promise<readonly string[]> =>
  (await linesOf(server, user))
    .filter((line) => !line.includes('quarterturn:') && !line.startsWith('GRANT USAGE'))
    .map((line) => line.replace(`TO \`${user}\``, 'TO it'))
    .toSorted()

/** The account is gone; the end brings it back with its password, rights and mark. */
async function dropping(server: SqlServer, household: Household, user: string): Promise<End> {
  const { admin, adminPassword } = household
  const restore = await remember(server, user)
  const lines = await linesOf(server, user)
  const [noted] =
    server.kind === 'mysql'
      ? await server.sql(
          `SELECT User_attributes->>'$.metadata' AS note FROM mysql.user WHERE User = ${literal(user)}`,
        )
      : []
  await drop(server, user)
  return async () => {
    await restore('CREATE')
    if (server.kind === 'mysql') {
      const note = noted?.['note']
      if (typeof note === 'string') await server.sql(`ALTER USER ${user} ATTRIBUTE ${literal(note)}`)
      return
    }
    // Only who made a role may grant it.
    for (const line of lines.filter((one) => !one.startsWith('GRANT USAGE')))
      if (line.includes('quarterturn:'))
        await runAs(server, { user: admin, password: adminPassword() }, [line])
      else await server.sql(line)
  }
}
