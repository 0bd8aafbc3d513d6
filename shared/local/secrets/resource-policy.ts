import * as z from 'zod'
import { LocalAwsError } from '../errors.ts'

const oneOrMore = <S extends z.ZodType>(schema: S) =>
  z.union([schema.transform((one) => [one]), z.array(schema).min(1)])

const Principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'] })),
  z.partialRecord(z.enum(['AWS', 'Service', 'Federated', 'CanonicalUser']), oneOrMore(z.string().min(1))),
])
const Names = oneOrMore(z.string().min(1))
/** Operator to key to values, such as `{"StringEquals": {"aws:SourceVpc": "vpc-1"}}`. */
const Conditions = z.record(
  z.string(),
  z.record(z.string(), oneOrMore(z.union([z.string(), z.number(), z.boolean()]))),
)

const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: Principal.optional(),
    NotPrincipal: Principal.optional(),
    Action: Names.optional(),
    NotAction: Names.optional(),
    Resource: Names.optional(),
    NotResource: Names.optional(),
    Condition: Conditions.optional(),
  })
  .refine((given) =>
    (['Principal', 'Action', 'Resource'] as const).every(
      (name) => (given[name] === undefined) !== (given[`Not${name}`] === undefined),
    ),
  )

/** The grammar of a resource policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export const Policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: oneOrMore(Statement),
})
export type Policy = z.output<typeof Policy>

/** An account, or an ARN of one of its identities. */
const AWS_PRINCIPAL = /^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.+|arn:aws[a-z-]*:iam::cloudfront:.+)$/
const SERVICE_PRINCIPAL = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/

/** Throws `MalformedPolicyDocumentException`. Whether a principal exists is not looked at. */
export function parsePolicy(text: string): Policy {
  const policy = Policy.safeParse(jsonIn(text))
  if (!policy.success) throw malformed('This resource policy contains a syntax error.')
  for (const { Principal: principal = {} } of policy.data.Statement) {
    if ((principal.AWS ?? []).some((one) => !AWS_PRINCIPAL.test(one)))
      throw malformed('This resource policy contains an unsupported principal.')
    const services = 'Service' in principal ? (principal.Service ?? []) : []
    if (services.some((one) => !SERVICE_PRINCIPAL.test(one)))
      throw malformed('This resource policy contains an invalid service principal.')
  }
  return policy.data
}

const malformed = (message: string) => new LocalAwsError('MalformedPolicyDocumentException', message)

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a statement for everybody may be narrowed to. doc_source/manage_secret-policy.md of awsdocs/aws-secrets-manager-docs */
const NARROWING_KEYS = ['aws:sourcearn', 'aws:sourcevpc', 'aws:sourcevpce', 'aws:sourceaccount']
const NARROWING_OPERATOR = /^(String|Arn)(Equals|Like)(IgnoreCase)?$/

/** Whether some statement lets everybody in, not narrowed to fixed values. AWS reasons further than this. */
export const givesBroadAccess = ({ Statement: statements }: Policy): boolean =>
  statements.some(
    (statement) =>
      statement.Effect === 'Allow' &&
      (statement.NotPrincipal !== undefined || isEverybody(statement)) &&
      !isNarrowed(statement),
  )

/** Whether everybody is denied everything. AWS asks whether this caller is. */
export const locksOut = ({ Statement: statements }: Policy): boolean =>
  statements.some(
    (statement) =>
      statement.Effect === 'Deny' &&
      isEverybody(statement) &&
      statement.Condition === undefined &&
      (statement.Action ?? []).some((action) => /^(secretsmanager:)?\*$/i.test(action)),
  )

type Statement = Policy['Statement'][number]

const isEverybody = ({ Principal: principal }: Statement): boolean => (principal?.AWS ?? []).includes('*')

const isNarrowed = ({ Condition: conditions = {} }: Statement): boolean =>
  Object.entries(conditions).some(
    ([operator, keys]) =>
      NARROWING_OPERATOR.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) =>
          NARROWING_KEYS.includes(key.toLowerCase()) && values.every((value) => !/[*?]/.test(String(value))),
      ),
  )
