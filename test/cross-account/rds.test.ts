import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { apart } from '../../providers/index.ts'
import { createRds } from '../../providers/rds/index.ts'
import { createRotationHandler } from '../../shared/lambda/handler.ts'
import { authorize } from '../../shared/local/iam/authorize.ts'
import { ChangingRds, type RdsRequest } from '../servers/changing-rds.ts'
import { HUB, type Hub, hubEnvironment, REGION, startHub, WORKLOAD } from './hub-function.ts'
import { DONE, keepQuiet } from './quiet.ts'

const BINDING = 'quarterturn:secret'

let hub: Hub | undefined
let rds: ChangingRds | undefined
/** By whom each action was asked for, and what its session was narrowed to. */
const asked: { readonly action: string; readonly arn: string; readonly narrowed: string }[] = []

/** An instance of this account, without a way to it, whose IAM looks at who signs, at the role and the session. */
async function open(account: string, boundTo?: string) {
  rds = await ChangingRds.start()
  rds.authorize = (request) => whyDenied(account, request)
  const server = rds.add({ id: 'app-db' })
  const env = hubEnvironment({ QUARTERTURN_ALLOW_CLASS_C: 'true', QUARTERTURN_HOSTS: '' })
  const [entry] = apart
  // Loopback RDS shows at once what it is doing.
  const load = async () => createRds({ settlesWithinMs: 0 })
  const handler = createRotationHandler({ providers: entry === undefined ? [] : [{ ...entry, load }], env })
  hub = await startHub({
    run: (event, context) => handler(event, context as Parameters<typeof handler>[1]),
  })
  for (const [name, value] of Object.entries({ ...hub.awsEnvironment, AWS_ENDPOINT_URL_RDS: rds.endpoint }))
    vi.stubEnv(name, value)
  const { engine, host, port, username, password } = server
  const arn = hub.createSecret(account, 'admin-of-app', { engine, host, port, username, password })
  server.tags.set(BINDING, boundTo ?? arn)
  return { hub, rds, server, arn }
}

function whyDenied(
  account: string,
  { headers, action, arn, server, tagKeys }: RdsRequest,
): string | undefined {
  const { aws } = hub?.local ?? {}
  const id = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1]
  const key = aws?.keys.find(id ?? '')
  if (aws === undefined || key === undefined) return 'unknown key'
  const identity = aws.identityOf(key)
  asked.push({ action, arn: identity.arn, narrowed: JSON.stringify(identity.sessionPolicies) ?? '' })
  const [tagKey] = tagKeys
  try {
    authorize(identity, {
      action,
      resource: arn.startsWith('arn:') ? arn : `arn:aws:rds:${REGION}:${account}:${arn}`,
      context: { [`aws:ResourceTag/${BINDING}`]: server?.tags.get(BINDING), 'aws:TagKeys': tagKey },
      ownerAccountId: account,
    })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

keepQuiet()
beforeEach(() => {
  asked.length = 0
})
afterEach(async () => {
  await hub?.[Symbol.asyncDispose]()
  await rds?.close()
})

describe.each([
  ['its own account', HUB],
  ['another account', WORKLOAD],
])('the function rotates the admin user of an instance of %s, to which it has no way', (_where, account) => {
  test('by the role that works there, in sessions for this instance and this secret alone', async () => {
    const one = await open(account)
    one.rds.shows = 0
    expect(await one.hub.rotate(one.arn)).toEqual(DONE)
    expect(one.server.password).toBe(one.hub.value(one.arn)['password'])
    expect(one.server.password).not.toBe('made-by-hand-0')
    expect(new Set(asked.map(({ action }) => action))).toEqual(
      new Set(['rds:DescribeDBInstances', 'rds:ModifyDBInstance', 'rds:AddTagsToResource']),
    )
    for (const { action, arn, narrowed } of asked) {
      expect(arn.split(':')[4]).toBe(account)
      if (account !== WORKLOAD) continue
      expect(narrowed).toContain(`:${account}:db:app-db"`)
      expect(narrowed.includes('rds:ModifyDBInstance')).toBe(action !== 'rds:DescribeDBInstances')
    }
  })

  test('and none that its owner has bound to another secret, by our code', async () => {
    const one = await open(account, `arn:aws:secretsmanager:${REGION}:${account}:secret:other-AbCdEf`)
    expect((await one.hub.rotate(one.arn)).at(-1)).toMatch(/TARGET_NOT_BOUND: .*names another secret/)
    expect(one.server.password).toBe('made-by-hand-0')
    expect(asked.every(({ action }) => action === 'rds:DescribeDBInstances')).toBe(true)
  })
})

test('the binding is asked for by AWS as well, at the moment of the change', async () => {
  const one = await open(WORKLOAD)
  one.rds.shows = 0
  const authorizes = one.rds.authorize
  // Its owner binds it to another secret between our look and the change.
  one.rds.authorize = (request) => {
    const { action, server } = request
    if (action === 'rds:ModifyDBInstance')
      server?.tags.set(BINDING, one.arn.replace('admin-of-app', 'another'))
    return authorizes?.(request)
  }
  expect((await one.hub.rotate(one.arn)).at(-1)).toMatch(/AWS_ACCESS_DENIED: rds:ModifyDBInstance/)
  expect(one.server.password).toBe('made-by-hand-0')
})
