import { bareOperator, type Operator, type PolicyDocument, type PolicyStatement } from './policy.ts'

/** One request as policies see it. */
export interface PolicyRequest {
  /** Such as `secretsmanager:GetSecretValue`. */
  readonly action: string
  /** ARN, or `*` where the action names none. */
  readonly resource: string
  /** Condition keys by name, in any case; a key without a value is left out. */
  readonly context: Readonly<Record<string, string | undefined>>
}

export type Verdict = 'allowed' | 'denied' | 'not mentioned'

/**
 * What these policies together say: a matching Deny wins over every Allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(policies: readonly PolicyDocument[], request: PolicyRequest): Verdict {
  const matching = policies
    .flatMap(({ Statement }) => Statement)
    .filter((statement) => isAbout(statement, request) && conditionsHold(statement, request.context))
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'denied'
  return matching.length > 0 ? 'allowed' : 'not mentioned'
}

/** Whether all conditions of a statement hold. */
export function conditionsHold(
  { Condition = {} }: PolicyStatement,
  context: PolicyRequest['context'],
): boolean {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, values.get(key.toLowerCase()), expected)),
  )
}

function isAbout(statement: PolicyStatement, { action, resource }: PolicyRequest): boolean {
  const { Action, NotAction, Resource, NotResource } = statement
  const isAction = (patterns: readonly string[]) =>
    patterns.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase()))
  const isResource = (patterns: readonly string[]) => patterns.some((pattern) => isLike(resource, pattern))
  if (Action !== undefined && !isAction(Action)) return false
  if (NotAction !== undefined && isAction(NotAction)) return false
  if (Resource !== undefined && !isResource(Resource)) return false
  return NotResource === undefined || !isResource(NotResource)
}

function holds(name: string, actual: string | undefined, expected: readonly string[]): boolean {
  const operator = bareOperator(name) as Operator
  if (operator === 'Null') return expected.includes(String(actual === undefined))
  const isNegated = operator.includes('Not')
  if (actual === undefined) return isNegated || name !== operator
  const compare = COMPARE[operator.replace('Not', '') as keyof typeof COMPARE]
  const isAny = expected.some((value) => compare(actual, value))
  return isNegated ? !isAny : isAny
}

const isSameText = (actual: string, expected: string): boolean => actual === expected
const isSameIgnoringCase = (actual: string, expected: string): boolean =>
  actual.toLowerCase() === expected.toLowerCase()

/** ArnEquals and ArnLike are alike: each of the six parts is compared by itself, with wildcards. */
function isArnLike(actual: string, expected: string): boolean {
  const [is, wanted] = [partsOf(actual), partsOf(expected)]
  return is.length === wanted.length && is.every((part, index) => isLike(part, wanted[index] ?? ''))
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

const COMPARE = {
  StringEquals: isSameText,
  StringEqualsIgnoreCase: isSameIgnoringCase,
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
  Bool: isSameIgnoringCase,
}

/** `*` is any text, `?` any one character. Linear in both lengths for each star, so hostile patterns cost little. */
export function isLike(text: string, pattern: string): boolean {
  let [at, next, star, resume] = [0, 0, -1, 0]
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next
      next += 1
      resume = at
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === text[at])) {
      next += 1
      at += 1
    } else if (star >= 0) {
      next = star + 1
      resume += 1
      at = resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(next))
}
