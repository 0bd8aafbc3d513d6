import { describe, expect, test } from 'vitest'
import { textOfCall } from '../calls/recorder.ts'
import { readCalls } from './calls.ts'
import {
  deniedOf,
  EVERYTHING,
  hub,
  inHub,
  inWorkload,
  isOfHubOnly,
  ofHub,
  ofTarget,
  placeInHub,
  target,
  trustFor,
  workload,
  workloadOfRds,
} from './roles.ts'
import { ALL, actionsOf, isAllowed, resourcesOf, roleOf } from './simulate.ts'
import { type Limiting, ON_BEHALF, strangeOf, strangeRequests } from './strange.ts'
import { ATTRIBUTES, about, functionArn, MEMBER, OWN, requestsOf, secretArn } from './world.ts'

const CALLS = readCalls()

const named = CALLS.map((call) => [textOfCall(call), call] as const)

test.each(named)('is allowed by every template: %s', async (_, call) => {
  expect(await deniedOf(call)).toEqual([])
})

const strange = CALLS.flatMap((call) =>
  strangeOf(call).map((of) => [textOfCall(call), of.what, call, of] as const),
)

describe('the same call on something else is denied', () => {
  const limitedBy = (place: Limiting) => strange.filter(([, , , { by }]) => by.includes(place))
  test.each(limitedBy('workload').filter(([, , call]) => !isOfHubOnly(call)))(
    'in a workload: %s: %s',
    async (_, __, call, of) => {
      for (const request of strangeRequests(call, of, OWN))
        expect(await isAllowed(inWorkload(call), request), request.action).toBe(false)
    },
  )

  test.each(limitedBy('role'))('through a hub: %s: %s', async (_, __, call, of) => {
    // The session is for what the rotation is about, whatever is asked for with it.
    const caller = inHub(call, about(placeInHub(call)))
    for (const request of strangeRequests(call, of, placeInHub(call)))
      expect(await isAllowed(caller, request, trustFor(call)), request.action).toBe(false)
  })

  // A session hides how far its role reaches: the role is tried without one.
  const atMember = limitedBy('role').filter(
    ([, , { on }]) => !['schedule', 'bus', 'target role'].includes(on),
  )
  test.each(atMember)('by the target role alone: %s: %s', async (_, __, call, of) => {
    for (const request of strangeRequests(call, of, MEMBER))
      expect(await isAllowed(ofTarget, request), request.action).toBe(false)
  })

  // And the role, how far its session reaches.
  test.each(limitedBy('session'))('by the session alone: %s: %s', async (_, __, call, of) => {
    const caller = inHub(call, about(MEMBER))
    for (const request of strangeRequests(call, of, MEMBER))
      expect(await isAllowed({ ...caller, policies: [ALL] }, request), request.action).toBe(false)
  })

  test.each(ON_BEHALF)('by either function: $what', async ({ allowed, denied }) => {
    for (const caller of [inWorkload({ on: 'secret' }), ofHub]) {
      expect(await isAllowed(caller, allowed)).toBe(true)
      expect(await isAllowed(caller, denied)).toBe(false)
    }
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
    if (put !== undefined) expect(await isAllowed(inWorkload(write), put)).toBe(false)
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
  const granted = new Set([workload, workloadOfRds, hub, target].flatMap(actionsOf))
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
        resource: `arn:aws:iam::${MEMBER}:role/quarterturn-target-rotate-oauth`,
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
      await assume({ 'lambda:SourceFunctionArn': functionArn(OWN, 'quarterturn-rotate-oauth-two') }),
    ).toBe(false)
  })

  test.each([
    ['template.yaml', workload],
    ['templates/hub.yaml', hub],
  ])(
    "of %s, Lambda has the function's role, and Scheduler in its one group a role that invokes it alone",
    (path, of) => {
      const statement = (Service: string, more = {}) => [
        { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', ...more },
      ]
      expect(of.trust).toMatchObject({ Statement: statement('lambda.amazonaws.com') })
      const group = `arn:aws:scheduler:eu-west-1:${OWN}:schedule-group/quarterturn`
      const parameters = {
        ...EVERYTHING,
        SecretNamePrefix: 'app/',
        Accounts: MEMBER,
        ExternalId: 'external-id',
        Release: '1',
      }
      const { trust, policies } = roleOf(path, parameters, 'RotateOauthScheduleRole', {
        ...ATTRIBUTES,
        'Schedules.Arn': group,
      })
      expect(trust).toMatchObject({
        Statement: statement('scheduler.amazonaws.com', {
          Condition: { StringEquals: { 'aws:SourceAccount': OWN, 'aws:SourceArn': group } },
        }),
      })
      expect(policies).toMatchObject([
        {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'lambda:InvokeFunction',
              Resource: [functionArn(OWN), `${functionArn(OWN)}:*`],
            },
          ],
        },
      ])
    },
  )

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
