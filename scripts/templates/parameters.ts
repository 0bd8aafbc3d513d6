/** Parameters that the templates share, in the groups in which the console shows them. */
import { DEPLOYED, switchOf } from './names.ts'
import { OPTIONS, type Option, optionParameter } from './options.ts'

export interface ParameterGroup {
  readonly label: string
  readonly parameters: Readonly<Record<string, object>>
}

const text = (Description: string, more: object = {}): object => ({
  Type: 'String',
  Default: '',
  Description,
  ...more,
})

export const yesOrNo = (Description: string, Default: 'true' | 'false' = 'false'): object => ({
  Type: 'String',
  Default,
  AllowedValues: ['true', 'false'],
  Description,
})

/** What names of secrets are made of; a wildcard would reach further than it looks. */
const NAME = '[A-Za-z0-9/_+=.@-]'
export const NAME_PREFIX = {
  AllowedPattern: `^${NAME}{1,256}$`,
  ConstraintDescription: 'must be the beginning of a name of a secret, without a wildcard',
}
export const NO_OR_NAME_PREFIX = { ...NAME_PREFIX, AllowedPattern: `^${NAME}{0,256}$` }

export const functions: ParameterGroup = {
  label: 'Which functions are deployed',
  parameters: Object.fromEntries(
    DEPLOYED.map(({ handler, serves }) => [
      switchOf(handler),
      yesOrNo(`Whether the function is deployed that rotates ${serves}.`),
    ]),
  ),
}

export const secrets: ParameterGroup = {
  label: 'Which secrets they may touch',
  parameters: {
    SecretNamePrefix: {
      Type: 'String',
      Description: 'Only secrets whose names begin so can be rotated, such as app/.',
      ...NAME_PREFIX,
    },
    SecretTagValue: text(
      'Where given, only secrets whose tag rotated-by has this value can be rotated, besides what their names begin with.',
    ),
    AdminSecretNamePrefix: text(
      'Only admin secrets whose names begin so can be read, and of those only such that carry the tag quarterturn:admin-for. Empty: none.',
      NO_OR_NAME_PREFIX,
    ),
    ReadRdsAdminSecrets: yesOrNo(
      'Whether admin secrets that RDS keeps (rds!...) can be read. The code reads only those whose server carries the tag quarterturn:admin-for.',
    ),
    RotateUserPoolClients: yesOrNo(
      'Whether client secrets of Amazon Cognito can be added and deleted, in user pools whose tag quarterturn:rotates is client-secrets.',
    ),
    KeyArns: {
      Type: 'CommaDelimitedList',
      Default: '',
      Description:
        'ARNs of the customer managed keys of these secrets. Empty: they have the key aws/secretsmanager, which needs no permission.',
    },
  },
}

export const names: ParameterGroup = {
  label: 'Names and boundaries',
  parameters: {
    NamePrefix: {
      Type: 'String',
      Default: 'quarterturn',
      AllowedPattern: '^[a-z][a-z0-9-]{0,29}$',
      ConstraintDescription: 'must be up to 30 lower-case letters, digits and hyphens',
      Description: 'What the names of functions and alarms begin with. Each stack in a Region has its own.',
    },
    RolePath: {
      Type: 'String',
      Default: '/',
      AllowedPattern: '^/([\\w+=,.@-]{1,100}/){0,4}$',
      Description: 'The path of the roles.',
    },
    PermissionsBoundary: text('ARN of a policy that bounds every role of this stack. Empty: none.'),
  },
}

export const network: ParameterGroup = {
  label: 'Network',
  parameters: {
    SubnetIds: {
      Type: 'CommaDelimitedList',
      Default: '',
      Description:
        'Subnets from which the targets and Secrets Manager can be reached. Empty: the functions are in no VPC.',
    },
    SecurityGroupIds: {
      Type: 'CommaDelimitedList',
      Default: '',
      Description: 'Security groups of the functions, needed with SubnetIds.',
    },
  },
}

export const operation: ParameterGroup = {
  label: 'Operation',
  parameters: {
    ReservedConcurrency: text(
      'Concurrency reserved for each function. Empty: unreserved. Under 10, AWS says, rotations throttle and start over.',
      {
        AllowedPattern: '^([1-9][0-9]{1,3})?$',
        ConstraintDescription: 'must be empty or a number from 10 to 9999',
      },
    ),
    LogRetentionDays: {
      Type: 'Number',
      Default: 400,
      AllowedValues: [
        30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
      ],
      Description: 'How long logs are kept. They are the record of what was rotated and how that was proven.',
    },
    LogLevel: {
      Type: 'String',
      Default: 'INFO',
      AllowedValues: ['DEBUG', 'INFO', 'WARN', 'ERROR'],
      Description: 'DEBUG also logs each decision. No level logs a secret.',
    },
    Tracing: {
      Type: 'String',
      Default: 'PassThrough',
      AllowedValues: ['Active', 'PassThrough'],
      Description: 'Whether X-Ray traces begin at the functions.',
    },
    CreateAlarmTopic: yesOrNo('Whether a topic is made for alarms; somebody must subscribe to it.'),
    AlarmTopicArn: text(
      'ARN of a topic of yours for alarms, used when none is made. Empty: alarms only change state.',
    ),
  },
}

/** Parameters of the options that the functions of a template read. */
export const behaviour = (options: readonly Option[]): readonly ParameterGroup[] => [
  {
    label: 'How secrets are rotated',
    parameters: {
      ...Object.fromEntries(
        options
          .filter(({ of }) => of === undefined)
          .map((option) => [option.parameter, optionParameter(option)]),
      ),
    },
  },
  {
    label: 'How each kind of target is rotated',
    parameters: Object.fromEntries(
      options
        .filter(({ of }) => of !== undefined)
        .map((option) => [option.parameter, optionParameter(option)]),
    ),
  },
]

export const optionsWithout = (variables: readonly string[]): readonly Option[] =>
  OPTIONS.filter(({ variable }) => !variables.includes(variable))

/** The two parts of a template that parameters make. */
export const parameterParts = (
  groups: readonly ParameterGroup[],
): { Metadata: object; Parameters: object } => ({
  Metadata: {
    'AWS::CloudFormation::Interface': {
      ParameterGroups: groups.map(({ label, parameters }) => ({
        Label: { default: label },
        Parameters: Object.keys(parameters),
      })),
    },
  },
  Parameters: Object.assign({}, ...groups.map(({ parameters }) => parameters)),
})
