import type { SecretDescription } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { RotationMetadata } from '../provider/admin-use.ts'
import type { AdminConsent } from './admin.ts'
import type { Task } from './known.ts'
import { type SecretTags, tagsOf } from './tags.ts'

/** What DescribeSecret says about the secret itself: configuration, so a warm container may remember it. */
export interface Registration {
  readonly type: string | undefined
  readonly tags: SecretTags
  /** What a managed external secret says of its rotation. */
  readonly metadata?: RotationMetadata
  /** The consent of its admin secret, once that was read. */
  readonly consent?: AdminConsent
  /** Differences of rights that setSecret took away, for the record of the rotation. */
  readonly repaired?: readonly string[]
}

/**
 * Refuses a secret that this function is not to rotate. The event may come from anybody who may invoke the function,
 * so the secret's own registration decides.
 */
export function registrationOf(
  description: SecretDescription,
  functionArn: string,
  step: Task,
): Registration {
  if (description.DeletedDate !== undefined)
    throw new QuarterturnError('SECRET_DELETED', { problem: 'the secret is scheduled for deletion' })
  if (description.OwningService !== undefined)
    throw new QuarterturnError('SECRET_OWNED_BY_SERVICE', {
      problem: `the secret belongs to the service ${description.OwningService}`,
    })
  const registered = description.RotationLambdaARN
  // Whether a function is registered already during the very first test rotation is not documented; that step only reads.
  const isFirstTest = registered === undefined && step === 'testSecret'
  if (!isFirstTest && unqualified(registered ?? '') !== unqualified(functionArn))
    throw new QuarterturnError('SECRET_NOT_OURS', {
      problem:
        registered === undefined
          ? 'the secret has no rotation function'
          : `the rotation function of the secret is ${registered}`,
    })
  const metadata = metadataOf(description)
  return {
    type: description.Type,
    tags: tagsOf(description),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

function metadataOf({
  ExternalSecretRotationMetadata: entries,
}: SecretDescription): RotationMetadata | undefined {
  if (entries === undefined || entries.length === 0) return undefined
  return Object.fromEntries(entries.map(({ Key = '', Value = '' }) => [Key, Value]))
}

/** `arn:…:function:name:alias` and `arn:…:function:name` are one function. */
const unqualified = (functionArn: string): string => functionArn.split(':').slice(0, 7).join(':')
