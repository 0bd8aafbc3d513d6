import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAdmin, createHousehold } from '../../providers/postgres/test-household.ts'
import { createRole, secretFor, signsIn } from '../../providers/postgres/test-target.ts'
import { describeOnNewestPostgres } from '../servers/each.ts'
import { type RdsInstance, serveRds } from '../servers/rds.ts'
import { HUB, type Hub, REGION, SCHEDULE_ROLE, STRANGER, startHub, WORKLOAD } from './hub-function.ts'
import { DONE } from './quiet.ts'

const ADMIN_FOR = 'quarterturn:admin-for'

describeOnNewestPostgres('a function in a hub account', {}, (server) => {
  let hub: Hub
  let printed = ''
  const instances: RdsInstance[] = []
  let rds: Awaited<ReturnType<typeof serveRds>>
  beforeAll(async () => {
    rds = await serveRds({ instances })
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        printed += String(chunk)
        return true
      })
    hub = await startHub({
      environment: {
        QUARTERTURN_TLS_CA: server().ca,
        QUARTERTURN_RETIRE_CHOICES: 'immediate',
        QUARTERTURN_SCHEDULE_ROLE: SCHEDULE_ROLE,
      },
    })
    for (const [name, value] of Object.entries(hub.awsEnvironment)) vi.stubEnv(name, value)
    vi.stubEnv('AWS_ENDPOINT_URL_RDS', rds.endpoint)
  })
  afterEach(() => {
    // Nothing that signs for the account, and no password, is ever printed.
    const keys = [...hub.local.aws.keys.all].flatMap((key) => [
      key.secretAccessKey,
      ...(key.kind === 'session' ? [key.sessionToken] : []),
    ])
    expect(keys.length).toBeGreaterThan(3)
    for (const key of keys.filter((one) => one.length > 12)) expect(printed).not.toContain(key)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    await hub?.[Symbol.asyncDispose]()
    await rds?.close()
  })

  describe.each([
    ['of its own account', HUB],
    ['of another account', WORKLOAD],
  ])('rotates a secret %s', (_where, account) => {
    test('whose one user is changed in place', async () => {
      const user = `single_${account}`
      await createRole(server(), user, 'first')
      const secret = hub.createSecret(
        account,
        user,
        secretFor(server(), { username: user, password: 'first' }),
      )
      expect(await hub.rotate(secret, { RotateImmediately: false })).toEqual(['testSecret ok'])
      expect(await hub.rotate(secret)).toEqual(DONE)
      const { password } = hub.value(secret)
      expect(await signsIn(server(), user, String(password))).toBe(true)
      expect(await signsIn(server(), user, 'first')).toBe(false)
      expect(printed).not.toContain(String(password))
    })

    test("whose old user is retired by a schedule in the function's account", async () => {
      const user = `retired_${account}`
      const admin = `${user}_admin`
      const adminPassword = await createAdmin(server(), admin)
      const { password } = await createHousehold(server(), user, admin)
      const masterarn = hub.createSecret(
        account,
        admin,
        secretFor(server(), { username: admin, password: adminPassword }),
        { [ADMIN_FOR]: user },
      )
      const value = secretFor(server(), { username: user, password, masterarn })
      const secret = hub.createSecret(account, user, value, {
        'quarterturn:strategy': 'alternating-users',
        'quarterturn:retire-after': 'immediate',
      })
      expect(await hub.rotate(secret)).toEqual(DONE)
      expect(await signsIn(server(), user, password)).toBe(true)
      // The function goes by the machine's clock, and a schedule may start it within the minute before its second.
      await setTimeout(1_100)
      hub.local.aws.clock.advance(61_000)
      hub.local.runDue()
      await hub.local.settled()
      expect(hub.local.aws.account(HUB).scheduler().outcomes.at(-1)).toMatchObject({ outcome: 'invoked' })
      expect(await signsIn(server(), user, password)).toBe(false)
      const current = hub.value(secret)
      expect(await signsIn(server(), String(current['username']), String(current['password']))).toBe(true)
    })

    test('whose two users take turns, changed by the admin secret beside it', async () => {
      const user = `pair_${account}`
      const admin = `${user}_admin`
      const adminPassword = await createAdmin(server(), admin)
      const { password } = await createHousehold(server(), user, admin)
      const adminArn = hub.createSecret(
        account,
        admin,
        secretFor(server(), { username: admin, password: adminPassword }),
        { [ADMIN_FOR]: user },
      )
      const value = secretFor(server(), { username: user, password, masterarn: adminArn })
      const secret = hub.createSecret(account, user, value, { 'quarterturn:strategy': 'alternating-users' })
      for (const expected of [`${user}_clone`, user]) {
        expect(await hub.rotate(secret)).toEqual(DONE)
        const current = hub.value(secret)
        expect(current['username']).toBe(expected)
        expect(await signsIn(server(), expected, String(current['password']))).toBe(true)
        const previous = hub.value(secret, 'AWSPREVIOUS')
        expect(await signsIn(server(), String(previous['username']), String(previous['password']))).toBe(true)
        expect(printed).not.toContain(String(current['password']))
      }
      expect(printed).not.toContain(adminPassword)
    })

    test('whose two users take turns, changed by an admin secret that RDS keeps and whose server consents', async () => {
      const user = `kept_${account}`
      const admin = `${user}_admin`
      const adminPassword = await createAdmin(server(), admin)
      const { password } = await createHousehold(server(), user, admin)
      // Of the server such a secret says nothing: RDS does.
      const masterarn = hub.createSecret(account, `rds!db-${user}`, {
        username: admin,
        password: adminPassword,
      })
      const instanceArn = `arn:aws:rds:${REGION}:${account}:db:${user}`
      hub.keptByRds(masterarn, instanceArn)
      const { host, port } = server()
      const tags = { [ADMIN_FOR]: user }
      instances.push({ id: user, host, port, masterSecret: masterarn, tags })
      const value = secretFor(server(), { username: user, password, masterarn })
      const secret = hub.createSecret(account, user, value, { 'quarterturn:strategy': 'alternating-users' })
      expect(await hub.rotate(secret)).toEqual(DONE)
      const current = hub.value(secret)
      expect(await signsIn(server(), `${user}_clone`, String(current['password']))).toBe(true)
      expect(rds.asked).toContain(`DescribeDBInstances ${instanceArn}`)
    })
  })

  test.each([
    [
      'of another account is not asked for',
      { account: STRANGER, tags: { [ADMIN_FOR]: 'led_astray' } },
      `ADMIN_ELSEWHERE: the admin secret is in aws:${REGION}:${STRANGER}`,
    ],
    [
      'that does not consent is not even described to the function',
      { account: WORKLOAD, tags: {} },
      'AWS_ACCESS_DENIED: secretsmanager:DescribeSecret',
    ],
    [
      'that consents to another secret is not read',
      { account: WORKLOAD, tags: { [ADMIN_FOR]: 'led' } },
      'ADMIN_NOT_CONSENTING',
    ],
  ])('an admin secret %s, and nothing is changed', async (_which, { account, tags }, failure) => {
    const name = `admin-${Object.keys(tags).length}-${failure.length}`
    await server().sql('DROP ROLE IF EXISTS led_astray')
    await createRole(server(), 'led_astray', 'first')
    const masterarn = hub.createSecret(
      account,
      name,
      secretFor(server(), { username: 'admin', password: 'of the admin' }),
      tags,
    )
    const value = secretFor(server(), { username: 'led_astray', password: 'first', masterarn })
    const secret = hub.createSecret(WORKLOAD, `led_astray${failure.length}`, value, {
      'quarterturn:strategy': 'alternating-users',
    })
    const steps = await hub.rotate(secret)
    expect(steps.at(-1)).toContain(`setSecret QuarterturnError: ${failure}`)
    expect(hub.value(secret)).toEqual(value)
    expect(await signsIn(server(), 'led_astray', 'first')).toBe(true)
    const strangers = hub.local.aws.keys.all.filter(
      (key) => key.kind === 'session' && key.accountId === STRANGER,
    )
    expect(strangers).toEqual([])
  })

  test('has had no session for more than one secret', () => {
    const sessions = hub.local.aws.keys.all.filter(
      (key) => key.kind === 'session' && key.accountId === WORKLOAD,
    )
    expect(sessions.length).toBeGreaterThan(0)
    for (const key of sessions) {
      const policies = key.kind === 'session' ? (key.sessionPolicies ?? []) : []
      const named = policies.flatMap(({ Statement }) =>
        Statement.flatMap(({ Resource = [] }) => Resource.filter((one) => one.includes(':secretsmanager:'))),
      )
      const looksAtRds = policies.some(({ Statement }) =>
        Statement.some(({ Action = [] }) => Action.includes('rds:DescribeDBInstances')),
      )
      expect(named).toHaveLength(looksAtRds ? 0 : 1)
      for (const arn of named)
        expect(arn).toMatch(new RegExp(`^arn:aws:secretsmanager:eu-west-1:${WORKLOAD}:secret:[\\w!-]+$`))
    }
  })
})
