import { QuarterturnError } from '../errors/index.ts'
import type { Provider, StoredSecret } from '../provider/contract.ts'
import { isNamed } from './aws-names.ts'
import type { StepContext } from './context.ts'
import type { Known } from './known.ts'
import { readCurrent } from './read.ts'
import { alternates } from './rules/common.ts'
import { isSameAccount, isSameCredential } from './version.ts'

/** Stores a value under the token, once. The value is checked like any other that the engine reads. */
export async function store(
  c: StepContext,
  known: Known,
  value: StoredSecret,
  stages: readonly string[],
): Promise<'stored' | 'exists'> {
  const text = JSON.stringify(value)
  const made = await c.understand(
    { VersionId: c.token, VersionStages: stages, SecretString: text },
    'proposed',
  )
  const current = await readCurrent(c)
  const isAllowed =
    (!isSameCredential(made, current) || known.traits?.mints?.mayBeUnchanged === true) &&
    (isSameAccount(made, current) ||
      (alternates(known) &&
        made.endpoint === current.endpoint &&
        c.provider?.alternateOf?.(current.account) === made.account))
  if (!isAllowed)
    throw new QuarterturnError('PROVIDER_FAILED', {
      problem: `the provider ${requireProvider(c).name} proposed a value for another account or with the same credential`,
    })
  const { RotationToken } = c.input.event
  try {
    await c.raw((sm) =>
      sm.putSecretValue({
        SecretId: c.arn,
        ClientRequestToken: c.token,
        SecretString: text,
        VersionStages: stages,
        ...(RotationToken === undefined ? {} : { RotationToken }),
      }),
    )
    if (known.traits?.mints !== undefined) c.keep('own', made)
    return 'stored'
  } catch (error) {
    if (isNamed(error, 'ResourceExistsException')) return 'exists'
    throw c.awsError(error, 'PutSecretValue')
  }
}

export function requireProvider(c: StepContext): Provider {
  if (c.provider === undefined) throw new Error('no value was read yet')
  return c.provider
}
