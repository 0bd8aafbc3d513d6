import * as z from 'zod'
import { QuarterturnError } from '../errors/index.ts'
import { TASKS } from './known.ts'

/**
 * Partition, Region, account, and the name with the six characters that Secrets Manager adds. A name may hold
 * letters, digits and `/_+=.@-`; nothing here can be a wildcard.
 */
export const SECRET_ARN =
  /^arn:(?<partition>aws|aws-cn|aws-us-gov|aws-iso|aws-iso-[bef]|aws-eusc):secretsmanager:(?<region>[a-z]{2,4}(?:-[a-z]{2,10}){1,2}-\d{1,2}):(?<account>\d{12}):secret:[A-Za-z0-9/_+=.@!-]{1,512}-[A-Za-z0-9]{6}$/

/**
 * Secrets Manager takes any characters. Ours are those that mean nothing to a shell, since the id stands in commands
 * that an operator copies.
 */
const VERSION_ID = /^[A-Za-z0-9_.:+=@-]{32,64}$/

/** After this many times a retirement waits no more for rotations that are open. */
export const MOST_RETIREMENTS = 24

/**
 * One invocation by Secrets Manager, or by our own schedule (`retireSecret`). Unknown keys are let through, since AWS may
 * add some; what we use is strict.
 * AWS Secrets Manager User Guide, "Rotation by Lambda function"; `RotationToken` as in PutSecretValue.
 */
export const RotationEvent = z.object({
  Step: z.enum(TASKS, { error: `must be one of ${TASKS.join(', ')}` }),
  SecretId: z
    .string({ error: 'must be the full ARN of the secret' })
    .regex(SECRET_ARN, 'must be the full ARN of a secret'),
  ClientRequestToken: z
    .string({ error: 'must be a version id' })
    .regex(VERSION_ID, 'must be a version id: 32 to 64 letters, digits and any of - _ . : + = @'),
  RotationToken: z
    .string({ error: 'must be a string' })
    .regex(/^[A-Za-z0-9-]{36,256}$/, 'must be 36 to 256 letters, digits and hyphens')
    .optional(),
  /** Of `retireSecret`: the version whose credential is to go, and how often that was tried before. */
  Retirement: z
    .object(
      {
        VersionId: z.string().regex(VERSION_ID, 'must be a version id'),
        Attempt: z.number().int().min(1).max(MOST_RETIREMENTS, `must be 1 to ${MOST_RETIREMENTS}`),
      },
      { error: 'must name a version and an attempt' },
    )
    .optional(),
})
export type RotationEvent = z.infer<typeof RotationEvent>

/** Throws `EVENT_INVALID` naming each field; the event's own text is never repeated. */
export function parseEvent(event: unknown): RotationEvent {
  const result = RotationEvent.safeParse(event)
  if (result.success) {
    const isComplete = result.data.Step !== 'retireSecret' || result.data.Retirement !== undefined
    if (isComplete) return result.data
    throw new QuarterturnError('EVENT_INVALID', { problem: '`Retirement` is missing' })
  }
  const problem = result.error.issues
    .map((issue) =>
      issue.path.length === 0
        ? 'the event must be an object'
        : `\`${issue.path.join('.')}\` ${issue.message}`,
    )
    .join('; ')
  throw new QuarterturnError('EVENT_INVALID', { problem })
}

/** Partition, Region and account of an ARN. */
export const placeOf = (arn: string): string => {
  const [, partition, , region, account] = arn.split(':')
  return [partition, region, account].join(':')
}

/** The account of an ARN. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? ''

/** What a function serves besides the account and Region that it is in. */
export interface Served {
  readonly accounts?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
}

/**
 * Throws `REGION_MISMATCH` unless the secret lives where the function does, or is served there: one partition, and account
 * and Region each the function's own or on its list.
 */
export function requireServed(
  secretArn: string,
  functionArn: string,
  { accounts = [], regions = [] }: Served = {},
): void {
  const [, partition, , region = '', account = ''] = secretArn.split(':')
  const [, ownPartition, , ownRegion = '', ownAccount = ''] = functionArn.split(':')
  if (
    partition !== ownPartition ||
    ![ownRegion, ...regions].includes(region) ||
    ![ownAccount, ...accounts].includes(account)
  )
    throw new QuarterturnError('REGION_MISMATCH', {
      problem: `the secret is in ${placeOf(secretArn)}, which this function in ${placeOf(functionArn)} does not serve`,
    })
}

/**
 * Throws `EVENT_INVALID` for a value that would be stored without the token by which Secrets Manager knows whose it is: from a
 * role in another account it takes such a value, and fails the rotation afterwards.
 */
export function requireRotationToken(
  { Step, SecretId, RotationToken }: RotationEvent,
  functionArn: string,
): void {
  if (
    Step === 'createSecret' &&
    RotationToken === undefined &&
    accountOf(SecretId) !== accountOf(functionArn)
  )
    throw new QuarterturnError('EVENT_INVALID', {
      problem: '`RotationToken` is missing, which a secret of another account needs',
    })
}

/** The name of a secret, without the six characters that Secrets Manager adds to it in the ARN. */
export const nameOf = (secretArn: string): string => secretArn.split(':').slice(6).join(':').slice(0, -7)
