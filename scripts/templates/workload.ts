/** `template.yaml`: the functions beside the secrets that they rotate. */
import {
  ALARM_TOPIC,
  alarm,
  dashboard,
  eventsOf,
  functionAlarms,
  publishPolicy,
  toAlarmTopic,
} from './alarms.ts'
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
import { DEPLOYED, type Deployed, deploys, functionId, outputOf } from './names.ts'
import { HUB_ONLY } from './options.ts'
import * as parameters from './parameters.ts'
import { functionStatements, secretStatements, secretsNamed, userPoolStatement } from './statements.ts'
import { and, condition, equals, getAtt, not, or, ref, remark, sub } from './yaml.ts'

const OPTIONS = parameters.optionsWithout(HUB_ONLY)

const watching: parameters.ParameterGroup = {
  label: 'Watching over rotations',
  parameters: {
    WatchOverdue: parameters.yesOrNo(
      'Whether an AWS Config rule finds rotations that are overdue. Needs the recorder of AWS Config in this Region; without it there is no alarm for them.',
      'true',
    ),
    TellConsumers: parameters.yesOrNo(
      'Whether a topic is made that is told each new current version of these secrets, so that consumers can refresh.',
    ),
  },
}

export const WORKLOAD_GROUPS: readonly parameters.ParameterGroup[] = [
  parameters.functions,
  parameters.secrets,
  ...parameters.behaviour(OPTIONS),
  parameters.network,
  watching,
  parameters.operation,
  parameters.names,
]

const OF_THESE_SECRETS = [{ prefix: sub(secretsNamed('${SecretNamePrefix}').replace(/\*$/, '')) }]

const failed = {
  FailedRotationsRule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: 'Rotations that Secrets Manager gave up, as CloudTrail tells it',
      EventPattern: {
        source: ['aws.secretsmanager'],
        'detail-type': ['AWS Service Event via CloudTrail'],
        detail: {
          eventSource: ['secretsmanager.amazonaws.com'],
          eventName: ['RotationFailed', 'RotationAbandoned', 'TestRotationFailed'],
          additionalEventData: { SecretId: OF_THESE_SECRETS },
        },
      },
      Targets: toAlarmTopic,
    },
  },
  FailedRotationsAlarm: alarm({
    name: '${NamePrefix}',
    page: 'failed-rotations',
    says: 'Secrets Manager gave up or abandoned a rotation.',
    metric: eventsOf('FailedRotationsRule'),
  }),
}

const overdue = {
  OverdueRotations: {
    Type: 'AWS::Config::ConfigRule',
    Condition: 'WatchesOverdue',
    Properties: {
      ConfigRuleName: sub('${NamePrefix}-overdue-rotations'),
      Description: 'Secrets whose rotation is past its date',
      Scope: { ComplianceResourceTypes: ['AWS::SecretsManager::Secret'] },
      Source: { Owner: 'AWS', SourceIdentifier: 'SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK' },
    },
  },
  OverdueRotationsRule: {
    Type: 'AWS::Events::Rule',
    Condition: 'WatchesOverdue',
    Properties: {
      Description: 'Secrets that AWS Config finds overdue',
      EventPattern: {
        source: ['aws.config'],
        'detail-type': ['Config Rules Compliance Change'],
        detail: {
          configRuleName: [ref('OverdueRotations')],
          resourceId: OF_THESE_SECRETS,
          newEvaluationResult: { complianceType: ['NON_COMPLIANT'] },
        },
      },
      Targets: toAlarmTopic,
    },
  },
  OverdueRotationsAlarm: alarm({
    name: '${NamePrefix}',
    page: 'overdue-rotations',
    says: 'The rotation of a secret is past its date.',
    Condition: 'WatchesOverdue',
    metric: eventsOf('OverdueRotationsRule'),
  }),
}

const told = {
  ConsumersTopic: {
    Type: 'AWS::SNS::Topic',
    Condition: 'TellsConsumers',
    Properties: { TopicName: sub('${NamePrefix}-new-versions') },
  },
  ConsumersTopicPolicy: {
    ...publishPolicy('ConsumersTopic', ['events.amazonaws.com']),
    Condition: 'TellsConsumers',
  },
  NewVersionRule: remark(
    'Quarterturn moves labels of its own too, which raise this event: only AWSCURRENT is a new value for consumers.',
    {
      Type: 'AWS::Events::Rule',
      Condition: 'TellsConsumers',
      Properties: {
        Description: 'A new version of a secret is current',
        EventPattern: {
          source: ['aws.secretsmanager'],
          'detail-type': ['Secret Label Updated'],
          resources: OF_THESE_SECRETS,
          detail: { labelUpdated: ['AWSCURRENT'] },
        },
        Targets: [{ Id: 'consumers', Arn: ref('ConsumersTopic') }],
      },
    },
  ),
}

const ofFunction = (of: Deployed): object => ({
  ...functionResources(of, OPTIONS),
  ...executionRole(of.handler, [
    ...secretStatements(of.handler),
    ...(of.options.includes('OAUTH') ? [userPoolStatement] : []),
    ...functionStatements(of.handler, getAtt(`${scheduleRoleId(of.handler)}.Arn`)),
  ]),
  [`${functionId(of.handler).replace(/Function$/, '')}Invocation`]: {
    Type: 'AWS::Lambda::Permission',
    Condition: deploys(of.handler),
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: getAtt(`${functionId(of.handler)}.Arn`),
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: ref('AWS::AccountId'),
    },
  },
  ...functionAlarms(of),
})

export const workloadTemplate = (): object => {
  const { Metadata, Parameters } = parameters.parameterParts(WORKLOAD_GROUPS)
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Description: 'Quarterturn rotates secrets of this account and Region. Deploying it rotates nothing.',
    Metadata,
    Parameters,
    Conditions: {
      ...deployConditions(DEPLOYED),
      ...CONDITIONS,
      ...Object.fromEntries(
        DEPLOYED.map(({ handler }) => [
          schedules(handler),
          and(condition(deploys(handler)), condition('HasSchedules')),
        ]),
      ),
      HasSecretTag: not(equals(ref('SecretTagValue'), '')),
      HasAdmins: not(equals(ref('AdminSecretNamePrefix'), '')),
      HasRdsAdmins: equals(ref('ReadRdsAdminSecrets'), 'true'),
      ReadsAdmins: or(condition('HasAdmins'), condition('HasRdsAdmins')),
      RotatesUserPoolClients: equals(ref('RotateUserPoolClients'), 'true'),
      HasKeys: not(equals({ 'Fn::Join': ['', ref('KeyArns')] }, '')),
      HasKeysAndAdmins: and(condition('HasKeys'), condition('HasAdmins')),
      HasKeysAndRdsAdmins: and(condition('HasKeys'), condition('HasRdsAdmins')),
      WatchesOverdue: equals(ref('WatchOverdue'), 'true'),
      TellsConsumers: equals(ref('TellConsumers'), 'true'),
    },
    Globals: globals('handlers/', OPTIONS),
    Resources: {
      ...Object.assign({}, ...DEPLOYED.map(ofFunction)),
      ...SCHEDULE_GROUP,
      ...failed,
      ...overdue,
      ...told,
      ...ALARM_TOPIC,
      ...dashboard(),
    },
    Outputs: {
      ...Object.fromEntries(
        DEPLOYED.map(({ handler, serves }) => [
          outputOf(handler).workload,
          {
            Condition: deploys(handler),
            Description: `RotationLambdaARN for secrets of ${serves}`,
            Value: getAtt(`${functionId(handler)}.Arn`),
          },
        ]),
      ),
      ConsumersTopicArn: {
        Condition: 'TellsConsumers',
        Description: 'Consumers subscribe here to hear of new versions',
        Value: ref('ConsumersTopic'),
      },
    },
  }
}
