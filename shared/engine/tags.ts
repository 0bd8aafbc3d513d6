import * as z from 'zod'
import type { SecretDescription } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import { SECRET_ARN } from './event.ts'
import { durationOf, retirePolicyOf } from './policy.ts'
import { strategyNames } from './strategies.ts'

const PREFIX = 'quarterturn:'
/** The tag by which an admin secret consents. */
export const ADMIN_FOR = `${PREFIX}admin-for`

const readRetirePolicy = orIssue(retirePolicyOf, 'must be next-rotation, immediate or a time such as 12h')
const readDuration = orIssue(durationOf, 'must be a time such as 90m or 2h')

/** A transformation of Zod by a reader that answers undefined for what it cannot read. */
function orIssue<T>(read: (text: string) => T | undefined, message: string) {
  return (text: string, context: z.RefinementCtx): T => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
}

/** The tags of a secret that concern its rotation. A tag chooses from lists; it never names a role, account or host. */
export const SecretTags = z.strictObject({
  strategy: z.enum(strategyNames).optional(),
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the name of a provider')
    .optional(),
  'retire-after': z.string().transform(readRetirePolicy).optional(),
  'minimum-overlap': z.string().transform(readDuration).optional(),
  'overlap-cut': z.enum(['report', 'refuse'], 'must be report or refuse').optional(),
  /** The ARN of the admin secret, for secrets whose value has no field for it. It is read only where it consents. */
  'admin-secret': z.string().regex(SECRET_ARN, 'must be the ARN of a secret').optional(),
  /** On an admin secret: the names of the secrets that it serves, or the part of a name up to a `/`. */
  'admin-for': z.string().optional(),
})
export type SecretTags = z.infer<typeof SecretTags>

/** Throws `TAG_INVALID` for an unknown `quarterturn:` tag or a value that is not on its list. Other tags are not ours. */
export function tagsOf(description: SecretDescription): SecretTags {
  const ours = (description.Tags ?? []).filter((tag) => tag.Key?.startsWith(PREFIX))
  const result = SecretTags.safeParse(
    Object.fromEntries(ours.map((tag) => [tag.Key?.slice(PREFIX.length) ?? '', tag.Value ?? ''])),
  )
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0]
  const what =
    issue?.code === 'unrecognized_keys' ? 'is not known' : `has an unusable value: ${issue?.message ?? ''}`
  throw new QuarterturnError('TAG_INVALID', { problem: `the tag \`${PREFIX}${String(name)}\` ${what}` })
}
