/** What a call is made on instead of what it may be made on: none of these may pass. */
import type { CalledOn, RecordedCall } from '../calls/recorder.ts'
import type { Request } from './simulate.ts'
import {
  type About,
  about,
  functionArn,
  KEY,
  keyArn,
  LOG_GROUP,
  MEMBER,
  OWN,
  REGION,
  requestsOf,
  STRANGER,
  secretArn,
} from './world.ts'

/** One thing that is changed of a call that is allowed. */
export interface Strange {
  readonly what: string
  /** In that account. */
  readonly change: (account: string) => Partial<About>
  /** What has a limit for it, each by itself. */
  readonly by: readonly Limiting[]
}

/** The role beside the secrets; the roles of a hub and of its accounts; the session that a hub assumes. */
export type Limiting = 'workload' | 'role' | 'session'

const ROLES: readonly Limiting[] = ['workload', 'role']
const ALL_THREE: readonly Limiting[] = [...ROLES, 'session']

const withKey: readonly Strange[] = [
  { what: 'another key', by: ROLES, change: (account) => ({ key: keyArn(account, 'other') }) },
  {
    what: 'the key for another secret',
    by: ALL_THREE,
    change: (account) => ({ encryptedFor: secretArn(account, 'other/orders') }),
  },
  {
    what: 'the key through another service',
    by: ALL_THREE,
    change: () => ({ via: `s3.${REGION}.amazonaws.com` }),
  },
]

const STRANGE: Readonly<Record<CalledOn, readonly Strange[]>> = {
  secret: [
    {
      what: 'another secret',
      by: ALL_THREE,
      change: (account) => ({ secret: secretArn(account, 'other/orders') }),
    },
    {
      what: 'a secret of another function',
      by: ROLES,
      change: () => ({ function: functionArn(OWN, 'other') }),
    },
    {
      what: 'a secret of another account',
      by: ALL_THREE,
      change: () => ({ secret: secretArn(STRANGER, 'app/orders') }),
    },
    {
      what: 'a secret without the tag of the stack',
      by: ['workload'],
      change: () => ({ rotatedBy: 'another' }),
    },
    ...withKey,
  ],
  'admin secret': [
    { what: 'an admin secret that does not consent', by: ROLES, change: () => ({ consents: false }) },
    {
      what: 'another secret',
      by: ALL_THREE,
      change: (account) => ({ admin: secretArn(account, 'other/orders') }),
    },
    ...withKey,
  ],
  'admin secret of RDS': [
    {
      what: 'one of another account',
      by: ALL_THREE,
      change: () => ({ account: STRANGER, key: keyArn(STRANGER, KEY) }),
    },
    {
      what: 'one that is not kept by RDS',
      by: ALL_THREE,
      change: (account) => ({ ofRds: secretArn(account, 'other/orders') }),
    },
    ...withKey,
  ],
  schedule: [
    { what: 'a schedule of another group', by: ROLES, change: () => ({ group: 'default' }) },
    { what: 'a schedule of another name', by: ROLES, change: () => ({ schedule: 'backup' }) },
    { what: 'another role passed', by: ROLES, change: () => ({ passed: `arn:aws:iam::${OWN}:role/admin` }) },
    {
      what: 'its role passed to another service',
      by: ROLES,
      change: () => ({ passedTo: 'ec2.amazonaws.com' }),
    },
  ],
  'server of RDS': [
    { what: 'a server of another Region', by: ['workload'], change: () => ({ region: 'us-east-1' }) },
    { what: 'a server of another account', by: ROLES, change: () => ({ account: STRANGER }) },
  ],
  'admin user of RDS': [
    {
      what: 'a server of another Region',
      by: ['workload', 'session'],
      change: () => ({ region: 'us-east-1' }),
    },
    { what: 'a server of another account', by: ALL_THREE, change: () => ({ account: STRANGER }) },
    { what: 'a server whose owner has not tagged it', by: ALL_THREE, change: () => ({ isBound: false }) },
    {
      what: 'a server that is tagged for another secret',
      by: ALL_THREE,
      change: (account) => ({ boundTo: secretArn(account, 'other/orders') }),
    },
    {
      what: 'the tag that binds it',
      by: ALL_THREE,
      change: () => ({ tagKeys: ['quarterturn:applied', 'quarterturn:secret'] }),
    },
    { what: 'no tag', by: ROLES, change: () => ({ tagKeys: [] }) },
  ],
  'user pool': [
    {
      what: 'a user pool of another Region',
      by: ['workload', 'session'],
      change: () => ({ region: 'us-east-1' }),
    },
    { what: 'a user pool of another account', by: ALL_THREE, change: () => ({ account: STRANGER }) },
    { what: 'another user pool', by: ['session'], change: () => ({ pool: `${REGION}_Other` }) },
    { what: 'a user pool whose owner has not tagged it', by: ROLES, change: () => ({ rotates: 'other' }) },
  ],
  bus: [
    {
      what: 'another bus',
      by: ROLES,
      change: () => ({ bus: `arn:aws:events:${REGION}:${OWN}:event-bus/default` }),
    },
    { what: 'events in the name of another', by: ROLES, change: () => ({ source: 'aws.secretsmanager' }) },
    { what: 'events in nobody’s name', by: ROLES, change: () => ({ source: '' }) },
  ],
  'target role': [
    { what: 'another role', by: ROLES, change: () => ({ targetRole: `arn:aws:iam::${MEMBER}:role/admin` }) },
    {
      what: 'the role of another account',
      by: ROLES,
      change: () => ({ targetRole: `arn:aws:iam::${STRANGER}:role/quarterturn-target-rotate-oauth` }),
    },
  ],
}

/** What changes of which kind of call, and the requests that change with it. */
export const strangeOf = (call: RecordedCall): readonly Strange[] =>
  STRANGE[call.on].filter((strange) => strangeRequests(call, strange, OWN).length > 0)

/** Of the requests that the call makes, those that differ from the usual ones. */
export function strangeRequests(
  call: RecordedCall,
  { change }: Strange,
  account: string,
): readonly Request[] {
  const usual = requestsOf(call, about(account)).map((request) => JSON.stringify(request))
  return requestsOf(call, about(account, change(account))).filter(
    (request, at) => JSON.stringify(request) !== usual[at],
  )
}

/** What the role is for although no call of ours asks for it, and what must not come of that. */
export interface OnBehalf {
  readonly what: string
  readonly allowed: Request
  readonly denied: Request
}

const stream = (group: string): string => `${group.replace(/\*$/, '')}log-stream:one`

export const ON_BEHALF: readonly OnBehalf[] = [
  ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    what: `${action} of another function`,
    allowed: { action, resource: stream(LOG_GROUP), context: {} },
    denied: { action, resource: stream(LOG_GROUP.replace('oauth', 'other')), context: {} },
  })),
  ...[
    ['AssignPrivateIpAddresses', 'network-interface/eni-1'],
    ['CreateNetworkInterface', 'network-interface/eni-1'],
    ['DeleteNetworkInterface', 'network-interface/eni-1'],
    ['DescribeNetworkInterfaces', '*'],
    ['DescribeSubnets', '*'],
    ['UnassignPrivateIpAddresses', 'network-interface/eni-1'],
  ].map(([action, what]) => {
    const resource = what === '*' ? '*' : `arn:aws:ec2:${REGION}:${OWN}:${what}`
    return {
      what: `ec2:${action} by the code of the function`,
      allowed: { action: `ec2:${action}`, resource, context: {} },
      denied: {
        action: `ec2:${action}`,
        resource,
        context: { 'lambda:SourceFunctionArn': functionArn(OWN) },
      },
    }
  }),
]
