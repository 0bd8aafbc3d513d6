/** An org for each point of the conformance kit, and what can be done to it. */
import { randomBytes } from 'node:crypto'
import type { End, FreshTarget, KitTime } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import type { Org, User } from './test-org/org.ts'
import { type OrgServer, startOrg } from './test-org/server.ts'

/** The orgs that are there, for sign-ins without the provider: keys and user names are of one alone. */
const orgs = new Set<Org>()

const onServer = (server: OrgServer): Omit<FreshTarget, 'secret'> => {
  const setting = (change: (isOn: boolean) => void) => async (): Promise<End> => {
    change(true)
    return async () => change(false)
  }
  return {
    wire: {
      upstream: { host: '127.0.0.1', port: server.port },
      framing: 'http',
      at: (secret, { host, port }) => ({ ...secret, baseUri: `http://${host}:${port}` }),
    },
    outage: setting((isOn) => {
      server.down = isOn
      if (isOn) server.dropConnections()
    }),
    slow: setting((isOn) => {
      server.slow = isOn
    }),
    redirectTo: async (url) => {
      server.redirectsTo = url
      return async () => {
        server.redirectsTo = undefined
      }
    },
    dropConnections: async () => server.dropConnections(),
    connections: async () => server.openConnections,
    log: async () => server.log.join('\n'),
    close: async () => {
      orgs.delete(server.org)
      await server.close()
    },
  }
}

/** An app whose user may change others. */
function adminOf(server: OrgServer): Required<FreshTarget>['admin'] {
  const { org } = server
  const value = (): StoredSecret => ({ ...server.client(org.adminApp.pair), appId: '0xI000000000009EAA' })
  return {
    value: value(),
    named: (secret, adminSecretArn) => ({ ...secret, adminSecretArn }),
    rotate: async () => {
      org.adminApp.pair = org.newPair()
      return value()
    },
  }
}

/** One app with its first pair. */
export const freshApp = async ({ now }: KitTime): Promise<FreshTarget> => appAt(await startOrg({}, now))

function appAt(server: OrgServer): FreshTarget {
  const { org } = server
  orgs.add(org)
  return {
    ...onServer(server),
    secret: server.client(),
    live: async () => [
      org.primary.key,
      ...(org.slot === undefined || org.isExpired(org.slot) ? [] : [org.slot.key]),
    ],
  }
}

/** The same, of which an admin stages and promotes. */
export async function freshAppOfAdmin(kit: KitTime): Promise<FreshTarget> {
  const server = await startOrg({}, kit.now)
  server.org.runAs.mayStage = false
  return { ...appAt(server), admin: adminOf(server) }
}

/** One user with a password. */
export const freshUser = async ({ now }: KitTime): Promise<FreshTarget> => userAt(await startOrg({}, now))

/** The same, whose password an admin sets; and another one, with the same admin. */
export async function freshUserOfAdmin({ now }: KitTime): Promise<FreshTarget> {
  const server = await startOrg({}, now)
  const admin = adminOf(server)
  const another = async (): Promise<FreshTarget> => ({ ...userAt(server), admin, close: async () => {} })
  return { ...userAt(server), admin, sharingAdmin: another }
}

function userAt(server: OrgServer): FreshTarget {
  const { org } = server
  const username = `robot-${randomBytes(6).toString('hex')}@acme.example`
  const user = org.addUser(username, randomBytes(12).toString('base64url'))
  orgs.add(org)
  const restoring = (change: (user: User) => void) => async (): Promise<End> => {
    const before = { ...user }
    change(user)
    return async () => void Object.assign(user, before, { failedSignIns: user.failedSignIns })
  }
  return {
    ...onServer(server),
    secret: {
      engine: 'salesforce',
      username,
      password: user.password,
      baseUri: server.url,
      requiresSecurityToken: false,
      note: 'kept',
    },
    refuseByPolicy: async () => {
      const before = org.policy
      org.policy = /^$/
      return async () => {
        org.policy = before
      }
    },
    lockUser: restoring((one) => {
      one.isExpired = true
    }),
    dropUser: async () => {
      org.users.delete(username)
      return async () => void org.users.set(username, user)
    },
    changePasswordByHand: restoring((one) => {
      one.password = 'set by hand'
    }),
    failover: restoring(() => {}),
    failedSignIns: async () => user.failedSignIns,
  }
}

/** Whether the org takes it. */
export async function signsIn(stored: StoredSecret): Promise<boolean> {
  const { username, password, consumerKey, consumerSecret } = stored
  if (typeof username === 'string') {
    const user = [...orgs].map(({ users }) => users.get(username)).find((one) => one !== undefined)
    return user !== undefined && user.password === password && !user.isExpired
  }
  const pair = { key: String(consumerKey), secret: String(consumerSecret) }
  return [...orgs].some((org) => org.accepts(pair))
}
