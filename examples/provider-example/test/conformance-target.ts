/** The target for one point of the conformance kit, and what can be done to it. */
import { randomBytes } from 'node:crypto'
import type { End, FreshTarget } from 'quarterturn/conformance'
import { startTarget, type TestUser, type Trouble } from './server.ts'

export async function freshTarget(): Promise<FreshTarget> {
  const target = await startTarget()
  const { url, port, users, troubles } = target
  const password = randomBytes(12).toString('base64url')
  target.addUser('reader', password)

  const trouble = (what: Trouble) => async (): Promise<End> => {
    troubles.add(what)
    if (what === 'down') target.dropConnections()
    return async () => void troubles.delete(what)
  }
  /** Changes the user, and puts it back as it was. */
  const restoring = (change: (user: TestUser) => void) => async (): Promise<End> => {
    const user = users.get('reader')
    if (user === undefined) throw new Error('the user is gone')
    const before = { ...user }
    change(user)
    return async () => void users.set('reader', before)
  }
  return {
    secret: { engine: 'example', url, username: 'reader', password, team: 'blue' },
    close: () => target.close(),
    wire: {
      upstream: { host: '127.0.0.1', port },
      framing: 'http',
      at: (secret, place) => ({ ...secret, url: `http://${place.host}:${place.port}` }),
    },
    outage: trouble('down'),
    limitConnections: trouble('limited'),
    readOnly: trouble('read-only'),
    slow: trouble('slow'),
    refuseByPolicy: trouble('strict'),
    lockUser: restoring((user) => {
      user.isLocked = true
    }),
    dropUser: restoring(() => users.delete('reader')),
    changePasswordByHand: restoring((user) => {
      user.password = 'set by hand'
    }),
    failover: restoring(() => {}),
    dropConnections: async () => target.dropConnections(),
    connections: async () => target.openConnections,
    failedSignIns: async () => target.failedSignIns,
    log: async () => target.log.join('\n'),
  }
}
