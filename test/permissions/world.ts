/** The names that calls are about in this proof, and what a request to IAM says of each kind of call. */
import type { RecordedCall } from '../calls/recorder.ts'
import { PLACE, type Values } from '../templates/template.ts'
import type { Request } from './simulate.ts'

export const REGION = 'eu-west-1'
export const OWN = '111122223333'
export const MEMBER = '444455556666'
export const STRANGER = '999988887777'

/** What a request is about; a test changes one of them and expects a refusal. */
export interface About {
  readonly account: string
  /** Of a server or a user pool. */
  readonly region: string
  readonly secret: string
  readonly admin: string
  readonly key: string
  /** The function that the secret is registered with. */
  readonly function: string
  /** Tags of the admin secret. */
  readonly consents: boolean
  /** Default: the secret of the call. */
  readonly encryptedFor?: string
  /** An admin secret that RDS keeps. */
  readonly ofRds: string
  /** The tag of that name. */
  readonly rotatedBy: string
  readonly via: string
  readonly pool: string
  /** The tag of that name, of the user pool. */
  readonly rotates: string
  readonly group: string
  readonly schedule: string
  readonly passed: string
  readonly passedTo: string
  readonly bus: string
  readonly source: string
  readonly targetRole: string
  /** The secret that the owner of a server has put into its tag. */
  readonly boundTo?: string
  readonly isBound: boolean
  /** The tags that are put on it. */
  readonly tagKeys: readonly string[]
}

export const functionArn = (account: string, name = 'quarterturn-rotate-oauth'): string =>
  `arn:aws:lambda:${REGION}:${account}:function:${name}`
export const secretArn = (account: string, name: string): string =>
  `arn:aws:secretsmanager:${REGION}:${account}:secret:${name}-AbCdEf`
export const keyArn = (account: string, id: string): string => `arn:aws:kms:${REGION}:${account}:key/${id}`

export const POOL = `${REGION}_AbCdEfGhI`
export const poolArn = ({ region, account, pool }: Pick<About, 'region' | 'account' | 'pool'>): string =>
  `arn:aws:cognito-idp:${region}:${account}:userpool/${pool}`

export const KEY = '11111111-2222-3333-4444-555555555555'
export const SCHEDULE_ROLE = `arn:aws:iam::${OWN}:role/schedules`
export const LOG_GROUP = `arn:aws:logs:${REGION}:${OWN}:log-group:rotate-oauth:*`
export const BUS = `arn:aws:events:${REGION}:${OWN}:event-bus/evidence`

/** What the stack beside the secrets wants its secrets to be tagged with. */
export const ROTATED_BY = 'quarterturn'

export const about = (account: string, of: Partial<About> = {}): About => {
  const place = of.account ?? account
  return {
    account,
    region: REGION,
    secret: secretArn(account, 'app/orders'),
    admin: secretArn(account, 'admin/orders'),
    ofRds: secretArn(place, 'rds!db-0123'),
    rotatedBy: ROTATED_BY,
    key: keyArn(account, KEY),
    function: functionArn(OWN),
    consents: true,
    via: `secretsmanager.${REGION}.amazonaws.com`,
    pool: POOL,
    rotates: 'client-secrets',
    group: 'quarterturn',
    schedule: 'quarterturn-0123456789abcdef-1',
    passed: SCHEDULE_ROLE,
    passedTo: 'scheduler.amazonaws.com',
    bus: BUS,
    source: 'quarterturn',
    targetRole: `arn:aws:iam::${MEMBER}:role/quarterturn-target-rotate-oauth`,
    isBound: true,
    tagKeys: ['quarterturn:applied'],
    ...of,
  }
}

/** What resources of the templates answer. */
export const ATTRIBUTES: Values = {
  ...PLACE,
  'RotateRdsScheduleRole.Arn': SCHEDULE_ROLE,
  'RotateRdsLogs.Arn': LOG_GROUP,
  'RotateOauthScheduleRole.Arn': SCHEDULE_ROLE,
  'RotateOauthLogs.Arn': LOG_GROUP,
}

/** The request that a call makes, and those that AWS makes in the caller's name because of it. */
export function requestsOf({ action, on, with: facets }: RecordedCall, of: About): readonly Request[] {
  switch (on) {
    case 'secret':
      return [secretRequest(action, of.secret, of, facets), ...encryption(action, of, of.secret)]
    case 'admin secret':
    case 'admin secret of RDS': {
      const arn = on === 'admin secret' ? of.admin : of.ofRds
      const tags =
        of.consents && on === 'admin secret' ? { 'aws:ResourceTag/quarterturn:admin-for': 'app/' } : {}
      return [{ action, resource: arn, context: tags }, ...encryption(action, of, arn)]
    }
    case 'schedule': {
      const resource = `arn:aws:scheduler:${REGION}:${of.account}:schedule/${of.group}/${of.schedule}`
      const passed = {
        action: 'iam:PassRole',
        resource: of.passed,
        context: { 'iam:PassedToService': of.passedTo },
      }
      return [{ action, resource, context: {} }, ...(facets.includes('RoleArn') ? [passed] : [])]
    }
    case 'server of RDS':
      return [{ action, resource: serverArn(action, of), context: {} }]
    case 'admin user of RDS': {
      const { boundTo = of.secret, isBound, tagKeys } = of
      const tag = isBound ? { 'aws:ResourceTag/quarterturn:secret': boundTo } : {}
      const puts = action === 'rds:AddTagsToResource' && tagKeys.length > 0
      const tags = puts ? { 'aws:TagKeys': [...tagKeys] } : {}
      return [{ action, resource: serverArn(action, of), context: { ...tag, ...tags } }]
    }
    case 'user pool':
      return [
        {
          action,
          resource: poolArn(of),
          context: { 'aws:ResourceTag/quarterturn:rotates': of.rotates },
        },
      ]
    case 'bus':
      return [{ action, resource: of.bus, context: of.source === '' ? {} : { 'events:source': of.source } }]
    case 'target role':
      return [
        {
          action,
          resource: of.targetRole,
          context: { 'aws:ResourceAccount': of.targetRole.split(':')[4] ?? '' },
        },
      ]
  }
}

export const serverArn = (action: string, { region, account }: Pick<About, 'region' | 'account'>): string =>
  `arn:aws:rds:${region}:${account}:${action.includes('DBCluster') ? 'cluster' : 'db'}:orders`

const LABELLED = ['secretsmanager:GetSecretValue', 'secretsmanager:UpdateSecretVersionStage']

function secretRequest(action: string, resource: string, of: About, facets: readonly string[]): Request {
  const label = facets.find((facet) => /^[A-Z_]+$/.test(facet))
  return {
    action,
    resource,
    context: {
      'secretsmanager:resource/AllowRotationLambdaArn': of.function,
      'aws:ResourceTag/rotated-by': of.rotatedBy,
      ...(label !== undefined && LABELLED.includes(action) ? { 'secretsmanager:VersionStage': label } : {}),
    },
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
function encryption(action: string, of: About, secret: string): readonly Request[] {
  const context = { 'kms:ViaService': of.via, 'kms:EncryptionContext:SecretARN': of.encryptedFor ?? secret }
  const uses: Readonly<Record<string, readonly string[]>> = {
    'secretsmanager:GetSecretValue': ['kms:Decrypt'],
    // A repeat of a put is compared with what is stored.
    'secretsmanager:PutSecretValue': ['kms:GenerateDataKey', 'kms:Decrypt'],
  }
  return (uses[action] ?? []).map((used) => ({ action: used, resource: of.key, context }))
}
