/** `templates/smoke-probe.yaml`: the function of the smoke test, in the hub's account, with its code inside. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../build-options.ts'
import { RUNTIME } from './function.ts'
import { equals, getAtt, not, ref, sub, where } from './yaml.ts'

const NAME = 'quarterturn-smoke-probe'
const TARGET = 'quarterturn-target-smoke-probe'

export const smokeTemplate = (): object => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'A rotation function without a target, for the smoke test. Delete it afterwards.',
  Parameters: {
    MemberAccount: {
      Type: 'String',
      AllowedPattern: '^\\d{12}$',
      Description: 'The account that has the secrets.',
    },
    ExternalId: {
      Type: 'String',
      AllowedPattern: '^[\\w+=,.@:/-]{2,1224}$',
      Description: 'As the parameter of the target role.',
    },
    RolePath: {
      Type: 'String',
      Default: '/',
      AllowedPattern: '^/([\\w+=,.@-]{1,100}/){0,4}$',
      Description: 'The path of the role.',
    },
    PermissionsBoundary: {
      Type: 'String',
      Default: '',
      Description: 'ARN of a policy that bounds the role. Empty: none.',
    },
  },
  Conditions: { IsBounded: not(equals(ref('PermissionsBoundary'), '')) },
  Resources: {
    Probe: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: NAME,
        Runtime: RUNTIME,
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Timeout: 30,
        MemorySize: 256,
        Role: getAtt('Role.Arn'),
        LoggingConfig: { LogGroup: ref('Logs') },
        Environment: { Variables: { TARGET_ROLE: TARGET, EXTERNAL_ID: ref('ExternalId') } },
        Code: { ZipFile: readFileSync(join(ROOT, 'scripts', 'smoke', 'probe.cjs'), 'utf8') },
      },
    },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Probe') } },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: { Name: 'live', FunctionName: ref('Probe'), FunctionVersion: getAtt('Version.Version') },
    },
    Logs: {
      Type: 'AWS::Logs::LogGroup',
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: { LogGroupName: `/quarterturn/${NAME}`, RetentionInDays: 7 },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: NAME,
        Path: ref('RolePath'),
        PermissionsBoundary: where('IsBounded', ref('PermissionsBoundary')),
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        Policies: [
          {
            PolicyName: 'probe',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'sts:AssumeRole',
                  Resource: sub(`arn:\${AWS::Partition}:iam::*:role/${TARGET}`),
                  // As the hub's: whether AWS knows this key for AssumeRole is one of the questions.
                  Condition: { StringEquals: { 'aws:ResourceAccount': [ref('MemberAccount')] } },
                },
                {
                  Effect: 'Allow',
                  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                  Resource: getAtt('Logs.Arn'),
                },
              ],
            },
          },
        ],
      },
    },
    Invocation: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Alias'),
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: ref('MemberAccount'),
      },
    },
    Caller: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Alias'),
        Principal: ref('MemberAccount'),
      },
    },
  },
  Outputs: {
    FunctionArn: { Description: 'FunctionArn of the target role', Value: getAtt('Probe.Arn') },
    ExecutionRoleArn: { Description: 'ExecutionRoleArn of the target role', Value: getAtt('Role.Arn') },
    LiveArn: { Description: 'For the smoke test', Value: ref('Alias') },
  },
})
