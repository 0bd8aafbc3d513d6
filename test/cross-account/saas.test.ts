import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type OrgServer, startOrg } from '../../providers/salesforce/test-org/server.ts'
import { type Authority, startAuthority } from '../servers/oauth/authority.ts'
import { appIdOf, okta } from '../servers/oauth/okta.ts'
import { HUB, type Hub, startHub, WORKLOAD } from './hub-function.ts'

const DONE = ['createSecret ok', 'setSecret ok', 'testSecret ok', 'finishSecret ok']
const SECRET = 'made-by-hand-0123456789-canary'

let hub: Hub
let authority: Authority
let org: OrgServer

/** Which hosts the deployment lists, for the two accounts alike. */
async function open(hosts: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  hub = await startHub({
    environment: {
      ...more,
      QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true',
      QUARTERTURN_HOSTS: `${HUB}=${hosts}, ${WORKLOAD}=${hosts}`,
    },
  })
  for (const [name, value] of Object.entries(hub.awsEnvironment)) vi.stubEnv(name, value)
}

beforeEach(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(() => true)
  authority = await startAuthority({
    vendor: okta,
    clients: { app: { secret: SECRET, scope: 'api okta.apps.manage' } },
  })
  org = await startOrg()
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await hub[Symbol.asyncDispose]()
  await authority.stop()
  await org.close()
})

const ofOkta = () => ({
  engine: 'oauth',
  profile: 'okta',
  orgUrl: authority.url,
  appId: appIdOf('app'),
  clientId: 'app',
  clientSecret: SECRET,
  scope: 'api',
})

describe.each([
  ['of its own account', HUB],
  ['of another account', WORKLOAD],
])('a function in a hub account rotates a secret %s', (_where, account) => {
  test('of a client at Okta', async () => {
    await open(new URL(authority.url).hostname)
    const secret = hub.createSecret(account, 'client', ofOkta())
    expect(await hub.rotate(secret)).toEqual(DONE)
    const { clientSecret } = hub.value(secret)
    expect(authority.book.accepts('app', String(clientSecret))).toBe(true)
    expect(clientSecret).not.toBe(SECRET)
  })

  test.each([
    ['which is listed', { QUARTERTURN_REGIONS: 'eu-central-1' }, DONE],
    ['which is not', {}, [expect.stringContaining('REGION_MISMATCH: the secret is in aws:eu-central-1')]],
  ])('in another Region %s', async (_which, regions, ends) => {
    await open(new URL(authority.url).hostname, regions)
    const secret = hub.createSecret(account, 'client', ofOkta(), {}, 'eu-central-1')
    expect(await hub.rotate(secret)).toEqual(ends)
    expect(hub.value(secret)['clientSecret'] === SECRET).toBe(ends.length === 1)
  })

  test('of a user of Salesforce', async () => {
    await open(new URL(org.url).hostname)
    const username = 'robot@acme.example'
    org.org.addUser(username, 'first one')
    const secret = hub.createSecret(account, 'user', {
      engine: 'salesforce',
      username,
      password: 'first one',
      baseUri: org.url,
      requiresSecurityToken: false,
    })
    expect(await hub.rotate(secret)).toEqual(DONE)
    expect(org.org.users.get(username)).toMatchObject({ password: hub.value(secret)['password'] })
  })
})

test('a host that is not listed for the account is asked nothing, whatever the secret says', async () => {
  await open('okta.example.com')
  const secret = hub.createSecret(WORKLOAD, 'client', ofOkta())
  const steps = await hub.rotate(secret)
  expect(steps.at(-1)).toContain('HOST_NOT_ALLOWED: 127.0.0.1 is neither')
  expect(authority.seen).toEqual([])
})
