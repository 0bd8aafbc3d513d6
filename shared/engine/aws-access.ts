import { fromAwsError } from '../aws/errors.ts'
import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { AwsAccess, AwsStatement } from '../provider/aws-use.ts'
import type { StepContext } from './context.ts'

/** Undefined where the provider declares no action of AWS. */
export function awsAccessOf(c: StepContext): AwsAccess | undefined {
  const declared = c.provider?.awsActions ?? []
  if (declared.length === 0) return undefined
  const { credentials } = c.input
  return {
    secretArn: c.arn,
    region: c.arn.split(':')[3] ?? '',
    credentials: async (statements) => {
      if (credentials === undefined)
        throw failed(c, 'calls AWS, which this engine was given no credentials for')
      requireDeclared(c, declared, statements)
      try {
        const given = await c.input.deadline.limit(() => credentials(statements))
        c.input.cleaner.know(given.secretAccessKey)
        if (given.sessionToken !== undefined) c.input.cleaner.know(given.sessionToken)
        return given
      } catch (error) {
        throw isQuarterturnError(error)
          ? error
          : fromAwsError(error, { action: 'sts:AssumeRole', secretId: c.arn })
      }
    },
  }
}

/** The resources come from what the secret says, so from whoever may write it. */
function requireDeclared(
  c: StepContext,
  declared: readonly string[],
  statements: readonly AwsStatement[],
): void {
  const [, partition, , region, account] = c.arn.split(':')
  for (const { actions, resources } of statements) {
    const other = actions.find((action) => !declared.includes(action))
    if (other !== undefined) throw failed(c, `asks for ${other}, which it does not declare`)
    const isOfPlace = (arn: string): boolean => {
      const parts = arn.split(':')
      return (
        parts.length > 5 &&
        parts[0] === 'arn' &&
        parts[1] === partition &&
        parts[3] === region &&
        parts[4] === account
      )
    }
    if (resources.length === 0 || !resources.every((arn) => isOfPlace(arn) && !/[*?$]/.test(arn)))
      throw failed(c, 'asks for a resource that is not exactly one of the account and Region of the secret')
  }
}

const failed = (c: StepContext, what: string): QuarterturnError =>
  new QuarterturnError('PROVIDER_FAILED', { problem: `the provider ${c.provider?.name} ${what}` })
