import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createAccount, createAdmin, secretFor, signsIn } from '../../providers/mysql/test-target.ts'
import { describeOnEachMysql } from '../servers/mysql/each.ts'
import { HUB, type Hub, startHub, WORKLOAD } from './hub-function.ts'

const DONE = ['createSecret ok', 'setSecret ok', 'testSecret ok', 'finishSecret ok']

describeOnEachMysql('a function in a hub account', { kinds: ['mysql'] }, (server) => {
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

  test.each([
    ['of its own account', HUB],
    ['of another account', WORKLOAD],
  ])(
    'gives an account two passwords, by the admin secret beside it, for a secret %s',
    async (_where, account) => {
      const user = `dual_${account}`
      const admin = `${user}_admin`
      await createAccount(server(), user, 'first')
      await createAdmin(server(), admin, 'of the admin')
      const adminArn = hub.createSecret(
        account,
        admin,
        secretFor(server(), { username: admin, password: 'of the admin' }),
        { 'quarterturn:admin-for': user },
      )
      const value = secretFor(server(), { username: user, password: 'first', masterarn: adminArn })
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
})
