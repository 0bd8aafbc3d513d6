import * as z from 'zod'
import type { SecretDescription } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import { STRATEGIES } from './strategies.ts'

const PREFIX = 'quarterturn:'

/** The tags of a secret that concern its rotation. A tag chooses from lists; it never names a role, account or host. */
export const SecretTags = z.strictObject({
  strategy: z.enum(Object.keys(STRATEGIES) as [keyof typeof STRATEGIES]).optional(),
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the name of a provider')
    .optional(),
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
