/** The resources of one function, alike in every template. */
import { buildProperties } from './build-properties.ts'
import {
  type Deployed,
  deploys,
  functionArn,
  functionId,
  functionName,
  logicalName,
  logsId,
  roleId,
} from './names.ts'
import { environmentOf, type Option } from './options.ts'
import { either, equals, getAtt, not, or, ref, sub, where } from './yaml.ts'

export const RUNTIME = 'nodejs24.x'
export const MEMORY_MB = 256
export const TIMEOUT_SECONDS = 120

/** What SAM gives each function. `sources` is the folder of the handlers as seen from the template. */
export const globals = (sources: string, options: readonly Option[]): object => ({
  Function: {
    CodeUri: sources,
    Handler: 'index.handler',
    Runtime: RUNTIME,
    Architectures: ['arm64'],
    MemorySize: MEMORY_MB,
    Timeout: TIMEOUT_SECONDS,
    Tracing: ref('Tracing'),
    ReservedConcurrentExecutions: where('ReservesConcurrency', ref('ReservedConcurrency')),
    VpcConfig: where('IsInVpc', {
      SubnetIds: ref('SubnetIds'),
      SecurityGroupIds: ref('SecurityGroupIds'),
    }),
    Environment: {
      Variables: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_LOG_LEVEL: ref('LogLevel'),
        // A dimension of every metric: two stacks are told apart.
        POWERTOOLS_SERVICE_NAME: ref('NamePrefix'),
        POWERTOOLS_TRACE_ENABLED: either('IsTraced', 'true', 'false'),
        ...environmentOf(options),
        QUARTERTURN_SCHEDULE_GROUP: where('HasSchedules', ref('Schedules')),
      },
    },
  },
})

/** Conditions of the parameters that every template has. */
export const CONDITIONS = {
  HasEvidenceBus: not(equals(ref('EvidenceBusArn'), '')),
  HasSchedules: or(
    not(equals(ref('RetireChoices'), '')),
    not(or(equals(ref('RetireAfter'), ''), equals(ref('RetireAfter'), 'next-rotation'))),
  ),
  IsTraced: equals(ref('Tracing'), 'Active'),
  IsInVpc: not(equals({ 'Fn::Join': ['', ref('SubnetIds')] }, '')),
  IsBounded: not(equals(ref('PermissionsBoundary'), '')),
  ReservesConcurrency: not(equals(ref('ReservedConcurrency'), '')),
  CreatesAlarmTopic: equals(ref('CreateAlarmTopic'), 'true'),
  HasAlarmTopic: not(equals(ref('AlarmTopicArn'), '')),
}

export const deployConditions = (deployed: readonly Deployed[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    deployed.map(({ handler }) => [deploys(handler), equals(ref(`Deploy${logicalName(handler)}`), 'true')]),
  )

/** The function, its log and the role by which its schedules invoke it. */
export function functionResources(of: Deployed, options: readonly Option[], more: object = {}): object {
  const { handler, serves, timeoutSeconds } = of
  const Condition = deploys(handler)
  return {
    [functionId(handler)]: {
      Type: 'AWS::Serverless::Function',
      Condition,
      Metadata: { BuildMethod: 'esbuild', BuildProperties: buildProperties(handler) },
      Properties: {
        FunctionName: sub(functionName(handler)),
        Description: `Rotates ${serves}`,
        Role: getAtt(`${roleId(handler)}.Arn`),
        Timeout: timeoutSeconds,
        LoggingConfig: { LogGroup: ref(logsId(handler)) },
        Environment: {
          Variables: {
            ...environmentOf(options, of),
            QUARTERTURN_SCHEDULE_ROLE: where('HasSchedules', getAtt(`${scheduleRoleId(handler)}.Arn`)),
          },
        },
        ...more,
      },
    },
    [logsId(handler)]: {
      Type: 'AWS::Logs::LogGroup',
      Condition,
      // The record of what was rotated outlives the stack; without a name it is in no later stack's way.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { RetentionInDays: ref('LogRetentionDays') },
    },
    [scheduleRoleId(handler)]: {
      Type: 'AWS::IAM::Role',
      Condition: schedules(handler),
      Properties: {
        Description: `EventBridge Scheduler retires old credentials by it`,
        Path: ref('RolePath'),
        PermissionsBoundary: where('IsBounded', ref('PermissionsBoundary')),
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'scheduler.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: {
                StringEquals: {
                  'aws:SourceAccount': ref('AWS::AccountId'),
                  'aws:SourceArn': getAtt('Schedules.Arn'),
                },
              },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'invoke',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Sid: 'InvokeTheFunction',
                  Effect: 'Allow',
                  Action: 'lambda:InvokeFunction',
                  Resource: [sub(functionArn(handler)), sub(`${functionArn(handler)}:*`)],
                },
              ],
            },
          },
        ],
      },
    },
  }
}

export const scheduleRoleId = (handler: string): string => `${logicalName(handler)}ScheduleRole`
/** The condition of what one function needs for schedules. */
export const schedules = (handler: string): string => `Schedules${logicalName(handler)}`

export const SCHEDULE_GROUP = {
  Schedules: {
    Type: 'AWS::Scheduler::ScheduleGroup',
    Condition: 'HasSchedules',
    Properties: { Name: ref('NamePrefix') },
  },
}

/** The function's own role, which only Lambda has, for that function alone where Lambda says which. */
export const executionRole = (
  handler: string,
  statements: readonly unknown[],
  more: object = {},
): object => ({
  [roleId(handler)]: {
    Type: 'AWS::IAM::Role',
    Condition: deploys(handler),
    Properties: {
      Description: `Execution role of ${handler}`,
      ...more,
      Path: ref('RolePath'),
      PermissionsBoundary: where('IsBounded', ref('PermissionsBoundary')),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [{ PolicyName: 'rotate', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    },
  },
})
