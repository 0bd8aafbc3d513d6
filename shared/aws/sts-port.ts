/**
 * The slice of STS that a function needs to reach into another account. The list of calls is also the list of permissions:
 * sts:AssumeRole.
 *
 * Shapes and error names follow the API reference of AWS STS (2011-06-15).
 */
export interface StsPort {
  assumeRole(input: {
    readonly RoleArn: string
    readonly RoleSessionName: string
    readonly ExternalId: string
    readonly DurationSeconds: number
    /** JSON: what the session may do of what the role may do. */
    readonly Policy: string
  }): Promise<{
    readonly Credentials?:
      | {
          readonly AccessKeyId?: string | undefined
          readonly SecretAccessKey?: string | undefined
          readonly SessionToken?: string | undefined
          readonly Expiration?: Date | undefined
        }
      | undefined
  }>
}

/** What signs the requests of a session. Secret. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}
