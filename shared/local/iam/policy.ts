import * as z from 'zod'

/** Operators that the evaluator knows, each also with `IfExists`. */
const OPERATORS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
  'Bool',
  'Null',
] as const
export type Operator = (typeof OPERATORS)[number]

const oneOrMore = <S extends z.ZodType>(item: S) =>
  z.union([item, z.array(item)]).transform((given): z.output<S>[] => (Array.isArray(given) ? given : [given]))

const Text = z.string().refine((text) => !text.includes('${'), 'policy variables are not modelled')
const Scalar = z.union([Text, z.boolean().transform(String), z.number().transform(String)])
const Operators = z.string().refine((name) => (OPERATORS as readonly string[]).includes(bareOperator(name)), {
  error: ({ input }) => `the condition operator ${String(input)} is not modelled`,
})
const Condition = z.record(Operators, z.record(z.string(), oneOrMore(Scalar)))

const Principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: [] as string[] })),
  z
    .strictObject({ AWS: oneOrMore(Text).optional(), Service: oneOrMore(Text).optional() })
    .transform(({ AWS = [], Service = [] }) => ({ AWS, Service })),
])

const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: Principal.optional(),
    Action: oneOrMore(Text).optional(),
    NotAction: oneOrMore(Text).optional(),
    Resource: oneOrMore(Text).optional(),
    NotResource: oneOrMore(Text).optional(),
    Condition: Condition.optional(),
  })
  .refine(({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined), {
    error: 'a statement has either Action or NotAction',
  })

/** A policy as it is written, for a schema that holds one. */
export const PolicyDocumentSchema = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: oneOrMore(Statement),
})

/** A policy as one writes it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export type PolicyInput = z.input<typeof PolicyDocumentSchema>
/** A policy, checked. Plain data. */
export type PolicyDocument = z.output<typeof PolicyDocumentSchema>
export type PolicyStatement = PolicyDocument['Statement'][number]

/**
 * `StringEqualsIfExists` → `StringEquals`, and `ForAllValues:StringEquals` too: a key has one value at most here, and one without
 * a value is in the way of neither.
 */
export const bareOperator = (name: string): string => name.replace(/^ForAllValues:|IfExists$/g, '')

/**
 * Throws a `TypeError` for what is no policy, and for what this evaluator does not know: a rule passed over in
 * silence would allow what AWS refuses.
 */
export function parsePolicy(policy: unknown): PolicyDocument {
  const parsed = PolicyDocumentSchema.safeParse(typeof policy === 'string' ? readJson(policy) : policy)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`)
  throw new TypeError(`The policy cannot be used: ${issues.join('; ')}`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('The policy is not in the valid JSON format.')
  }
}
