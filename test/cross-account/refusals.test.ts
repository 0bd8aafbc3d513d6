import { randomUUID } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { serveRds } from '../servers/rds.ts'
import { HUB, type Hub, type HubOptions, REGION, STRANGER, startHub, WORKLOAD } from './hub-function.ts'

const ends: (() => unknown)[] = []
let hub: Hub
/** Connections that reached a target. */
let taken: Socket[] = []
let port = 0

async function open(options: Partial<HubOptions> = {}): Promise<Hub> {
  hub = await startHub({ environment: {}, ...options })
  for (const [name, value] of Object.entries(hub.awsEnvironment)) vi.stubEnv(name, value)
  ends.push(() => hub[Symbol.asyncDispose]())
  return hub
}

beforeEach(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(() => true)
  taken = []
  const server = createServer((socket) => {
    taken.push(socket.on('error', () => {}))
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
  ends.push(() => server.close())
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  for (const end of ends.splice(0).reverse()) await end()
})

const value = (more: StoredSecret = {}): StoredSecret => ({
  engine: 'postgres',
  host: 'localhost',
  port,
  username: 'app',
  password: 'of the app',
  ...more,
})

/** Rotates, and shows that nothing was changed and nothing was sent. Answers how the last step failed. */
async function refused(secret: string): Promise<string> {
  const before = hub.value(secret)
  const steps = await hub.rotate(secret)
  expect(hub.value(secret)).toEqual(before)
  expect(taken).toEqual([])
  return steps.at(-1) ?? ''
}

const sessionsIn = (account: string) =>
  hub.local.aws.keys.all.filter((key) => key.kind === 'session' && key.accountId === account)

describe('before any call', () => {
  test('a secret of an account that is not listed is refused, although its role trusts the function', async () => {
    await open()
    const secret = hub.createSecret(STRANGER, 'app', value())
    expect(await refused(secret)).toContain(
      `REGION_MISMATCH: the secret is in aws:${REGION}:${STRANGER}, which this function in aws:${REGION}:${HUB} does not serve`,
    )
    expect(sessionsIn(STRANGER)).toEqual([])
  })

  test('a value of another account is not stored without a RotationToken', async () => {
    await open()
    const secret = hub.createSecret(WORKLOAD, 'app', value())
    const event = { Step: 'createSecret', SecretId: secret, ClientRequestToken: randomUUID() }
    expect(await hub.invoke(event)).toContain('EVENT_INVALID: `RotationToken` is missing')
    expect(sessionsIn(WORKLOAD)).toEqual([])
  })
})

describe('by the role', () => {
  test('with another external id nothing is reached', async () => {
    await open({ externalIdOfWorkload: 'of-another-deployment' })
    const secret = hub.createSecret(WORKLOAD, 'app', value())
    const failure = await refused(secret)
    expect(failure).toContain(`ROLE_REFUSED: the role arn:aws:iam::${WORKLOAD}:role/quarterturn-target`)
    expect(failure).not.toContain('of-this-deployment')
  })

  test('a secret whose rotation function is another is not read: somebody made up the event', async () => {
    await open()
    hub.local.addFunction('other', () => undefined)
    const secret = hub.createSecret(WORKLOAD, 'app', value())
    hub.local.aws
      .account(WORKLOAD)
      .secretsManager()
      .call('RotateSecret', {
        SecretId: secret,
        ClientRequestToken: randomUUID(),
        RotationLambdaARN: hub.local.functionArn('other'),
      })
    await hub.local.settled()
    const event = {
      Step: 'createSecret',
      SecretId: secret,
      ClientRequestToken: randomUUID(),
      RotationToken: randomUUID(),
    }
    expect(await hub.invoke(event)).toMatch(
      /AWS_ACCESS_DENIED: secretsmanager:DescribeSecret .* to the role of QUARTERTURN_TARGET_ROLE in the account 444455556666$/,
    )
  })

  test('a token that belongs to no rotation stores nothing', async () => {
    await open()
    const secret = hub.createSecret(WORKLOAD, 'app', value())
    await hub.rotate(secret, { RotateImmediately: false })
    const event = {
      Step: 'createSecret',
      SecretId: secret,
      ClientRequestToken: randomUUID(),
      RotationToken: randomUUID(),
    }
    const before = hub.labels(secret)
    expect(await hub.invoke(event)).toContain('TOKEN_NOT_PENDING')
    expect(hub.labels(secret)).toEqual(before)
  })
})

describe('what a secret says has no say in where its credential goes:', () => {
  test.each([
    ['a host that nothing lists', { host: 'db.example.com' }, 'HOST_NOT_ALLOWED: db.example.com is neither'],
    ['an address', { host: '10.0.0.7' }, 'HOST_NOT_ALLOWED: 10.0.0.7 is neither'],
    ['the metadata of AWS', { host: '169.254.169.254' }, 'HOST_NOT_ALLOWED'],
    ['another spelling of this machine', { host: '127.0.0.1' }, 'HOST_NOT_ALLOWED'],
    ['another writer', { adminHost: 'db.example.com' }, 'HOST_NOT_ALLOWED'],
  ])('%s', async (_what, more, failure) => {
    await open()
    const secret = hub.createSecret(WORKLOAD, 'app', value(more))
    expect(await refused(secret)).toContain(failure)
  })

  test('a listed host that is this machine, without the switch for tests', async () => {
    await open({ environment: { QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'false' } })
    const secret = hub.createSecret(WORKLOAD, 'app', value())
    expect(await refused(secret)).toContain(
      'setSecret QuarterturnError: HOST_NOT_ALLOWED: localhost has an address',
    )
  })

  test.each(['role', 'account', 'host', 'external-id'])('a tag that names a %s', async (tag) => {
    await open()
    const secret = hub.createSecret(WORKLOAD, 'app', value(), { [`quarterturn:${tag}`]: 'mine' })
    expect(await refused(secret)).toContain('createSecret QuarterturnError: TAG_INVALID')
  })
})

describe('the endpoints of RDS', () => {
  const OWN = 'orders.cabc.eu-west-1.rds.amazonaws.com'
  const known = { instances: [{ id: 'orders', host: OWN }] }

  test.each([
    ["one of the account's own is taken", OWN, 'TARGET_UNREACHABLE'],
    ['one of another account is refused', OWN.replace('cabc', 'cxyz'), 'HOST_NOT_ALLOWED'],
    ['one that is not there is refused', OWN.replace('orders', 'absent'), 'HOST_NOT_ALLOWED'],
  ])('are asked for by the role of the account: %s', async (_which, host, code) => {
    const rds = await serveRds(known)
    ends.push(() => rds.close())
    await open()
    vi.stubEnv('AWS_ENDPOINT_URL_RDS', rds.endpoint)
    const secret = hub.createSecret(WORKLOAD, 'app', value({ host }))
    expect(await refused(secret)).toContain(`setSecret QuarterturnError: ${code}`)
    expect(rds.asked).toContain(`DescribeDBInstances ${host.split('.')[0]}`)
    const policies = sessionsIn(WORKLOAD).flatMap((key) =>
      key.kind === 'session' ? (key.sessionPolicies ?? []) : [],
    )
    expect(policies.map(({ Statement }) => Statement[0]?.Action)).toContainEqual([
      'rds:DescribeDBClusters',
      'rds:DescribeDBInstances',
    ])
  })
})

test('the switch that stops rotations holds those of one account', async () => {
  await open({ environment: { QUARTERTURN_STOP: WORKLOAD } })
  const secret = hub.createSecret(WORKLOAD, 'app', value())
  expect(await refused(secret)).toContain(
    `createSecret QuarterturnError: ROTATIONS_STOPPED: QUARTERTURN_STOP holds rotations of the account ${WORKLOAD}`,
  )
})
