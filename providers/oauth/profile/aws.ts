import * as z from 'zod'
import { type Flaw, flawsOf, tokenTexts } from './checks.ts'
import { HEAD, Place, TimeForm, Token, template } from './parts.ts'
import { placeholdersOf } from './template.ts'

/**
 * Clients whose secrets a service of AWS keeps, two at a time. We choose them; the service shows their ids and never a value.
 * Calls are signed with what the function may do in the account of the secret, and go to the service's endpoint in its Region.
 */

/** The errors of the service have such names. */
const ErrorName = z
  .string()
  .regex(/^[A-Z]\w{2,80}$/, 'is not the name of an error, such as `LimitExceededException`')

/** One operation of the service. Sent as JSON; templates may stand wherever text may. */
const Operation = z.strictObject({
  operation: z.string().regex(/^[A-Z]\w{2,80}$/, 'is not an operation, such as `DescribeUserPool`'),
  body: z.record(z.string(), template),
})

const Shape = z.strictObject({
  kind: z.literal('aws'),
  ...HEAD,
  /** Within this time a new secret may be refused here and there. Default: at once. */
  settlesWithinMs: z.int().min(0).max(600_000).default(0),
  times: TimeForm.default('seconds'),
  token: Token,
  aws: z.strictObject({
    /** As its endpoint, its signatures and its permissions name it. */
    service: z.enum(['cognito-idp']),
    /** What stands in front of an operation in `X-Amz-Target`. */
    target: z.string().regex(/^\w{3,80}$/, 'is not the name of an API'),
    /** What is changed, by its ARN behind the account. */
    resource: template.regex(/^[a-z]+\/\{[A-Za-z]+\}$/, 'is not a resource, such as `userpool/{userPoolId}`'),
    /** The field that begins with the Region and an underscore: it has to be that of the secret. */
    regionIn: z.string(),
    /** What the function needs beside its actions, in words, and how it is given. */
    permission: z.strictObject({ name: z.string().min(1).max(120), remedy: z.string().min(1).max(300) }),
  }),
  /** Whose the origin of the tokens is: one of these is its host. Else a secret could have its credential "proven" by anybody. */
  owner: z.strictObject({
    ...Operation.shape,
    hosts: z
      .array(
        z.strictObject({
          at: Place,
          /** What stands there is the beginning of the host, and one of these the rest. Default: it is the host. */
          ends: z.array(template).min(1).optional(),
        }),
      )
      .min(1),
  }),
  list: z.strictObject({ ...Operation.shape, items: Place, id: Place, createdAt: Place }),
  add: z.strictObject({
    ...Operation.shape,
    /** As many live as may. */
    full: ErrorName,
    /** The value will never be taken. */
    refused: ErrorName,
  }),
  remove: z.strictObject({
    ...Operation.shape,
    /** There is none of this id. */
    gone: ErrorName,
  }),
})

export const AwsProfile = Shape.superRefine((profile, context) => {
  const { fields, token, aws, owner } = profile
  const issue = ({ path, message }: Flaw) => context.addIssue({ code: 'custom', path, message })
  const texts = [
    ...tokenTexts(['token'], token),
    { path: ['aws', 'resource'], text: aws.resource, extra: [] },
    ...OPERATIONS.map((name) => ({
      path: [name, 'body'],
      text: JSON.stringify(profile[name].body),
      extra: EXTRA[name],
    })),
    ...owner.hosts.flatMap(({ ends = [] }, at) =>
      ends.map((text, end) => ({ path: ['owner', 'hosts', at, 'ends', end], text, extra: ['region'] })),
    ),
  ]
  flawsOf(fields, { token: token.origin }, texts).forEach(issue)
  for (const name of OPERATIONS)
    for (const wanted of NAMES[name])
      if (!placeholdersOf(JSON.stringify(profile[name].body)).includes(wanted))
        issue({ path: [name, 'body'], message: `names no {${wanted}}` })
  const [resource = ''] = placeholdersOf(aws.resource)
  for (const name of OPERATIONS)
    if (!placeholdersOf(JSON.stringify(profile[name].body)).includes(resource))
      issue({ path: [name, 'body'], message: `names no {${resource}}, which permissions are for` })
  if (fields[aws.regionIn]?.pattern === undefined)
    issue({ path: ['aws', 'regionIn'], message: 'is not a field with `pattern`' })
})

export type AwsProfile = z.output<typeof AwsProfile>

const OPERATIONS = ['owner', 'list', 'add', 'remove'] as const
export type OperationName = (typeof OPERATIONS)[number]

/** What stands for something there beside fields. */
const EXTRA: Readonly<Record<OperationName, readonly string[]>> = {
  owner: [],
  list: [],
  add: ['value'],
  remove: ['id'],
}

/** What each has to name: nothing is asked for or changed but what the proven client has. */
const NAMES: Readonly<Record<OperationName, readonly string[]>> = {
  owner: [],
  list: ['clientId'],
  add: ['clientId', 'value'],
  remove: ['clientId', 'id'],
}

const LOOKS: readonly OperationName[] = ['owner', 'list']

const actions = (profile: AwsProfile, names: readonly OperationName[]): readonly string[] =>
  names.map((name) => `${profile.aws.service}:${profile[name].operation}`)

/** Every action of AWS that a rotation by it takes. */
export const actionsOf = (profile: AwsProfile): readonly string[] => actions(profile, OPERATIONS)

/** Those that one operation is asked for with: to look, or to change. */
export const actionsFor = (profile: AwsProfile, name: OperationName): readonly string[] =>
  actions(
    profile,
    OPERATIONS.filter((one) => LOOKS.includes(one) === LOOKS.includes(name)),
  )
