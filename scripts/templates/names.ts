/** The functions that the templates deploy, and what follows from a handler's name. */
import { handlerNames } from '../build-options.ts'

/** One handler file, as the templates deploy it. A new handler is one entry here; a test compares the two. */
export interface Deployed {
  /** The file in `handlers/`, without its ending. */
  readonly handler: string
  /** What it rotates, for the template's parameters; without a full stop. */
  readonly serves: string
  /** What the options of its provider begin with after `QUARTERTURN_`. */
  readonly options: readonly string[]
  /** How long a step may take. Default: the templates'. */
  readonly timeoutSeconds?: number
}

export const DEPLOYED: readonly Deployed[] = [
  { handler: 'rotate-mysql', serves: 'MySQL, MariaDB, RDS for either and Aurora MySQL', options: ['MYSQL'] },
  {
    handler: 'rotate-oauth',
    serves: 'client secrets of OAuth authorization servers',
    options: ['OAUTH'],
  },
  {
    handler: 'rotate-postgres',
    serves: 'PostgreSQL, RDS for PostgreSQL and Aurora PostgreSQL',
    options: ['POSTGRES'],
  },
  {
    handler: 'rotate-rds',
    serves: 'admin users of RDS instances and clusters by the API of RDS, without a way to the database',
    options: [],
    // RDS carries a change out by itself, which takes minutes.
    timeoutSeconds: 600,
  },
  { handler: 'rotate-salesforce', serves: 'apps and users of Salesforce', options: [] },
  {
    handler: 'rotate',
    serves: 'whatever a first-party provider serves, by what the secret says it is',
    options: ['MYSQL', 'OAUTH', 'POSTGRES'],
  },
]

/** `rotate-postgres` to `RotatePostgres`: logical ids begin with it. */
export const logicalName = (handler: string): string =>
  handler
    .split('-')
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join('')

export const functionId = (handler: string): string => `${logicalName(handler)}Function`
export const roleId = (handler: string): string => `${logicalName(handler)}Role`
export const logsId = (handler: string): string => `${logicalName(handler)}Logs`
/** The parameter that deploys a function, and the condition it makes. */
export const switchOf = (handler: string): string => `Deploy${logicalName(handler)}`
export const deploys = (handler: string): string => `Deploys${logicalName(handler)}`

/** The provider of a function that has one; its name is a dimension of every metric. */
export const providerOf = (handler: string): string | undefined => /^rotate-(.+)$/.exec(handler)?.[1]
/** The condition that some function of the stack has the provider. */
export const rotates = (handler: string): string => `Rotates${logicalName(providerOf(handler) ?? '')}`

/** The name of the function, within `!Sub`. A role's policy needs it before the function is there. */
export const functionName = (handler: string): string => `\${NamePrefix}-${handler}`
/** Within `!Sub`. */
export const functionArn = (handler: string): string =>
  `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionName(handler)}`

/** The outputs that are a secret's RotationLambdaARN. */
export const outputOf = (handler: string): { readonly workload: string; readonly hub: string } => ({
  workload: `${functionId(handler)}Arn`,
  hub: `${logicalName(handler)}LiveArn`,
})

/** Handlers without an entry, and entries without a handler. */
export function undeployed(): readonly string[] {
  const [files, entries] = [handlerNames(), DEPLOYED.map(({ handler }) => handler)]
  return [
    ...files.filter((name) => !entries.includes(name)).map((name) => `${name} has no entry`),
    ...entries.filter((name) => !files.includes(name)).map((name) => `${name} has no handler`),
  ]
}
