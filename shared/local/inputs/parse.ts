import type * as z from 'zod'
import { LocalAwsError } from '../errors.ts'

export const NAME_RULE =
  'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!'

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

/** A message stays readable, and bounded, however much is wrong. */
const SHOWN = 10

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
  return new LocalAwsError('ValidationException', `${count}: ${list.slice(0, SHOWN).join('; ')}`)
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
