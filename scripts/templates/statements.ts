/** What a function in its secrets' own account may do, statement by statement. `docs/deploy.md` says what each is for. */
import { functionArn, logsId } from './names.ts'
import { getAtt, ref, remark, sub, type Tagged, where } from './yaml.ts'

export const SECRET_ACTIONS = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
]
export const ADMIN_ACTIONS = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']

/** Secrets whose names begin so, within `!Sub`. */
export const secretsNamed = (prefix: string): string =>
  `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${prefix}*`

/** Only an admin secret that says whom it serves. */
export const CONSENT = { Null: { 'aws:ResourceTag/quarterturn:admin-for': 'false' } }

export const VIA_SECRETS_MANAGER = sub('secretsmanager.${AWS::Region}.${AWS::URLSuffix}')

export function secretStatements(handler: string): readonly unknown[] {
  return [
    {
      Sid: 'RotateSecrets',
      Effect: 'Allow',
      Action: SECRET_ACTIONS,
      Resource: sub(secretsNamed('${SecretNamePrefix}')),
      Condition: {
        StringEquals: {
          'secretsmanager:resource/AllowRotationLambdaArn': sub(functionArn(handler)),
          'aws:ResourceTag/rotated-by': where('HasSecretTag', ref('SecretTagValue')),
        },
      },
    },
    where('HasAdmins', {
      Sid: 'ReadConsentingAdminSecrets',
      Effect: 'Allow',
      Action: ADMIN_ACTIONS,
      Resource: sub(secretsNamed('${AdminSecretNamePrefix}')),
      Condition: CONSENT,
    }),
    where('HasRdsAdmins', {
      Sid: 'ReadAdminSecretsOfRds',
      Effect: 'Allow',
      Action: ADMIN_ACTIONS,
      Resource: sub(secretsNamed('rds!')),
    }),
    ...(handler === RDS ? [rdsStatement, ...rdsAdminStatements] : [where('ReadsAdmins', rdsStatement)]),
    where(
      'HasKeys',
      encryption('UseKeysOfSecrets', ['kms:Decrypt', 'kms:GenerateDataKey'], '${SecretNamePrefix}'),
    ),
    where(
      'HasKeysAndAdmins',
      encryption('UseKeysOfAdminSecrets', ['kms:Decrypt'], '${AdminSecretNamePrefix}'),
    ),
    where('HasKeysAndRdsAdmins', encryption('UseKeysOfAdminSecretsOfRds', ['kms:Decrypt'], 'rds!')),
  ]
}

/** Which endpoints are of one server. */
export const rdsStatement = {
  Sid: 'LookAtRds',
  Effect: 'Allow',
  Action: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
  Resource: [
    sub('arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster:*'),
    sub('arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:db:*'),
  ],
}

/** Client secrets of Amazon Cognito, in user pools whose owner has tagged them so. */
export const userPoolStatement = where('RotatesUserPoolClients', {
  Sid: 'RotateClientsOfUserPools',
  Effect: 'Allow',
  Action: [
    'cognito-idp:AddUserPoolClientSecret',
    'cognito-idp:DeleteUserPoolClientSecret',
    'cognito-idp:DescribeUserPool',
    'cognito-idp:ListUserPoolClientSecrets',
  ],
  Resource: sub('arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/*'),
  Condition: { StringEquals: { 'aws:ResourceTag/quarterturn:rotates': 'client-secrets' } },
})

/** The function that changes the admin users of RDS. */
const RDS = 'rotate-rds'

/** Only of servers whose owner has tagged them with the ARN of the secret. */
const boundTo = sub(secretsNamed('${SecretNamePrefix}'))
const rdsAdminStatements = [
  {
    Sid: 'ChangeAdminUsersOfRds',
    Effect: 'Allow',
    Action: ['rds:ModifyDBCluster', 'rds:ModifyDBInstance'],
    Resource: rdsStatement.Resource,
    Condition: { StringLike: { 'aws:ResourceTag/quarterturn:secret': boundTo } },
  },
  {
    Sid: 'NoteWhatWasSetAtRds',
    Effect: 'Allow',
    Action: 'rds:AddTagsToResource',
    Resource: rdsStatement.Resource,
    Condition: {
      StringLike: { 'aws:ResourceTag/quarterturn:secret': boundTo },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['quarterturn:applied'] },
      Null: { 'aws:TagKeys': 'false' },
    },
  },
]

/** Keys are used by Secrets Manager in our name, for these secrets, and in no other way. */
function encryption(sid: string, actions: readonly string[], prefix: string): object {
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: ref('KeyArns'),
    Condition: {
      StringEquals: { 'kms:ViaService': VIA_SECRETS_MANAGER },
      StringLike: { 'kms:EncryptionContext:SecretARN': sub(secretsNamed(prefix)) },
    },
  }
}

/** What every function may do, in whichever account its secrets are. */
export function functionStatements(handler: string, scheduleRole: Tagged): readonly unknown[] {
  const network = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ]
  return [
    {
      Sid: 'WriteItsLog',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: getAtt(`${logsId(handler)}.Arn`),
    },
    where('HasEvidenceBus', {
      Sid: 'SendEvidence',
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: ref('EvidenceBusArn'),
      // One call may have several events, so the key has several values.
      Condition: {
        'ForAllValues:StringEquals': { 'events:source': ['quarterturn'] },
        Null: { 'events:source': 'false' },
      },
    }),
    where('HasSchedules', {
      Sid: 'ScheduleRetirements',
      Effect: 'Allow',
      Action: ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule', 'scheduler:GetSchedule'],
      Resource: sub(
        'arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${NamePrefix}/quarterturn-*',
      ),
    }),
    where('HasSchedules', {
      Sid: 'LetSchedulerInvokeIt',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: scheduleRole,
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    }),
    where('IsTraced', {
      Sid: 'SendTraces',
      Effect: 'Allow',
      Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      Resource: '*',
    }),
    remark(
      'For Lambda itself, which makes the network interfaces. The code of the function is denied them.\nhttps://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html',
      where('IsInVpc', {
        Sid: 'NetworkInterfacesForLambda',
        Effect: 'Allow',
        Action: network,
        Resource: '*',
      }),
    ),
    where('IsInVpc', {
      Sid: 'NetworkInterfacesNotForItsCode',
      Effect: 'Deny',
      Action: network,
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': sub(functionArn(handler)) } },
    }),
  ]
}
