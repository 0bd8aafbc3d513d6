import { fromAwsError } from '../aws/errors.ts'
import type { SecretDescription, SecretVersion } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { Provider, StoredSecret } from '../provider/contract.ts'
import { completedByRds, isOneServer, type ManagedByRds, managedBy, tagsAtRds } from './admin-server.ts'
import { isNamed, isOtherStage } from './aws-names.ts'
import type { StepContext } from './context.ts'
import { nameOf, placeOf, SECRET_ARN } from './event.ts'
import { ADMIN_FOR } from './tags.ts'
import { isSameAccount, storedOf, type Version } from './version.ts'

/** What a warm container remembers of an admin secret: that it consents, and to which server of RDS it belongs. */
export interface AdminConsent {
  readonly arn: string
  readonly managed: ManagedByRds | undefined
}

/** Which of the admin secret's values is read. */
export type AdminStage = 'AWSCURRENT' | 'AWSPENDING'

/**
 * Reads the admin secret under the account rules of the design, section 7: beside the secret, with its consent, of the
 * same server. The value is known to the cleaner, goes into `values.admin`, and is never remembered. Undefined: there is
 * no AWSPENDING. Throws the codes that begin with `ADMIN_`.
 */
export async function readAdmin(
  c: StepContext,
  of: Version,
  stage: AdminStage,
): Promise<Version | undefined> {
  const { provider } = c
  if (provider?.admin === undefined) throw new Error('the provider knows no admin')
  const arn = adminArn(c, of)
  const consent = await consentOf(c, arn)
  const raw = await storedValue(c, arn, stage)
  if (raw === undefined) return undefined
  const stored = invalidUnless(() => storedOf(raw, label(stage), c.input.cleaner))
  const complete =
    consent.managed === undefined ? stored : { ...stored, ...(await completedByRds(c, consent.managed, arn)) }
  const admin = await understandAdmin(c, provider, raw, stage, {
    admin: complete,
    secret: of.stored.reveal(),
  })
  refuseRotatedAccount(provider, admin, of)
  await requireOneServer(c, admin, of)
  return c.keep('admin', admin)
}

const label = (stage: AdminStage): string => `admin secret's ${stage}`

/** The admin secret that the secret names: by its value or metadata, as the provider reads them, else by its tag. */
export function namedAdmin(c: StepContext, of: Version): string | undefined {
  const { tags, metadata = {} } = c.registration ?? {}
  return c.provider?.admin?.arn(of.secret.reveal(), metadata) ?? tags?.['admin-secret']
}

function adminArn(c: StepContext, of: Version): string {
  const arn = namedAdmin(c, of)
  if (arn === undefined)
    throw new QuarterturnError('ADMIN_MISSING', { problem: 'the secret names no admin secret' })
  // What does not fit the grammar is not repeated: it may be anything that somebody stored.
  if (typeof arn !== 'string' || !SECRET_ARN.test(arn))
    throw new QuarterturnError('ADMIN_ELSEWHERE', {
      problem: 'what the secret names as its admin secret is no ARN of a secret',
    })
  if (placeOf(arn) !== placeOf(c.arn))
    throw new QuarterturnError('ADMIN_ELSEWHERE', {
      problem: `the admin secret is in ${placeOf(arn)}, the secret in ${placeOf(c.arn)}`,
    })
  if (arn === c.arn)
    throw new QuarterturnError('ADMIN_ELSEWHERE', { problem: 'the secret names itself as its admin secret' })
  return arn
}

/** Configuration, so a warm container asks once for each rotation. */
async function consentOf(c: StepContext, arn: string): Promise<AdminConsent> {
  if (c.consent?.arn === arn) return c.consent
  const description = await describe(c, arn)
  if (description.DeletedDate !== undefined)
    throw new QuarterturnError('ADMIN_INVALID', { problem: 'the admin secret is scheduled for deletion' })
  const managed = managedBy(description)
  const name = nameOf(c.arn)
  // A secret that RDS keeps may carry no tags of ours, but the server that it belongs to does.
  const consents =
    serves(description.Tags, name) ||
    (managed !== undefined && serves(await tagsAtRds(c, managed, arn), name))
  if (!consents)
    throw new QuarterturnError('ADMIN_NOT_CONSENTING', {
      problem: `the tag \`${ADMIN_FOR}\` of the admin secret does not name ${name}`,
    })
  c.consent = { arn, managed }
  return c.consent
}

/** Names separated by spaces; one that ends in `/` stands for every name that begins with it. */
function serves(tags: SecretDescription['Tags'], name: string): boolean {
  const tag = tags?.find(({ Key }) => Key === ADMIN_FOR)?.Value ?? ''
  return tag
    .split(/\s+/)
    .filter((one) => one !== '')
    .some((one) => (one.endsWith('/') && one !== '/' ? name.startsWith(one) : name === one))
}

async function storedValue(
  c: StepContext,
  arn: string,
  stage: AdminStage,
): Promise<SecretVersion | undefined> {
  try {
    return await c.raw((sm) => sm.getSecretValue({ SecretId: arn, VersionStage: stage }))
  } catch (error) {
    if (stage === 'AWSPENDING' && (isNamed(error, 'ResourceNotFoundException') || isOtherStage(error)))
      return undefined
    throw fromAwsError(error, { action: 'GetSecretValue', secretId: arn })
  }
}

async function describe(c: StepContext, arn: string): Promise<SecretDescription> {
  try {
    return await c.raw((sm) => sm.describeSecret({ SecretId: arn }))
  } catch (error) {
    throw fromAwsError(error, { action: 'DescribeSecret', secretId: arn })
  }
}

async function understandAdmin(
  c: StepContext,
  provider: Provider,
  raw: SecretVersion,
  stage: AdminStage,
  values: { readonly admin: StoredSecret; readonly secret: StoredSecret },
): Promise<Version> {
  const value = provider.admin?.value(values) ?? values.admin
  return invalidUnless(() => c.parse(provider, value, raw, label(stage)))
}

/** A field of the admin secret is the admin secret's matter, whatever the code of its own. */
function invalidUnless<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof QuarterturnError && error.code.startsWith('SECRET_'))
      throw new QuarterturnError('ADMIN_INVALID', { problem: error.problem, fields: error.fields })
    throw error
  }
}

/** An admin that rotates itself would change the credential that makes the change. */
function refuseRotatedAccount(provider: Provider, admin: Version, of: Version): void {
  const other = provider.alternateOf?.(of.account)
  if (isSameAccount(admin, of) || admin.account === of.account || admin.account === other)
    throw new QuarterturnError('ADMIN_INVALID', {
      problem: 'the admin secret names an account that this secret rotates',
    })
}

async function requireOneServer(c: StepContext, admin: Version, of: Version): Promise<void> {
  if (admin.server === undefined || of.server === undefined)
    throw new QuarterturnError('PROVIDER_FAILED', {
      problem: `the provider ${c.provider?.name} does not say which server a secret is of, which an admin secret needs`,
    })
  const isSame = admin.server.host === of.server.host && admin.server.port === of.server.port
  if (isSame || (await isOneServer(c, { writer: admin.server.host, endpoint: of.server.host }))) return
  throw new QuarterturnError('ADMIN_HOST_MISMATCH', {
    problem: 'the admin secret is of another server than the secret',
  })
}
