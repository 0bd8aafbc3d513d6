/** The shipped function in a hub account, as it is deployed, and the accounts that it serves: everything over HTTP by the SDK. */
import { randomUUID } from 'node:crypto'
import { providers } from '../../providers/index.ts'
import { createRotationHandler } from '../../shared/lambda/handler.ts'
import {
  CALM,
  type Local,
  type LocalSetup,
  type PolicyInput,
  type StepEnded,
  startLocal,
} from '../../shared/local/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'

export const HUB = '111122223333'
export const WORKLOAD = '444455556666'
export const STRANGER = '777788889999'
export const FUNCTION = 'rotate'
export const REGION = 'eu-west-1'
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${HUB}:function:${FUNCTION}`
const EXTERNAL_ID = 'of-this-deployment'
const TARGET_ROLE = 'quarterturn-target'
const EXECUTION_ROLE = 'rotate-postgres-role'
/** By it EventBridge Scheduler invokes the function. */
export const SCHEDULE_ROLE = `arn:aws:iam::${HUB}:role/retire`

const SECRET_ACTIONS = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
]

/** What is allowed where the secrets are: in the hub to the function's role, elsewhere to the role that it assumes. */
const ON_SECRETS: readonly PolicyInput[] = [
  {
    Statement: [
      {
        Effect: 'Allow',
        Action: SECRET_ACTIONS,
        Resource: '*',
        Condition: { ArnEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': FUNCTION_ARN } },
      },
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: '*',
        Condition: { StringLike: { 'secretsmanager:ResourceTag/quarterturn:admin-for': '*' } },
      },
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: 'arn:aws:secretsmanager:*:*:secret:rds!*',
      },
      {
        Effect: 'Allow',
        Action: [
          'cognito-idp:AddUserPoolClientSecret',
          'cognito-idp:DeleteUserPoolClientSecret',
          'cognito-idp:DescribeUserPool',
          'cognito-idp:ListUserPoolClientSecrets',
        ],
        Resource: 'arn:aws:cognito-idp:*:*:userpool/*',
        Condition: { StringEquals: { 'aws:ResourceTag/quarterturn:rotates': 'client-secrets' } },
      },
      {
        Effect: 'Allow',
        Action: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
        Resource: ['arn:aws:rds:*:*:cluster:*', 'arn:aws:rds:*:*:db:*'],
      },
      {
        Effect: 'Allow',
        Action: ['rds:AddTagsToResource', 'rds:ModifyDBCluster', 'rds:ModifyDBInstance'],
        Resource: ['arn:aws:rds:*:*:cluster:*', 'arn:aws:rds:*:*:db:*'],
        Condition: {
          StringLike: { 'aws:ResourceTag/quarterturn:secret': 'arn:aws:secretsmanager:*' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': 'quarterturn:applied' },
        },
      },
    ],
  },
]

const target = (account: string, externalId = EXTERNAL_ID): LocalSetup => ({
  accounts: {
    [account]: {
      roles: {
        [TARGET_ROLE]: {
          trust: {
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${HUB}:role/${EXECUTION_ROLE}` },
              Action: 'sts:AssumeRole',
              Condition: {
                StringEquals: { 'sts:ExternalId': externalId },
                ArnEquals: { 'lambda:SourceFunctionArn': FUNCTION_ARN },
              },
            },
          },
          policies: [...ON_SECRETS],
        },
      },
    },
  },
})

const setup = (externalIdOfWorkload: string | undefined): LocalSetup => ({
  accounts: {
    [HUB]: {
      roles: {
        [EXECUTION_ROLE]: {
          trust: {
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          },
          policies: [
            ...ON_SECRETS,
            {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'sts:AssumeRole',
                  Resource: `arn:aws:iam::*:role/${TARGET_ROLE}`,
                },
                {
                  Effect: 'Allow',
                  Action: ['scheduler:CreateSchedule', 'scheduler:GetSchedule', 'scheduler:DeleteSchedule'],
                  Resource: '*',
                },
                { Effect: 'Allow', Action: 'iam:PassRole', Resource: SCHEDULE_ROLE },
              ],
            },
          ],
        },
        retire: {
          trust: {
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'scheduler.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          },
          policies: [
            { Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN } },
          ],
        },
      },
    },
    ...target(WORKLOAD, externalIdOfWorkload).accounts,
    ...target(STRANGER).accounts,
  },
  functionRole: EXECUTION_ROLE,
})

export interface HubOptions {
  /** Variables of the function beside those of a hub, such as the authority of the target's certificate. */
  readonly environment?: Readonly<Record<string, string>>
  /** Runs the function instead of this process. */
  readonly run?: (event: unknown, context: { readonly invokedFunctionArn: string }) => unknown
  /** What the workload's role asks for instead. */
  readonly externalIdOfWorkload?: string
}

export interface Hub extends AsyncDisposable {
  readonly local: Local
  /** How each step ended, in order. */
  readonly steps: readonly StepEnded[]
  /** What an SDK in the function's process reads. */
  readonly awsEnvironment: Readonly<Record<string, string>>
  createSecret(
    account: string,
    name: string,
    value: StoredSecret,
    tags?: Readonly<Record<string, string>>,
    region?: string,
  ): string
  /** Lets RDS keep a secret, as that of the master user of this instance. */
  keptByRds(secretArn: string, instanceArn: string): void
  /** RotateSecret; answers what each step failed with, and nothing for one that went well. */
  rotate(secretArn: string, more?: { readonly RotateImmediately?: false }): Promise<readonly string[]>
  /** The function is invoked by somebody, whoever that is. Answers the message that it failed with, if it did. */
  invoke(event: object): Promise<string | undefined>
  value(secretArn: string, stage?: string): StoredSecret
  labels(secretArn: string): Readonly<Record<string, readonly string[]>>
}

/** The variables of the function, with these. */
export const hubEnvironment = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  QUARTERTURN_ACCOUNTS: WORKLOAD,
  QUARTERTURN_TARGET_ROLE: TARGET_ROLE,
  QUARTERTURN_EXTERNAL_ID: EXTERNAL_ID,
  QUARTERTURN_HOSTS: `${HUB}=localhost, ${WORKLOAD}=localhost`,
  QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'true',
  ...more,
})

export async function startHub({ environment = {}, externalIdOfWorkload, run }: HubOptions): Promise<Hub> {
  const steps: StepEnded[] = []
  const handler = createRotationHandler({ providers, env: hubEnvironment(environment) })
  const local = await startLocal({
    unpublished: CALM,
    setup: setup(externalIdOfWorkload),
    functions: {
      [FUNCTION]:
        run ??
        // Of Lambda's context three members are missing that nobody has used since Node 0.10.
        ((event: unknown, context: object) => handler(event, context as Parameters<typeof handler>[1])),
    },
    onStep: (step) => steps.push(step),
  })
  const modelOf = (secretArn: string) => {
    const [, , , region, account = ''] = secretArn.split(':')
    return local.aws.account(account).secretsManager(region)
  }
  return {
    local,
    steps,
    awsEnvironment: local.functionEnvironment(FUNCTION),
    createSecret: (account, Name, value, tags = {}, region = REGION) =>
      local.aws
        .account(account)
        .secretsManager(region)
        .call('CreateSecret', {
          ClientRequestToken: randomUUID(),
          Name,
          SecretString: JSON.stringify(value),
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }).ARN,
    keptByRds: (secretArn, instanceArn) =>
      modelOf(secretArn).setOwner(secretArn, {
        OwningService: 'rds',
        tags: { 'aws:rds:primaryDBInstanceArn': instanceArn },
      }),
    async rotate(SecretId, more = {}) {
      const before = steps.length
      modelOf(SecretId).call('RotateSecret', {
        SecretId,
        ClientRequestToken: randomUUID(),
        RotationLambdaARN: local.functionArn(FUNCTION),
        ...more,
      })
      await local.settled()
      return steps.slice(before).map(({ step, failure }) => `${step} ${failure ?? 'ok'}`)
    },
    async invoke(event) {
      const url = `${local.url}/2015-03-31/functions/${FUNCTION}/invocations`
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) })
      const answered = (await response.json()) as { readonly errorMessage?: string }
      return answered.errorMessage
    },
    value(SecretId, VersionStage = 'AWSCURRENT') {
      const { SecretString } = modelOf(SecretId).call('GetSecretValue', { SecretId, VersionStage })
      return JSON.parse(SecretString ?? '{}')
    },
    labels: (SecretId) => modelOf(SecretId).call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {},
    [Symbol.asyncDispose]: async () => void (await local.close()),
  }
}
