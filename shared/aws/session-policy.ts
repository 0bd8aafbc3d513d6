import type { AwsStatement } from '../provider/aws-use.ts'

/**
 * What an assumed session may do of what its role may do: each session is for one secret, or for the admin secret of one, or
 * for a look at RDS, or for what a provider has to do at a target of AWS. A wildcard in an ARN would widen it, so an ARN with one is refused here too.
 */

/** A policy of IAM, as JSON. */
type SessionPolicy = string

/** The calls on the secret that is rotated. */
export const secretPolicy = (secretArn: string): SessionPolicy =>
  policy([
    {
      Effect: 'Allow',
      Action: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      Resource: exactly(secretArn),
    },
    encryption(secretArn, ['kms:Decrypt', 'kms:GenerateDataKey']),
  ])

/** The calls on its admin secret, which only reads. */
export const adminPolicy = (adminArn: string): SessionPolicy =>
  policy([
    {
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      Resource: exactly(adminArn),
    },
    encryption(adminArn, ['kms:Decrypt']),
  ])

/** Which endpoints are of one server, and whose they are. */
export const rdsPolicy = (): SessionPolicy =>
  policy([{ Effect: 'Allow', Action: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'], Resource: '*' }])

/** What a provider asked for, at the target of the secret. */
export const targetPolicy = (statements: readonly AwsStatement[]): SessionPolicy =>
  policy(
    statements.map(({ actions, resources, conditions }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources.map(exactly),
      ...(conditions && { Condition: conditions }),
    })),
  )

/**
 * Secrets Manager uses the secret's key in the caller's name. Which key that is only the secret knows, so the statement is
 * bound to the secret by what Secrets Manager puts into the encryption context.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
function encryption(secretArn: string, actions: readonly string[]): object {
  const [, partition, , region] = secretArn.split(':')
  const service = `secretsmanager.${region}.amazonaws.com`
  return {
    Effect: 'Allow',
    Action: actions,
    Resource: `arn:${partition}:kms:${region}:*:key/*`,
    Condition: {
      StringEquals: {
        'kms:ViaService': partition === 'aws-cn' ? [service, `${service}.cn`] : service,
        'kms:EncryptionContext:SecretARN': secretArn,
      },
    },
  }
}

function exactly(arn: string): string {
  if (/[*?$]/.test(arn)) throw new Error('an ARN with a wildcard')
  return arn
}

const policy = (Statement: readonly object[]): SessionPolicy =>
  JSON.stringify({ Version: '2012-10-17', Statement })
