import { afterEach, describe, expect, test, vi } from 'vitest'
import { HUB, type Hub, startHub, WORKLOAD } from './hub-function.ts'
import { DONE, keepQuiet } from './quiet.ts'
import { OKTA, SAAS, type SaasTarget } from './saas-targets.ts'

let hub: Hub | undefined
let target: SaasTarget | undefined

/** Which hosts the deployment lists, for the two accounts alike. */
async function open(hosts: string, more: Readonly<Record<string, string>> = {}): Promise<Hub> {
  hub = await startHub({
    environment: {
      ...more,
      QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true',
      QUARTERTURN_HOSTS: `${HUB}=${hosts}, ${WORKLOAD}=${hosts}`,
    },
  })
  for (const [name, value] of Object.entries(hub.awsEnvironment)) vi.stubEnv(name, value)
  return hub
}

async function started(start: () => Promise<SaasTarget>): Promise<SaasTarget> {
  target = await start()
  return target
}

keepQuiet()
afterEach(async () => {
  await hub?.[Symbol.asyncDispose]()
  await target?.close()
})

describe.each([
  ['of its own account', HUB],
  ['of another account', WORKLOAD],
])('a function in a hub account rotates a secret %s', (_where, account) => {
  test.each(SAAS)('of $what', async ({ start, isClassC = false }) => {
    const { url, secret, admin, tags = {}, isInForce } = await started(start)
    const { createSecret, rotate, value } = await open(new URL(url).hostname, {
      QUARTERTURN_ALLOW_CLASS_C: String(isClassC),
    })
    const consenting = { 'quarterturn:admin-for': 'client' }
    const arn = createSecret(account, 'client', secret, {
      ...tags,
      ...(admin && { 'quarterturn:admin-secret': createSecret(account, 'admin', admin, consenting) }),
    })
    for (const before of [secret, undefined]) {
      const old = before ?? value(arn)
      expect(await rotate(arn)).toEqual(DONE)
      expect(value(arn)).not.toEqual(old)
      expect(await isInForce(value(arn))).toBe(true)
    }
  })

  test.each([
    ['which is listed', { QUARTERTURN_REGIONS: 'eu-central-1' }, DONE],
    ['which is not', {}, [expect.stringContaining('REGION_MISMATCH: the secret is in aws:eu-central-1')]],
  ])('in another Region %s', async (_which, regions, ends) => {
    const { url, secret } = await started(OKTA.start)
    const { createSecret, rotate, value } = await open(new URL(url).hostname, regions)
    const arn = createSecret(account, 'client', secret, {}, 'eu-central-1')
    expect(await rotate(arn)).toEqual(ends)
    expect(value(arn)['clientSecret'] === secret['clientSecret']).toBe(ends.length === 1)
  })
})

test('a host that is not listed for the account is asked nothing, whatever the secret says', async () => {
  const { secret, isUnasked } = await started(OKTA.start)
  const { createSecret, rotate } = await open('okta.example.com')
  const steps = await rotate(createSecret(WORKLOAD, 'client', secret))
  expect(steps.at(-1)).toContain('HOST_NOT_ALLOWED: 127.0.0.1 is neither')
  expect(isUnasked()).toBe(true)
})
