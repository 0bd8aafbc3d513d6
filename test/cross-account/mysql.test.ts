import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freshPair } from '../../providers/mysql/alternating/test-pair.ts'
import { createAccount, createAdmin, secretFor, signsIn } from '../../providers/mysql/test-target.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { describeOnEachMysql } from '../servers/mysql/each.ts'
import { HUB, type Hub, startHub, WORKLOAD } from './hub-function.ts'
import { DONE } from './quiet.ts'

describeOnEachMysql('a function in a hub account', {}, (server) => {
  let hub: Hub
  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation(() => true)
    hub = await startHub({ environment: { QUARTERTURN_TLS_CA: server().ca } })
    for (const [name, value] of Object.entries(hub.awsEnvironment)) vi.stubEnv(name, value)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    await hub?.[Symbol.asyncDispose]()
  })

  const PLACES = [
    ['of its own account', HUB],
    ['of another account', WORKLOAD],
  ] as const
  const adminSecretOf = (account: string, user: string, value: StoredSecret): string =>
    hub.createSecret(account, `${user}_admin`, value, { 'quarterturn:admin-for': user })

  test.each(PLACES)(
    'gives an account two passwords, by the admin secret beside it, for a secret %s',
    async (_where, account) => {
      const user = `dual_${account}`
      const admin = `${user}_admin`
      await createAccount(server(), user, 'first')
      await createAdmin(server(), admin, 'of the admin')
      const ofAdmin = secretFor(server(), { username: admin, password: 'of the admin' })
      const masterarn = adminSecretOf(account, user, ofAdmin)
      const value = secretFor(server(), { username: user, password: 'first', masterarn })
      const secret = hub.createSecret(account, user, value)
      for (const old of ['first', undefined]) {
        const before = old ?? String(hub.value(secret)['password'])
        expect(await hub.rotate(secret)).toEqual(DONE)
        expect(await signsIn(server(), user, String(hub.value(secret)['password']))).toBe(true)
        expect(await signsIn(server(), user, before)).toBe(true)
      }
      expect(await signsIn(server(), user, 'first')).toBe(false)
    },
  )

  test.each(PLACES)('lets two accounts take turns, for a secret %s', async (_where, account) => {
    const pair = await freshPair(server(), `pair_${account}`)
    const masterarn = adminSecretOf(account, pair.user, pair.adminSecret)
    const secret = hub.createSecret(
      account,
      pair.user,
      { ...pair.secret, masterarn },
      { 'quarterturn:strategy': 'alternating-users' },
    )
    for (const expected of [pair.clone, pair.user]) {
      expect(await hub.rotate(secret)).toEqual(DONE)
      for (const { username, password } of [hub.value(secret), hub.value(secret, 'AWSPREVIOUS')])
        expect(await signsIn(server(), String(username), String(password))).toBe(true)
      expect(hub.value(secret)['username']).toBe(expected)
    }
  })
})
