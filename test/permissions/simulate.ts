import { runSimulation } from '@cloud-copilot/iam-simulate'
import { readTemplate, resolved, type Template, type Values } from '../templates/template.ts'

export interface Request {
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string | string[]>>
}

export interface Caller {
  readonly arn: string
  readonly policies: readonly object[]
  /** What an assumed session is narrowed to. */
  readonly session?: string
}

/** A policy that is no limit. */
export const ALL: object = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}

/**
 * The simulator knows keys that end in a name of ours after a slash (`aws:ResourceTag/…`), not after a colon, which KMS has: it
 * sees another key of KMS in its place, of the same type, in policies and requests alike.
 */
const CONTEXT_OF_SECRET = 'kms:EncryptionContext:SecretARN'
const STAND_IN = 'kms:RequestAlias'
const known = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll(CONTEXT_OF_SECRET, STAND_IN)) as T

/**
 * What IAM would answer, by a simulator that knows each action's resources and condition keys. Rejects for a request that no
 * service makes: a key that does not exist for the action would never match, and the statement never hold.
 */
export async function isAllowed(
  { arn, policies, session }: Caller,
  { action, resource, context }: Request,
  resourcePolicy?: object,
): Promise<boolean> {
  const [, , , , account = ''] = resource.split(':')
  const result = await runSimulation(
    {
      request: {
        principal: arn,
        action,
        resource: { resource, accountId: account === '' ? (arn.split(':')[4] ?? '') : account },
        contextVariables: known({ ...context }),
      },
      identityPolicies: policies.map((policy, at) => ({ name: String(at), policy: known(policy) })),
      ...(session === undefined ? {} : { sessionPolicy: known(JSON.parse(session) as object) }),
      ...(resource.startsWith('arn:aws:kms:') ? { resourcePolicy: keyPolicy(account) } : {}),
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      serviceControlPolicies: [{ orgIdentifier: 'o-example', policies: [{ name: 'all', policy: ALL }] }],
      resourceControlPolicies: [],
    },
    {},
  )
  if (result.resultType !== 'single') throw new Error(`${action} on ${resource}: ${JSON.stringify(result)}`)
  const ignored = result.result.ignoredContextKeys ?? []
  if (ignored.length > 0) throw new Error(`${action} has no condition key ${ignored.join(', ')}`)
  return result.overallResult === 'Allowed'
}

/** What every key has that leaves permissions to the IAM of its account, as the default policy of KMS does. */
const keyPolicy = (account: string): object => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
  ],
})

export interface Role {
  readonly trust: object
  readonly policies: readonly object[]
}

export function roleOf(template: string, parameters: Values, id: string, place: Values): Role {
  const role = resourcesOf(template, parameters, place)[id]
  if (role === undefined) throw new Error(`${template} has no ${id} with these parameters`)
  const { AssumeRolePolicyDocument, Policies } = role.Properties as {
    AssumeRolePolicyDocument: object
    Policies: { PolicyDocument: object }[]
  }
  return { trust: AssumeRolePolicyDocument, policies: Policies.map(({ PolicyDocument }) => PolicyDocument) }
}

export const resourcesOf = (template: string, parameters: Values, place: Values): Template['Resources'] =>
  resolved(readTemplate(template), parameters, place)

/** Every action that statements of the role allow. */
export function actionsOf({ policies }: Role): readonly string[] {
  const statements = policies.flatMap((policy) => Reflect.get(policy, 'Statement') as Statement[])
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow')
  return [...new Set(allowed.flatMap(({ Action }) => Action))].toSorted()
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
}
