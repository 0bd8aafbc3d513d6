/** A rotation cut wherever the direction on the wire changes: what AWSCURRENT holds signs in at once, and a repeat ends well. */
import { expect, test } from 'vitest'
import {
  createWireIdentity,
  cutBefore,
  type Point,
  startWireProxy,
} from '../../shared/conformance/wire/index.ts'
import { mysqlFraming } from '../../shared/conformance/wire/mysql.ts'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { createAccount, createAdmin, secretFor, signsIn, stageRotation } from './test-target.ts'

const identity = await createWireIdentity()
let made = 0

/** Rotates a fresh account through a proxy that cuts before `at`; answers what passed. */
async function play(server: MysqlServer, byAdmin: boolean, at?: Point): Promise<readonly Point[]> {
  made += 1
  const user = `cut_${made}`
  await createAccount(server, user, 'first')
  if (server.kind === 'mysql') await server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${user}'@'%'`)
  if (byAdmin) await createAdmin(server, `${user}_admin`, 'of the admin')
  const upstream = { host: server.host, port: server.port, ca: server.ca }
  const proxy = await startWireProxy({
    upstream,
    framing: mysqlFraming,
    identity,
    ...(at === undefined ? {} : { rule: cutBefore(at) }),
  })
  try {
    const place = { kind: server.kind, host: 'localhost', port: proxy.port }
    const admin = secretFor(place, { username: `${user}_admin`, password: 'of the admin' })
    const rotation = stageRotation(
      secretFor(place, { username: user, password: 'first' }),
      { ca: identity.ca },
      byAdmin ? { admin } : {},
    )
    const first = await rotation.rotate()
    const points = [...proxy.seen]
    const signIn = () => signsIn(server, user, String(rotation.password('AWSCURRENT')))
    expect(await signIn(), `after ${first.join(', ')}`).toBe(true)
    if (at !== undefined && first.length < 4)
      expect((await rotation.repeat()).at(-1), `after ${first.join(', ')}`).toMatch(
        /finishSecret (done|already)/,
      )
    expect(await signIn()).toBe(true)
    expect(await signsIn(server, user, 'first')).toBe(true)
    expect(proxy.problems).toEqual([])
    return points
  } finally {
    await proxy.close()
  }
}

/** Several at a time; a proxy and an account of its own each. */
async function everyCut(server: MysqlServer, byAdmin: boolean): Promise<number> {
  const all = await play(server, byAdmin)
  // Cuts inside one burst of messages are left to the kit.
  const points = all.filter(({ from }, at) => all[at - 1]?.from !== from)
  const left = points.values()
  const worker = async (): Promise<void> => {
    for (const point of left) await play(server, byAdmin, point)
  }
  await Promise.all([worker(), worker(), worker()])
  return points.length
}

describeOnEachMysql(
  'a rotation with two passwords, cut wherever the direction changes',
  {},
  (server, kind) => {
    test('by an admin it loses nothing and ends well when repeated', { timeout: 240_000 }, async () => {
      expect(await everyCut(server(), true)).toBeGreaterThan(30)
    })

    test.runIf(kind === 'mysql')(
      'by its own rights it loses nothing and ends well when repeated',
      { timeout: 240_000 },
      async () => {
        expect(await everyCut(server(), false)).toBeGreaterThan(20)
      },
    )
  },
)
