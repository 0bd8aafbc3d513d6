import * as z from 'zod'
import { LocalAwsError } from './errors.ts'

const NAME_RULE =
  'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!'
/** Bytes of a value. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const VALUE_LIMIT = 65_536

const SecretId = z.string().min(1).max(2048)
const Token = z.string().min(32).max(64).optional()
const VersionId = z.string().min(32).max(64)
const Stage = z.string().min(1).max(256)
const SecretString = z
  .string()
  .min(1)
  .refine((text) => text.length * 3 <= VALUE_LIMIT || Buffer.byteLength(text) <= VALUE_LIMIT, {
    error: `Member must have length less than or equal to ${VALUE_LIMIT}`,
  })
  .optional()
const SecretBinary = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.length >= 1 && bytes.length <= VALUE_LIMIT, {
    error: `Member must have length between 1 and ${VALUE_LIMIT}`,
  })
  .optional()
const Description = z.string().max(2048).optional()
const KmsKeyId = z.string().max(2048).optional()
const Tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))

/**
 * The members of each request that the model acts on, with the limits of the API reference; the rest is let through
 * unseen, as AWS does. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export const CreateSecretInput = z.object({
  Name: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[A-Za-z0-9/_+=.@!-]+$/, NAME_RULE),
  ClientRequestToken: Token,
  Description,
  KmsKeyId,
  SecretString,
  SecretBinary,
  Tags: Tags.optional(),
  Type: z.string().optional(),
  AddReplicaRegions: z.array(z.object({ Region: z.string().optional() })).optional(),
})

export const DescribeSecretInput = z.object({ SecretId })

export const GetSecretValueInput = z.object({
  SecretId,
  VersionId: VersionId.optional(),
  VersionStage: Stage.optional(),
})

export const PutSecretValueInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  SecretString,
  SecretBinary,
  VersionStages: z.array(Stage).min(1).max(20).optional(),
  RotationToken: z
    .string()
    .min(36)
    .max(256)
    .regex(/^[a-zA-Z0-9-]+$/)
    .optional(),
})

export const UpdateSecretInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  Description,
  KmsKeyId,
  SecretString,
  SecretBinary,
  Type: z.string().optional(),
})

export const UpdateSecretVersionStageInput = z.object({
  SecretId,
  VersionStage: Stage,
  MoveToVersionId: VersionId.optional(),
  RemoveFromVersionId: VersionId.optional(),
})

export const ListSecretVersionIdsInput = z.object({
  SecretId,
  IncludeDeprecated: z.boolean().optional(),
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken: z.string().min(1).max(4096).optional(),
})

export const RotateSecretInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  RotationLambdaARN: z.string().max(2048).optional(),
  RotationRules: z
    .object({
      AutomaticallyAfterDays: z.int().min(1).max(1000).optional(),
      Duration: z
        .string()
        .min(2)
        .max(3)
        .regex(/^[0-9]+h$/)
        .optional(),
      ScheduleExpression: z
        .string()
        .min(1)
        .max(256)
        .regex(/^[0-9A-Za-z()#?*\-/, ]+$/)
        .optional(),
    })
    .optional(),
  RotateImmediately: z.boolean().optional(),
})

export const CancelRotateSecretInput = z.object({ SecretId })

export const TagResourceInput = z.object({ SecretId, Tags })

export const UntagResourceInput = z.object({ SecretId, TagKeys: z.array(z.string().min(1).max(128)) })

export const GetRandomPasswordInput = z.object({
  PasswordLength: z.int().min(1).max(4096).optional(),
  ExcludeCharacters: z.string().max(4096).optional(),
  ExcludeNumbers: z.boolean().optional(),
  ExcludePunctuation: z.boolean().optional(),
  ExcludeUppercase: z.boolean().optional(),
  ExcludeLowercase: z.boolean().optional(),
  IncludeSpace: z.boolean().optional(),
  RequireEachIncludedType: z.boolean().optional(),
})

/**
 * The request, checked. Throws `SerializationException` for a value of the wrong type and `ValidationException` for
 * one that is missing, too short, too long or misshapen. The value itself is never repeated, unlike AWS, which
 * repeats those that are not secret.
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw asAwsError(result.error.issues, input)
}

type Issue = z.core.$ZodIssue

function asAwsError(issues: readonly Issue[], input: unknown): LocalAwsError {
  const misTyped = issues.find(
    (issue) => issue.code === 'invalid_type' && valueAt(input, issue.path) !== undefined,
  )
  if (misTyped !== undefined)
    return new LocalAwsError('SerializationException', `${pathOf(misTyped)} has the wrong type`)
  const named = issues.find(({ message }) => message === NAME_RULE)
  if (named !== undefined) return new LocalAwsError('ValidationException', NAME_RULE)
  const list = issues.map(
    (issue) => `Value at '${pathOf(issue)}' failed to satisfy constraint: ${ruleOf(issue)}`,
  )
  const count = `${list.length} validation error${list.length === 1 ? '' : 's'} detected`
  return new LocalAwsError('ValidationException', `${count}: ${list.join('; ')}`)
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

/** `versionStages.1.member`, as AWS writes it: first letter small, lists counted from one. */
function pathOf({ path: parts }: Issue): string {
  if (parts.length === 0) return 'The request'
  return parts
    .map((part) => (typeof part === 'number' ? `${part + 1}.member` : lowerFirst(String(part))))
    .join('.')
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'Member must not be null'
    case 'too_small':
      return `Member must have ${sizeOf(issue.origin)} greater than or equal to ${issue.minimum}`
    case 'too_big':
      return `Member must have ${sizeOf(issue.origin)} less than or equal to ${issue.maximum}`
    case 'invalid_format':
      return 'Member must satisfy its regular expression pattern'
    default:
      return issue.message
  }
}

const sizeOf = (origin: string): string => (origin === 'string' || origin === 'array' ? 'length' : 'value')
