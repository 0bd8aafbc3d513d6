import type { LocalAws } from '../accounts/local-aws.ts'
import { authorize } from '../iam/authorize.ts'
import type { Identity } from '../iam/identity.ts'
import { type PolicyDocument, parsePolicy } from '../iam/policy.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service, ServiceCaller } from '../secrets/service.ts'

/** `undefined` where any credentials do: the default principal may do everything, and is who the function runs as. */
export function serviceCallerOf({ anyCredentials }: LocalAws, identity: Identity): ServiceCaller | undefined {
  if (anyCredentials && identity.roleArn === undefined) return undefined
  return {
    ...(identity.roleArn === undefined ? {} : { roleArn: identity.roleArn }),
    authorize: (service, operation, input) => authorizeOperation(identity, service, operation, input),
  }
}

/** The account in the full ARN of a secret. */
export const accountInArn = (secretId: unknown): string | undefined =>
  typeof secretId === 'string' ? /^arn:aws:secretsmanager:[^:]*:(\d{12}):/.exec(secretId)?.[1] : undefined

function authorizeOperation(identity: Identity, service: Service, operation: string, input: unknown): void {
  const members: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {}
  const { SecretId, Name, RotationLambdaARN } = members
  const secret = typeof SecretId === 'string' ? service.lookUp(SecretId) : undefined
  authorize(identity, {
    action: `secretsmanager:${operation}`,
    resource: resourceOf(service, secret, SecretId ?? (operation === 'CreateSecret' ? Name : undefined)),
    context: contextOf(service, secret, members),
    ownerAccountId: accountInArn(SecretId) ?? service.accountId,
    ...(secret?.policy === undefined ? {} : { resourcePolicy: resourcePolicyOf(secret.policy) }),
  })
  if (operation !== 'RotateSecret') return
  const functionArn = RotationLambdaARN || secret?.rotationLambdaArn
  if (typeof functionArn !== 'string') return
  // Whoever starts a rotation needs the right to invoke the function. Its own policy is what `invokableFrom` stands for.
  authorize(identity, {
    action: 'lambda:InvokeFunction',
    resource: functionArn,
    context: { 'aws:RequestedRegion': service.region },
    ownerAccountId: identity.accountId,
  })
}

/** One that the evaluator does not know in full denies everything, rather than allow what AWS would refuse. */
function resourcePolicyOf(text: string): PolicyDocument {
  try {
    return parsePolicy(text)
  } catch {
    return parsePolicy({ Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } })
  }
}

function resourceOf(
  { region, accountId }: Service,
  secret: StoredSecret | undefined,
  asked: unknown,
): string {
  if (secret !== undefined) return secret.arn
  if (typeof asked !== 'string') return '*'
  if (asked.startsWith('arn:')) return asked
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${asked}-??????`
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
function contextOf(
  { region }: Service,
  secret: StoredSecret | undefined,
  members: Readonly<Record<string, unknown>>,
): Record<string, string | undefined> {
  const text = (name: string): string | undefined => {
    const value = members[name]
    return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined
  }
  const tags = [...(secret?.tags ?? [])].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`secretsmanager:ResourceTag/${key}`, value],
  ])
  return {
    'aws:RequestedRegion': region,
    'secretsmanager:SecretId': secret?.arn ?? text('SecretId'),
    'secretsmanager:Name': text('Name'),
    'secretsmanager:VersionId': text('VersionId'),
    'secretsmanager:VersionStage': text('VersionStage'),
    'secretsmanager:RotationLambdaARN': text('RotationLambdaARN'),
    'secretsmanager:RotateImmediately': text('RotateImmediately'),
    'secretsmanager:resource/AllowRotationLambdaArn': secret?.rotationLambdaArn,
    'secretsmanager:resource/Type': secret?.type,
    ...Object.fromEntries(tags),
  }
}
