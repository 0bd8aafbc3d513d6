import { describe, expect, test } from 'vitest'
import { type CalledOn, textOfCall } from '../calls/recorder.ts'
import { readCalls } from './calls.ts'
import {
  deniedOf,
  EVERYTHING,
  hub,
  inHub,
  inWorkload,
  isOfHubOnly,
  ofHub,
  placeInHub,
  target,
  trustFor,
  workload,
} from './roles.ts'
import { actionsOf, isAllowed, resourcesOf } from './simulate.ts'
import {
  type About,
  ATTRIBUTES,
  about,
  functionArn,
  KEY,
  keyArn,
  MEMBER,
  OWN,
  requestsOf,
  STRANGER,
  secretArn,
} from './world.ts'

const CALLS = readCalls()

const named = CALLS.map((call) => [textOfCall(call), call] as const)

test.each(named)('is allowed by every template: %s', async (_, call) => {
  expect(await deniedOf(call)).toEqual([])
})

/** What is changed of a call that is allowed, by what the call is about: none of these may pass. */
const STRANGE: Readonly<Record<CalledOn, Readonly<Record<string, (account: string) => Partial<About>>>>> = {
  secret: {
    'another secret': (account) => ({
      secret: secretArn(account, 'other/orders'),
      encryptedFor: secretArn(account, 'other/orders'),
    }),
    'a secret of another function': (account) => ({
      function: functionArn(OWN, 'other'),
      encryptedFor: secretArn(account, 'other/orders'),
    }),
    'a secret of another account': () => ({
      secret: secretArn(STRANGER, 'app/orders'),
      encryptedFor: secretArn(STRANGER, 'app/orders'),
    }),
    'another key': (account) => ({ function: functionArn(OWN, 'other'), key: keyArn(account, 'other') }),
    'the key for another secret': (account) => ({
      function: functionArn(OWN, 'other'),
      encryptedFor: secretArn(account, 'other/orders'),
    }),
    'the key through another service': () => ({
      function: functionArn(OWN, 'other'),
      via: 's3.eu-west-1.amazonaws.com',
    }),
  },
  'admin secret': {
    'an admin secret that does not consent, with another key': (account) => ({
      consents: false,
      key: keyArn(account, 'other'),
    }),
    'another secret, with another key': (account) => ({
      admin: secretArn(account, 'other/orders'),
      key: keyArn(account, 'other'),
    }),
  },
  'admin secret of RDS': {
    'one of another account': () => ({ account: STRANGER, key: keyArn(STRANGER, KEY) }),
  },
  schedule: {
    'a schedule of another group, another role passed': () => ({
      group: 'default',
      passed: `arn:aws:iam::${OWN}:role/admin`,
    }),
    'a schedule of another name, passed to another service': () => ({
      schedule: 'backup',
      passedTo: 'ec2.amazonaws.com',
    }),
  },
  'server of RDS': { 'a server of another account': () => ({ account: STRANGER }) },
  bus: {
    'another bus': () => ({ bus: `arn:aws:events:eu-west-1:${OWN}:event-bus/default` }),
    'events in the name of another': () => ({ source: 'aws.secretsmanager' }),
  },
  'target role': {
    'another role': () => ({ targetRole: `arn:aws:iam::${MEMBER}:role/admin` }),
    'the role of another account': () => ({
      targetRole: `arn:aws:iam::${STRANGER}:role/quarterturn-target-rotate-postgres`,
    }),
  },
}

const strange = named.flatMap(([text, call]) =>
  Object.entries(STRANGE[call.on]).map(([what, change]) => [text, what, call, change] as const),
)

describe('the same call on something else is denied', () => {
  test.each(strange.filter(([, , call]) => !isOfHubOnly(call)))(
    'in a workload: %s: %s',
    async (_, __, call, change) => {
      for (const request of requestsOf(call, about(OWN, change(OWN))))
        expect(await isAllowed(inWorkload, request), request.action).toBe(false)
    },
  )

  test.each(strange)('through a hub: %s: %s', async (_, __, call, change) => {
    const usual = about(placeInHub(call))
    // The session is for what the rotation is about, whatever is asked for with it.
    for (const request of requestsOf(call, about(placeInHub(call), change(placeInHub(call)))))
      expect(await isAllowed(inHub(call, usual), request, trustFor(call)), request.action).toBe(false)
  })

  // A session hides how far its role reaches: the role is tried without one.
  const atMember = strange.filter(([, , { on }]) => !['schedule', 'bus', 'target role'].includes(on))
  test.each(atMember)('by the target role alone: %s: %s', async (_, __, call, change) => {
    const { session: _narrowed, ...role } = inHub(call, about(MEMBER))
    for (const request of requestsOf(call, about(MEMBER, change(MEMBER))))
      expect(await isAllowed(role, request), request.action).toBe(false)
  })

  test('a session for one secret reads no other that the role could', async () => {
    const read = { action: 'secretsmanager:GetSecretValue', on: 'secret', with: ['AWSCURRENT'] } as const
    const other = about(MEMBER, { secret: secretArn(MEMBER, 'app/other') })
    for (const request of requestsOf(read, other)) {
      expect(await isAllowed(inHub(read, about(MEMBER)), request), request.action).toBe(false)
      expect(await isAllowed(inHub(read, other), request), request.action).toBe(true)
    }
  })

  test('an admin secret is not written', async () => {
    const write = {
      action: 'secretsmanager:PutSecretValue',
      on: 'admin secret',
      with: ['AWSPENDING'],
    } as const
    const [put] = requestsOf(write, about(OWN))
    expect(put?.action).toBe('secretsmanager:PutSecretValue')
    if (put !== undefined) expect(await isAllowed(inWorkload, put)).toBe(false)
  })
})

/** What AWS does in the role's name without a call of ours, each with its page. */
const ON_OUR_BEHALF: Readonly<Record<string, string>> = {
  'ec2:AssignPrivateIpAddresses': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'ec2:CreateNetworkInterface': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'ec2:DeleteNetworkInterface': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'ec2:DescribeNetworkInterfaces': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'ec2:DescribeSubnets': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'ec2:UnassignPrivateIpAddresses': 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
  'iam:PassRole': 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html',
  'kms:Decrypt': 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html',
  'kms:GenerateDataKey':
    'https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html',
  'logs:CreateLogStream': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  'logs:PutLogEvents': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  'xray:PutTelemetryRecords': 'https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html',
  'xray:PutTraceSegments': 'https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html',
}

test('each action that is granted is used by a call, or by AWS on our behalf', () => {
  const used = new Set(CALLS.map(({ action }) => action))
  const granted = new Set([workload, hub, target].flatMap(actionsOf))
  expect([...granted].filter((action) => !used.has(action) && ON_OUR_BEHALF[action] === undefined)).toEqual(
    [],
  )
  expect(Object.keys(ON_OUR_BEHALF).filter((action) => !granted.has(action) || used.has(action))).toEqual([])
  expect([...granted].filter((action) => action.includes('*'))).toEqual([])
})

describe('who may do what with the function and the role', () => {
  const assume = (of: Readonly<Record<string, string>>) =>
    isAllowed(
      ofHub,
      {
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${MEMBER}:role/quarterturn-target-rotate-postgres`,
        context: {
          'aws:ResourceAccount': MEMBER,
          'sts:ExternalId': 'external-id',
          'lambda:SourceFunctionArn': functionArn(OWN),
          ...of,
        },
      },
      target.trust,
    )

  test('the target role trusts that role, from the code of that function, with the external id', async () => {
    expect(await assume({})).toBe(true)
    expect(await assume({ 'lambda:SourceFunctionArn': `${functionArn(OWN)}:live` })).toBe(true)
    expect(await assume({ 'sts:ExternalId': 'of-another' })).toBe(false)
    expect(
      await assume({ 'lambda:SourceFunctionArn': functionArn(OWN, 'quarterturn-rotate-postgres-two') }),
    ).toBe(false)
  })

  test.each(['template.yaml', 'templates/hub.yaml'])(
    '%s lets only Secrets Manager of its accounts invoke',
    (path) => {
      const parameters = {
        ...EVERYTHING,
        SecretNamePrefix: 'app/',
        Accounts: `${MEMBER},777788889999`,
        ExternalId: 'external-id',
        OrganizationId: 'o-1234567890',
        Release: '2611292100',
      }
      const permissions = Object.values(resourcesOf(path, parameters, ATTRIBUTES))
        .filter(({ Type }) => Type === 'AWS::Lambda::Permission')
        .map(({ Properties }) => Properties)
      const ofService = permissions.filter(({ Principal }) => Principal === 'secretsmanager.amazonaws.com')
      const accounts = path === 'template.yaml' ? [OWN] : [MEMBER, '777788889999']
      expect([...new Set(ofService.map(({ SourceAccount }) => SourceAccount))]).toEqual(accounts)
      // Whoever calls RotateSecret with a foreign function must be allowed to invoke it as well.
      for (const other of permissions.filter((one) => !ofService.includes(one)))
        expect(other).toMatchObject({ Principal: '*', PrincipalOrgID: 'o-1234567890' })
    },
  )
})
