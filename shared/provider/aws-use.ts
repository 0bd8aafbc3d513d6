/**
 * How a provider calls AWS, where the target is a service of AWS. The engine gives it the role that works in the secret's
 * account: the function's own, or in another account a session of the role there that may do what was asked for and no more.
 */

/** The AWS of the account and Region that the secret lives in. */
export interface AwsAccess {
  /** The secret that is rotated. Its partition, Region and account are those of everything that may be called. */
  readonly secretArn: string
  readonly region: string
  /**
   * What signs requests. `statements` is all that they need, with actions from `Provider.awsActions` on ARNs of the secret's
   * partition, Region and account, without a wildcard; else it rejects with `PROVIDER_FAILED`. Ask for each invocation anew, as
   * narrowly as the operation allows: the function's own role is as wide as its policy, but in another account this is the limit.
   */
  credentials(statements: readonly AwsStatement[]): Promise<AwsCredentials>
}

/** What is allowed, as in a policy of IAM. */
export interface AwsStatement {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** By operator and key, such as `{ StringEquals: { 'aws:ResourceTag/owner': 'us' } }`. Default: none. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** Secret. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Left out: they are of a user, as on a developer's machine. */
  readonly sessionToken?: string
}
