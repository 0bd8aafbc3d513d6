/** The role that a partner's package comes with, in its own account and as a hub. */
import { describe, expect, test } from 'vitest'
import { textOfCall } from '../calls/recorder.ts'
import { readCalls } from './calls.ts'
import { ALL, actionsOf, type Caller, isAllowed, type Request, roleOf } from './simulate.ts'
import { strangeOf } from './strange.ts'
import { ATTRIBUTES, about, functionArn, KEY, keyArn, MEMBER, OWN, requestsOf, STRANGER } from './world.ts'

const FUNCTION = { function: functionArn(OWN, 'rotate-example') }
const LOGS = `arn:aws:logs:eu-west-1:${OWN}:log-group:/quarterturn/rotate-example`

const role = roleOf(
  'examples/provider-example/template.yaml',
  {
    SecretNamePrefix: 'app/',
    KeyArns: keyArn(OWN, KEY),
    Accounts: MEMBER,
    ExternalId: 'external-id',
  },
  'RotateExampleRole',
  { ...ATTRIBUTES, 'RotateExampleLogGroup.Arn': `${LOGS}:*` },
)
const caller: Caller = {
  arn: `arn:aws:sts::${OWN}:assumed-role/rotate-example/session`,
  policies: role.policies,
}

const onSecrets = readCalls()
  .filter(({ on }) => on === 'secret')
  .map((call) => [textOfCall(call), call] as const)

test.each(onSecrets)('is allowed: %s', async (_, call) => {
  for (const request of requestsOf(call, about(OWN, FUNCTION)))
    expect(await isAllowed(caller, request), request.action).toBe(true)
})

const strange = onSecrets.flatMap(([text, call]) =>
  strangeOf(call)
    .filter(({ by }) => by.includes('role'))
    .map(({ what, change }) => [text, what, call, change] as const),
)

test.each(strange)('is denied: %s: %s', async (_, __, call, change) => {
  const usual = requestsOf(call, about(OWN, FUNCTION)).map((request) => JSON.stringify(request))
  const changed = requestsOf(call, about(OWN, { ...FUNCTION, ...change(OWN) }))
  const requests = changed.filter((request, at) => JSON.stringify(request) !== usual[at])
  for (const request of requests) expect(await isAllowed(caller, request), request.action).toBe(false)
})

describe('of a hub', () => {
  const assuming = (account: string, name: string): Request => ({
    action: 'sts:AssumeRole',
    resource: `arn:aws:iam::${account}:role/${name}`,
    context: { 'aws:ResourceAccount': account },
  })
  const TRUST = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:role/rotate-example` }, Action: '*' },
    ],
  }
  const own = 'quarterturn-target-rotate-example'

  test.each([
    ['its own target role', MEMBER, own, true],
    ["another provider's target role", MEMBER, 'quarterturn-target-rotate-postgres', false],
    ['the role of an account that is not listed', STRANGER, own, false],
  ])('it assumes %s or not', async (_which, account, name, isRight) => {
    expect(await isAllowed(caller, assuming(account, name), TRUST)).toBe(isRight)
    expect(await isAllowed({ ...caller, policies: [ALL] }, assuming(account, name), TRUST)).toBe(true)
  })
})

test('nothing else is granted', () => {
  expect(actionsOf(role)).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
    'sts:AssumeRole',
  ])
})
