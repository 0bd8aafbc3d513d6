/**
 * The slice of Secrets Manager that the engine uses. The list of calls is also the list of permissions:
 * DescribeSecret, GetSecretValue, PutSecretValue, UpdateSecretVersionStage.
 *
 * Shapes and error names follow the API reference of AWS Secrets Manager (2017-10-17). A method rejects with an
 * error whose `name` is AWS's error name.
 */
export interface SecretsManagerPort {
  describeSecret(input: { readonly SecretId: string }): Promise<SecretDescription>
  getSecretValue(input: {
    readonly SecretId: string
    readonly VersionId?: string
    readonly VersionStage?: string
  }): Promise<SecretVersion>
  putSecretValue(input: {
    readonly SecretId: string
    readonly ClientRequestToken: string
    readonly SecretString: string
    readonly VersionStages: readonly string[]
    readonly RotationToken?: string
  }): Promise<unknown>
  /** Adds, removes or moves a label; with `RemoveFromVersionId` it is a compare-and-swap. */
  updateSecretVersionStage(input: {
    readonly SecretId: string
    readonly VersionStage: string
    readonly MoveToVersionId?: string
    readonly RemoveFromVersionId?: string
  }): Promise<unknown>
}

export interface SecretDescription {
  readonly ARN?: string | undefined
  readonly Name?: string | undefined
  readonly RotationEnabled?: boolean | undefined
  readonly RotationLambdaARN?: string | undefined
  readonly OwningService?: string | undefined
  readonly Type?: string | undefined
  readonly DeletedDate?: Date | undefined
  /** When anything of the secret was last changed, its labels included. */
  readonly LastChangedDate?: Date | undefined
  /** When a rotation last succeeded. */
  readonly LastRotatedDate?: Date | undefined
  readonly NextRotationDate?: Date | undefined
  readonly RotationRules?:
    | {
        readonly AutomaticallyAfterDays?: number | undefined
        readonly ScheduleExpression?: string | undefined
      }
    | undefined
  /** Of a managed external secret. */
  readonly ExternalSecretRotationMetadata?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined
  /** Version id to its labels; includes a pending version that has no value yet. */
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>> | undefined
}

export interface SecretVersion {
  readonly VersionId?: string | undefined
  readonly VersionStages?: readonly string[] | undefined
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
  readonly CreatedDate?: Date | undefined
}
