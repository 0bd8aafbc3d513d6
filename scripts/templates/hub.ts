/** `templates/hub.yaml`: the same functions, for the secrets of many accounts. */
import { ALARM_TOPIC, alarm, dashboard, functionAlarms } from './alarms.ts'
import {
  CONDITIONS,
  deployConditions,
  executionRole,
  functionResources,
  globals,
  SCHEDULE_GROUP,
  scheduleRoleId,
  schedules,
} from './function.ts'
import {
  accountAlarms,
  CANARY,
  invocations,
  LIVE,
  withOrganization,
  withoutOrganization,
} from './hub-accounts.ts'
import { HUB_GROUPS, HUB_OPTIONS } from './hub-parameters.ts'
import {
  DEPLOYED,
  type Deployed,
  deploys,
  functionId,
  functionName,
  logicalName,
  outputOf,
  providerOf,
  roleId,
  rotates,
} from './names.ts'
import * as parameters from './parameters.ts'
import { functionStatements } from './statements.ts'
import { and, condition, equals, getAtt, join, not, or, ref, remark, sub, where } from './yaml.ts'

/** The name of the role in every account, within `!Sub`. */
const targetRole = (handler: string): string => `\${TargetRole}-${handler}`

/** Errors of one alias: what decides whether a new version stays. */
const aliasAlarm = (handler: string, alias: string, page: string): object =>
  alarm({
    name: functionName(handler),
    page,
    says: `A step failed by the version behind the alias ${alias}.`,
    Condition: deploys(handler),
    metric: {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [
        { Name: 'FunctionName', Value: sub(functionName(handler)) },
        { Name: 'Resource', Value: sub(`${functionName(handler)}:${alias}`) },
      ],
    },
  })

function ofFunction(of: Deployed): object {
  const { handler } = of
  const base = logicalName(handler)
  const alarms = { live: `${base}LiveErrorsAlarm`, canary: `${base}CanaryErrorsAlarm` }
  const resources = functionResources(of, HUB_OPTIONS, {
    AutoPublishAlias: LIVE,
    // SAM makes a new version where the template changes, and sees no change where only a parameter's value does: another
    // account on the list, or a stop, would never come under the alias.
    AutoPublishCodeSha256: ref('Release'),
    DeploymentPreference: {
      Type: ref('Rollout'),
      Role: getAtt('RolloutRole.Arn'),
      Alarms: [ref(alarms.live), ref(alarms.canary)],
    },
  })
  const environment: { QUARTERTURN_TARGET_ROLE?: unknown } = Reflect.get(resources, functionId(handler))
    .Properties.Environment.Variables
  environment.QUARTERTURN_TARGET_ROLE = sub(targetRole(handler))
  return {
    ...resources,
    ...executionRole(
      handler,
      [
        remark('Exactly one role name, in the accounts of the list and no other.', {
          Sid: 'AssumeTheTargetRole',
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Resource: sub(`arn:\${AWS::Partition}:iam::*:role/${targetRole(handler)}`),
          Condition: { StringEquals: { 'aws:ResourceAccount': ref('Accounts') } },
        }),
        ...functionStatements(handler, getAtt(`${scheduleRoleId(handler)}.Arn`)),
      ],
      { RoleName: sub(functionName(handler)) },
    ),
    [`${base}CanaryAlias`]: {
      Type: 'AWS::Lambda::Alias',
      Condition: deploys(handler),
      Properties: {
        FunctionName: ref(functionId(handler)),
        FunctionVersion: getAtt(`${functionId(handler)}.Version.Version`),
        Name: CANARY,
        Description: 'The newest version, for secrets that try it first',
      },
    },
    ...invocations(handler),
    ...functionAlarms(of),
    [alarms.live]: aliasAlarm(handler, LIVE, 'live-errors'),
    [alarms.canary]: aliasAlarm(handler, CANARY, 'canary-errors'),
    ...accountAlarms(of),
  }
}

const ROLLOUT_ROLE = {
  RolloutRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: 'CodeDeploy moves the alias of a function to its new version by it',
      Path: ref('RolePath'),
      PermissionsBoundary: where('IsBounded', ref('PermissionsBoundary')),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'codedeploy.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      ManagedPolicyArns: [
        sub('arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited'),
      ],
    },
  },
}

const failuresByAccount = {
  type: 'metric',
  width: 24,
  height: 6,
  properties: {
    title: 'Steps that failed, by provider and account',
    region: '${AWS::Region}',
    view: 'timeSeries',
    metrics: [
      [
        {
          expression: `SEARCH('{Quarterturn,service,provider,account} MetricName="RotationFailed" service="\${NamePrefix}"', 'Sum', 300)`,
          id: 'e0',
          label: '',
        },
      ],
    ],
  },
}

export const hubTemplate = (): object => {
  const { Metadata, Parameters } = parameters.parameterParts(HUB_GROUPS)
  const common = globals('../handlers/', HUB_OPTIONS) as {
    Function: { Environment: { Variables: Record<string, unknown> } }
  }
  Object.assign(common.Function.Environment.Variables, {
    QUARTERTURN_ACCOUNTS: join(',', ref('Accounts')),
    QUARTERTURN_EXTERNAL_ID: ref('ExternalId'),
  })
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: ['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31'],
    Description: 'Quarterturn rotates secrets of other accounts from here. Deploying it rotates nothing.',
    Metadata,
    Parameters,
    Conditions: {
      ...deployConditions(DEPLOYED),
      ...CONDITIONS,
      HasOrganization: not(equals(ref('OrganizationId'), '')),
      ...Object.assign(
        {},
        ...DEPLOYED.map(({ handler }) => ({
          ...(providerOf(handler) === undefined
            ? {}
            : { [rotates(handler)]: or(condition(deploys(handler)), condition(deploys('rotate'))) }),
          [schedules(handler)]: and(condition(deploys(handler)), condition('HasSchedules')),
          [withOrganization(handler)]: and(condition(deploys(handler)), condition('HasOrganization')),
          [withoutOrganization(handler)]: and(condition(deploys(handler)), not(condition('HasOrganization'))),
        })),
      ),
    },
    Globals: common,
    Resources: {
      ...Object.assign({}, ...DEPLOYED.map(ofFunction)),
      ...ROLLOUT_ROLE,
      ...SCHEDULE_GROUP,
      ...ALARM_TOPIC,
      ...dashboard([failuresByAccount]),
    },
    Outputs: Object.assign({}, ...DEPLOYED.map(({ handler, serves }) => outputs(handler, serves))),
  }
}

const outputs = (handler: string, serves: string): object => {
  const base = logicalName(handler)
  const Condition = deploys(handler)
  return {
    [outputOf(handler).hub]: {
      Condition,
      Description: `RotationLambdaARN for secrets of ${serves}`,
      Value: ref(`${functionId(handler)}.Alias`),
    },
    [`${base}CanaryArn`]: {
      Condition,
      Description: 'RotationLambdaARN for secrets that try a new version first',
      Value: ref(`${base}CanaryAlias`),
    },
    [`${base}FunctionArn`]: {
      Condition,
      Description: 'FunctionArn of its target roles',
      Value: getAtt(`${functionId(handler)}.Arn`),
    },
    [`${base}ExecutionRoleArn`]: {
      Condition,
      Description: 'ExecutionRoleArn of its target roles',
      Value: getAtt(`${roleId(handler)}.Arn`),
    },
    [`${base}TargetRole`]: {
      Condition,
      Description: 'RoleName of its target roles, after their path',
      Value: sub(targetRole(handler)),
    },
  }
}
