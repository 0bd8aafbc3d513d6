/** The roles of the templates with every parameter on, and whether they allow a call. */
import { AwsProfile, actionsFor } from '../../providers/oauth/profile/aws.ts'
import cognito from '../../providers/oauth/profiles/cognito.json' with { type: 'json' }
import { changing } from '../../providers/rds/api.ts'
import { adminPolicy, rdsPolicy, secretPolicy, targetPolicy } from '../../shared/aws/session-policy.ts'
import type { CalledOn, RecordedCall } from '../calls/recorder.ts'
import { type Caller, isAllowed, roleOf } from './simulate.ts'
import {
  type About,
  ATTRIBUTES,
  about,
  BUS,
  functionArn,
  KEY,
  keyArn,
  MEMBER,
  OWN,
  poolArn,
  REGION,
  ROTATED_BY,
  requestsOf,
  secretArn,
  serverArn,
} from './world.ts'

export const EVERYTHING = {
  DeployRotateOauth: 'true',
  EvidenceBusArn: BUS,
  RetireAfter: '12h',
  Tracing: 'Active',
  SubnetIds: 'subnet-1',
  SecurityGroupIds: 'sg-1',
}
const workloadRole = (id: string) =>
  roleOf(
    'template.yaml',
    {
      ...EVERYTHING,
      DeployRotateRds: 'true',
      SecretNamePrefix: 'app/',
      SecretTagValue: ROTATED_BY,
      AdminSecretNamePrefix: 'admin/',
      ReadRdsAdminSecrets: 'true',
      RotateUserPoolClients: 'true',
      KeyArns: keyArn(OWN, KEY),
    },
    id,
    ATTRIBUTES,
  )
export const workload = workloadRole('RotateOauthRole')
export const workloadOfRds = workloadRole('RotateRdsRole')
export const hub = roleOf(
  'templates/hub.yaml',
  { ...EVERYTHING, Accounts: MEMBER, ExternalId: 'external-id', Release: '2611292100' },
  'RotateOauthRole',
  ATTRIBUTES,
)
export const target = roleOf(
  'templates/target-role.yaml',
  {
    RoleName: 'quarterturn-target-rotate-oauth',
    ExecutionRoleArn: `arn:aws:iam::${OWN}:role/quarterturn-rotate-oauth`,
    FunctionArn: functionArn(OWN),
    ExternalId: 'external-id',
    SecretNamePrefix: 'app/',
    AdminSecretNamePrefix: 'admin/',
    ReadRdsAdminSecrets: 'true',
    ChangeRdsAdminUsers: 'true',
    RotateUserPoolClients: 'true',
    KeyArns: keyArn(MEMBER, KEY),
  },
  'TargetRole',
  { ...ATTRIBUTES, 'AWS::AccountId': MEMBER },
)

const session = (account: string, role: string) => `arn:aws:sts::${account}:assumed-role/${role}/session`
const CHANGES: CalledOn = 'admin user of RDS'
/** The function that makes such a call. */
export const inWorkload = ({ on }: Pick<RecordedCall, 'on'>): Caller =>
  on === CHANGES
    ? { arn: session(OWN, 'quarterturn-rotate-rds'), policies: workloadOfRds.policies }
    : { arn: session(OWN, 'quarterturn-rotate-oauth'), policies: workload.policies }
export const ofHub: Caller = { arn: session(OWN, 'quarterturn-rotate-oauth'), policies: hub.policies }

/** The target role, as if its session were not narrowed. */
export const ofTarget: Caller = {
  arn: session(MEMBER, 'quarterturn-target-rotate-oauth'),
  policies: target.policies,
}

const COGNITO = AwsProfile.parse(cognito)

/** The session that the hub assumes for a kind of call, or its own role. */
export function inHub({ action, on }: RecordedCall, { secret, admin, account, region, pool }: About): Caller {
  const narrowed = (policy: string): Caller => ({ ...ofTarget, session: policy })
  if (on === 'secret') return narrowed(secretPolicy(secret))
  if (on === 'admin secret') return narrowed(adminPolicy(admin))
  if (on === 'admin secret of RDS') return narrowed(adminPolicy(secretArn(account, 'rds!db-0123')))
  if (on === CHANGES) {
    const kind = action.includes('DBCluster') ? ('cluster' as const) : ('instance' as const)
    const server = { kind, id: 'orders', arn: serverArn(action, { region: REGION, account }) }
    return narrowed(targetPolicy(changing(server, secret)))
  }
  if (on === 'user pool') {
    const actions = actionsFor(COGNITO, /:(Describe|List)/.test(action) ? 'list' : 'add')
    return narrowed(targetPolicy([{ actions, resources: [poolArn({ region, account, pool })] }]))
  }
  return on === 'server of RDS' ? narrowed(rdsPolicy()) : ofHub
}

/** In whose account the thing is that a hub's call is about. */
export const placeInHub = ({ on }: RecordedCall): string => (['schedule', 'bus'].includes(on) ? OWN : MEMBER)
/** Across accounts a role is assumed by both policies, as the trust sees it here. */
export const trustFor = ({ on }: RecordedCall): object | undefined =>
  on === 'target role' ? allowAll : undefined
const allowAll = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${OWN}:role/quarterturn-rotate-oauth` },
      Action: 'sts:AssumeRole',
    },
  ],
}

export const isOfHubOnly = ({ on }: RecordedCall): boolean => on === 'target role'

/** The actions that the call needs and the workload's role, or the hub's and its target role, do not allow. */
export async function deniedOf(call: RecordedCall): Promise<readonly string[]> {
  const denied: string[] = []
  if (!isOfHubOnly(call))
    for (const request of requestsOf(call, about(OWN)))
      if (!(await isAllowed(inWorkload(call), request))) denied.push(`template.yaml: ${request.action}`)
  const of = about(placeInHub(call))
  for (const request of requestsOf(call, of))
    if (!(await isAllowed(inHub(call, of), request, trustFor(call)))) denied.push(`hub: ${request.action}`)
  return denied
}
