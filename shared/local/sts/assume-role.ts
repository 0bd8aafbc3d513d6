import type { z } from 'zod'
import type { LocalAws } from '../accounts/local-aws.ts'
import { LocalAwsError } from '../errors.ts'
import { accessDenied, authorize } from '../iam/authorize.ts'
import type { Identity, LocalCredentials, StoredRole } from '../iam/identity.ts'
import { type PolicyDocument, parsePolicy } from '../iam/policy.ts'
import { trustFor } from '../iam/trust.ts'
import type { AssumeRoleInput } from './inputs.ts'

type Input = z.output<typeof AssumeRoleInput>

export interface AssumeRoleOutput {
  readonly AssumedRoleUser: { readonly AssumedRoleId: string; readonly Arn: string }
  readonly Credentials: {
    readonly AccessKeyId: string
    readonly SecretAccessKey: string
    readonly SessionToken: string
    readonly Expiration: Date
  }
  /** In per cent of what is allowed; only with a session policy. */
  readonly PackedPolicySize?: number
}

const HOUR_SECONDS = 3_600
const POLICY_LIMIT = 2_048
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/[\w+=,.@/-]{1,575}$/

/**
 * A session of a role: for whom the role trusts, and for a caller of another account only if that account lets it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumeRole(aws: LocalAws, caller: Identity, input: Input): AssumeRoleOutput {
  const accountId = ROLE_ARN.exec(input.RoleArn)?.[1]
  if (accountId === undefined) throw invalid(`${input.RoleArn.slice(0, 100)} is invalid`)
  const tags = tagsOf(input)
  const role = trustedRole(aws, caller, accountId, input, tags)
  const seconds = durationOf(role, caller, input)
  const sessionPolicies = policiesOf(aws, accountId, input)
  const { credentials } = aws.keys.openSession({
    role,
    accountId,
    sessionName: input.RoleSessionName,
    seconds,
    tags,
    ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
  })
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${input.RoleSessionName}`,
    },
    Credentials: credentialsOf(credentials),
    ...(sessionPolicies === undefined ? {} : { PackedPolicySize: packedSize(input) }),
  }
}

/** Throws the same error whether the role is absent, does not trust the caller, or the caller may not ask. */
function trustedRole(
  aws: LocalAws,
  caller: Identity,
  accountId: string,
  input: Input,
  tags: Readonly<Record<string, string>>,
): StoredRole {
  const resource = input.RoleArn
  const role = aws.findAccount(accountId)?.roles.find(({ arn }) => arn === resource)
  const context = {
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  }
  const actions = Object.keys(tags).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole']
  for (const action of actions) {
    const trust = role === undefined ? undefined : trustFor(role.trust, caller, { action, context })
    if (trust?.verdict !== 'allowed') throw accessDenied(caller, { action, resource })
    // Where the policy of the own account's role names the caller, that is enough.
    if (accountId !== caller.accountId || !trust.isByName)
      requireAllowed(caller, { action, resource, context: { ...context, 'aws:ResourceAccount': accountId } })
  }
  return role as StoredRole
}

function requireAllowed(
  caller: Identity,
  asked: { action: string; resource: string; context: Readonly<Record<string, string | undefined>> },
): void {
  try {
    authorize(caller, { ...asked, ownerAccountId: caller.accountId })
  } catch {
    // STS gives no reason.
    throw accessDenied(caller, asked)
  }
}

function durationOf(role: StoredRole, caller: Identity, { DurationSeconds }: Input): number {
  const isChained = caller.roleArn !== undefined
  if (isChained && (DurationSeconds ?? 0) > HOUR_SECONDS)
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  if ((DurationSeconds ?? 0) > role.maxSessionSeconds)
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  return DurationSeconds ?? HOUR_SECONDS
}

/** The inline policy and the managed ones count together: the session may do what any of them allows. */
function policiesOf(aws: LocalAws, accountId: string, input: Input): readonly PolicyDocument[] | undefined {
  const { Policy, PolicyArns = [] } = input
  if (Policy === undefined && PolicyArns.length === 0) return undefined
  if (packedSize(input) > 100)
    throw new LocalAwsError(
      'PackedPolicyTooLarge',
      `Packed policy consumes ${packedSize(input)}% of allotted space, please use smaller policy.`,
    )
  const managed = PolicyArns.map(({ arn }) => {
    const policy = aws.findAccount(accountId)?.findManagedPolicy(arn)
    if (policy === undefined)
      throw invalid(`${arn} is not known here as a managed policy of the role's account`)
    return policy
  })
  return Policy === undefined ? managed : [inlinePolicy(Policy), ...managed]
}

function inlinePolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text)
  } catch (error) {
    throw new LocalAwsError('MalformedPolicyDocument', error instanceof Error ? error.message : 'malformed')
  }
}

/** AWS's packing is not published: here it is the text of the policy and the ARNs against the 2,048 characters. */
function packedSize({ Policy = '', PolicyArns = [] }: Input): number {
  const size = Policy.length + PolicyArns.reduce((sum, { arn }) => sum + arn.length, 0)
  return Math.ceil((size * 100) / POLICY_LIMIT)
}

function tagsOf({ Tags = [] }: Input): Readonly<Record<string, string>> {
  const keys = Tags.map(({ Key }) => Key.toLowerCase())
  if (new Set(keys).size !== keys.length)
    throw new LocalAwsError(
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    )
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))
}

const credentialsOf = ({
  accessKeyId,
  secretAccessKey,
  sessionToken = '',
  expiration,
}: LocalCredentials) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
  Expiration: expiration ?? new Date(0),
})

const invalid = (message: string) => new LocalAwsError('ValidationError', message)
