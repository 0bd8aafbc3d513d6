/** A stack as it would stand: the functions that SAM built, under the roles of the template, in an account of the local model. */
import { join } from 'node:path'
import { scheduleRoleId } from '../../scripts/templates/function.ts'
import { functionId, roleId } from '../../scripts/templates/names.ts'
import type { LocalAws, LocalRole, PolicyInput } from '../../shared/local/index.ts'
import {
  PLACE,
  type Resource,
  readTemplate,
  resolved,
  type Template,
  type Values,
} from '../templates/template.ts'
import { LambdaEnvironment } from './runtime-api.ts'

export interface Stack {
  readonly template: string
  readonly parameters: Values
  readonly account: string
}

/** What the resources of the stack answer that others name. */
function placeOf(template: Template, account: string): Values {
  const roles = ofType(template, 'AWS::IAM::Role').map((id) => [
    `${id}.Arn`,
    `arn:aws:iam::${account}:role/${id}`,
  ])
  const groups = ofType(template, 'AWS::Scheduler::ScheduleGroup').flatMap((id) => [
    [id, GROUP],
    [`${id}.Arn`, `arn:aws:scheduler:${PLACE['AWS::Region']}:${account}:schedule-group/${GROUP}`],
  ])
  return { ...PLACE, 'AWS::AccountId': account, ...Object.fromEntries([...roles, ...groups]) }
}

/** As the parameter `NamePrefix` is by default. */
const GROUP = 'quarterturn'

const ofType = ({ Resources }: Template, type: string): readonly string[] =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === type)

export function resourcesOf({ template, parameters, account }: Stack): Template['Resources'] {
  const read = readTemplate(template)
  return resolved(read, parameters, placeOf(read, account))
}

/**
 * The role with its trust and its policies, made in the account; without what only services look at that the local model does
 * not have.
 */
export function makeRole(
  aws: LocalAws,
  account: string,
  name: string,
  resource: Resource | undefined,
): LocalRole {
  const { AssumeRolePolicyDocument, Policies } = (resource?.Properties ?? {}) as {
    AssumeRolePolicyDocument: PolicyInput
    Policies: { PolicyDocument: { Statement: { Action: unknown }[] } }[]
  }
  return aws.account(account).role(name, {
    trust: AssumeRolePolicyDocument,
    policies: Policies.map(({ PolicyDocument }) => ({
      ...PolicyDocument,
      Statement: PolicyDocument.Statement.filter(
        ({ Action }) => !/^(events|rds):/.test([Action].flat().join()),
      ),
    })) as PolicyInput[],
  })
}

export interface DeployedFunction {
  readonly arn: string
  readonly account: string
  readonly role: LocalRole
  readonly memoryMb: number
  /** A new execution environment: a cold start. */
  start(): Promise<LambdaEnvironment>
}

export interface Deploying {
  readonly aws: LocalAws
  readonly stack: Stack
  readonly handler: string
  /** What `sam build` wrote. */
  readonly built: string
  /** For tests: endpoints, and switches that no template sets. */
  readonly environment: Readonly<Record<string, string>>
}

export function deployFunction({ aws, stack, handler, built, environment }: Deploying): DeployedFunction {
  const resources = resourcesOf(stack)
  const { Properties: properties = {} } = resources[functionId(handler)] ?? {}
  const { FunctionName, MemorySize, Timeout, Handler, Environment } = properties as {
    FunctionName: string
    MemorySize: number
    Timeout: number
    Handler: string
    Environment: { Variables: Readonly<Record<string, string>> }
  }
  if (resources['Schedules'] !== undefined) {
    aws.account(stack.account).scheduler().addGroup(GROUP)
    makeRole(aws, stack.account, scheduleRoleId(handler), resources[scheduleRoleId(handler)])
  }
  const arn = `arn:aws:lambda:${aws.region}:${stack.account}:function:${FunctionName}`
  const role = makeRole(aws, stack.account, FunctionName, resources[roleId(handler)])
  return {
    arn,
    account: stack.account,
    role,
    memoryMb: MemorySize,
    start: () => {
      const { accessKeyId, secretAccessKey, sessionToken = '' } = role.credentialsFor(arn)
      return LambdaEnvironment.start({
        folder: join(built, functionId(handler)),
        handler: Handler,
        arn,
        memoryMb: MemorySize,
        timeoutSeconds: Timeout,
        environment: {
          ...Environment.Variables,
          AWS_REGION: aws.region,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          AWS_SESSION_TOKEN: sessionToken,
          AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
          ...environment,
        },
      })
    },
  }
}
