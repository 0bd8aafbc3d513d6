/** What the template of the hub asks for. */
import { OPTIONS } from './options.ts'
import * as parameters from './parameters.ts'

const accounts: parameters.ParameterGroup = {
  label: 'Which accounts',
  parameters: {
    Accounts: {
      Type: 'CommaDelimitedList',
      Description: 'The accounts whose secrets are rotated: 12 digits each, about 60 at most.',
    },
    OrganizationId: {
      Type: 'String',
      Default: '',
      AllowedPattern: '^(o-[a-z0-9]{10,32})?$',
      Description:
        'The organization of these accounts: only its principals may name the functions in RotateSecret. Empty: any principal of the accounts that its own account lets.',
    },
    TargetRole: {
      Type: 'String',
      Default: 'quarterturn-target',
      AllowedPattern: '^([\\w+=,.@-]{1,100}/){0,4}[\\w+=,.@-]{1,40}$',
      Description:
        'What the names of the roles in these accounts begin with, after their path; the rest is a hyphen and the name of the handler.',
    },
    ExternalId: {
      Type: 'String',
      AllowedPattern: '^[\\w+=,.@:/-]{2,1224}$',
      Description: 'The external id that the trust of those roles asks for. Make one that nobody guesses.',
    },
  },
}

/** Worded here, or joined from a list. */
const OWN = ['QUARTERTURN_ACCOUNTS', 'QUARTERTURN_TARGET_ROLE', 'QUARTERTURN_EXTERNAL_ID']
export const HUB_OPTIONS = OPTIONS.filter(({ variable }) => !OWN.includes(variable))

const rollout: parameters.ParameterGroup = {
  label: 'How a new version comes into use',
  parameters: {
    Release: {
      Type: 'String',
      AllowedPattern: '^[0-9a-z]{10}$',
      ConstraintDescription: 'must be ten digits or lower-case letters',
      Description:
        'Names the version that this deployment publishes: ten digits or letters, new each time, also when only a parameter changes, such as date -u +%y%m%d%H%M gives. With an old one nothing new comes under the aliases.',
    },
    Rollout: {
      Type: 'String',
      Default: 'Canary10Percent30Minutes',
      AllowedValues: [
        'AllAtOnce',
        'Canary10Percent5Minutes',
        'Canary10Percent10Minutes',
        'Canary10Percent15Minutes',
        'Canary10Percent30Minutes',
        'Linear10PercentEvery1Minute',
        'Linear10PercentEvery2Minutes',
        'Linear10PercentEvery3Minutes',
        'Linear10PercentEvery10Minutes',
      ],
      Description:
        'How the alias live moves to a new version. The alias canary moves at once; an alarm of either takes live back.',
    },
  },
}

export const HUB_GROUPS: readonly parameters.ParameterGroup[] = [
  parameters.functions,
  accounts,
  ...parameters.behaviour(HUB_OPTIONS),
  rollout,
  parameters.network,
  parameters.operation,
  parameters.names,
]
