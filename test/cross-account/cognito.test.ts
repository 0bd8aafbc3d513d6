import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { authorize } from '../../shared/local/iam/authorize.ts'
import { type Authority, startAuthority } from '../servers/oauth/authority.ts'
import { cognito, POOL, REGION } from '../servers/oauth/cognito.ts'
import { HUB, type Hub, startHub, WORKLOAD } from './hub-function.ts'
import { DONE, keepQuiet } from './quiet.ts'

const CLIENT = '1example23456789'
const SECRET = 'madebyhand0123456789canary'

let hub: Hub | undefined
let authority: Authority | undefined
/** By whom each operation was asked for, and what its session was narrowed to. */
const asked: { readonly operation: string; readonly arn: string; readonly narrowed: string | undefined }[] =
  []

/** A user pool of this account, whose IAM looks at who signs, at the role and the session. */
async function open(account: string, tag = 'client-secrets') {
  const now = { ms: Date.now() - 60_000 }
  authority = await startAuthority({
    clients: { [CLIENT]: { secret: SECRET, scope: 'api' } },
    now: () => now.ms,
    vendor: cognito({
      keysOf: (id) => {
        const key = hub?.local.aws.keys.find(id)
        return key?.kind === 'session' ? key : undefined
      },
      denies: (operation, id) => !isAllowed(account, tag, operation, id),
    }),
  })
  now.ms = Date.now()
  const host = new URL(authority.url).hostname
  hub = await startHub({
    environment: {
      QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true',
      QUARTERTURN_HOSTS: `${HUB}=${host}, ${WORKLOAD}=${host}`,
    },
  })
  const environment = {
    ...hub.awsEnvironment,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: authority.url,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const arn = hub.createSecret(account, 'client', {
    engine: 'oauth',
    profile: 'cognito',
    domainUrl: authority.url,
    userPoolId: POOL,
    clientId: CLIENT,
    clientSecret: SECRET,
    scope: 'api',
  })
  return { hub, arn, live: () => [...(authority?.book.of(CLIENT).values() ?? [])].map(({ value }) => value) }
}

function isAllowed(account: string, tag: string, operation: string, id: string): boolean {
  const { aws } = hub?.local ?? {}
  const key = aws?.keys.find(id)
  if (aws === undefined || key === undefined) return false
  const identity = aws.identityOf(key)
  asked.push({ operation, arn: identity.arn, narrowed: JSON.stringify(identity.sessionPolicies) })
  try {
    authorize(identity, {
      action: `cognito-idp:${operation}`,
      resource: `arn:aws:cognito-idp:${REGION}:${account}:userpool/${POOL}`,
      context: { 'aws:ResourceTag/quarterturn:rotates': tag },
      ownerAccountId: account,
    })
    return true
  } catch {
    return false
  }
}

keepQuiet()
beforeEach(() => {
  asked.length = 0
})
afterEach(async () => {
  await hub?.[Symbol.asyncDispose]()
  await authority?.stop()
})

describe.each([
  ['its own account', HUB],
  ['another account', WORKLOAD],
])('the shipped function rotates an app client of a user pool of %s', (_where, account) => {
  test('by the role that works there, in a session for this user pool alone', async () => {
    const one = await open(account)
    expect(await one.hub.rotate(one.arn)).toEqual(DONE)
    const { clientSecret } = one.hub.value(one.arn)
    expect(one.live()).toEqual([SECRET, clientSecret])
    expect(new Set(asked.map(({ operation }) => operation))).toEqual(
      new Set(['DescribeUserPool', 'ListUserPoolClientSecrets', 'AddUserPoolClientSecret']),
    )
    for (const { arn, narrowed = '' } of asked) {
      expect(arn.split(':')[4]).toBe(account)
      if (account === WORKLOAD) expect(narrowed).toContain(`:${account}:userpool/${POOL}"`)
    }
  })

  test('and none whose owner has not tagged it', async () => {
    const one = await open(account, 'other')
    expect((await one.hub.rotate(one.arn)).at(-1)).toMatch(
      /PRIVILEGE_MISSING: .*:DescribeUserPool is denied.*quarterturn:rotates/,
    )
    expect(one.live()).toEqual([SECRET])
  })
})
