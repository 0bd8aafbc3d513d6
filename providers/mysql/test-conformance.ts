/** An account at a real server for each point of the conformance kit, and what can be done to it. */
import type { FreshTarget } from '../../shared/conformance/index.ts'
import { type Road, startRoad } from '../../test/servers/road.ts'
import { freshKitPair } from './alternating/test-kit-pair.ts'
import {
  altering,
  countSessions,
  createQuietly,
  drop,
  endSessions,
  failedSignIns,
  filling,
  restoring,
  type SqlServer,
  setQuietly,
} from './test-household.ts'
import { accessTo, KitAdmin, newPassword, strictly } from './test-kit-account.ts'
import { adminGrants, secretFor } from './test-target.ts'

/** Whose rights the account is rotated with. */
export type Rights = 'own' | 'admin' | 'pair'

export interface FreshOptions {
  readonly rights: Rights
  /** One failed sign-in locks the account (MySQL; on MariaDB that is a setting of the server). Default: false. */
  readonly isStrict?: boolean
}

let made = 0

/** An account behind a road of its own, so that it can be cut off while others go on. */
export async function freshAccount(
  server: SqlServer,
  { rights, isStrict = false }: FreshOptions,
): Promise<FreshTarget> {
  if (rights === 'pair') return freshKitPair(server, isStrict)
  made += 1
  const name = `kit_${process.pid}_${made}`
  const admin = `${name}_admin`
  const road = await startRoad(server.port)
  const at = { kind: server.kind, host: server.host, port: road.port }
  const make = async (user: string): Promise<Omit<FreshTarget, 'close'>> => {
    const password = newPassword()
    await createQuietly(server, user, password, strictly(server, isStrict))
    if (rights === 'own' && server.kind === 'mysql')
      await server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${user}'@'%'`)
    return {
      secret: secretFor(at, { username: user, password, note: 'kept' }),
      ...hooks(server, user, road, rights === 'admin' ? [admin] : []),
    }
  }
  const own = await make(name)
  if (rights === 'own')
    return {
      ...own,
      async close() {
        await road.close()
        await drop(server, name)
      },
    }
  const password = newPassword()
  await createQuietly(server, admin, password)
  for (const grant of adminGrants(server.kind, `'${admin}'@'%'`)) await server.sql(grant)
  const kitAdmin = new KitAdmin(server, admin, at, password)
  const withAdmin = (target: Omit<FreshTarget, 'close'>): Omit<FreshTarget, 'close'> => ({
    ...target,
    admin: kitAdmin.forKit(),
  })
  return {
    ...withAdmin(own),
    sharingAdmin: async () => ({
      ...withAdmin(await make(`${name}_other`)),
      close: () => drop(server, `${name}_other`),
    }),
    async close() {
      await road.close()
      await drop(server, name, admin)
    },
  }
}

function hooks(
  server: SqlServer,
  user: string,
  road: Road,
  others: readonly string[],
): Omit<FreshTarget, 'secret' | 'close'> {
  const users = [user, ...others]
  return {
    ...accessTo(server, road),
    limitConnections: filling(server, users),
    lockUser: altering(server, user, 'ACCOUNT LOCK', 'ACCOUNT UNLOCK'),
    dropUser: restoring(server, user, 'CREATE', () => drop(server, user)),
    changePasswordByHand: restoring(server, user, 'ALTER', () => setQuietly(server, user, 'set by hand-A1')),
    failover: restoring(server, user, 'ALTER', () => Promise.resolve()),
    dropConnections: () => endSessions(server, users),
    connections: () => countSessions(server, users),
    failedSignIns: () => failedSignIns(server, user),
  }
}
