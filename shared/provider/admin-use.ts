import type { StoredSecret, Strategy } from './contract.ts'

/** What a secret says of its rotation beside its value: `ExternalSecretRotationMetadata`, by key. Empty where it says nothing. */
export type RotationMetadata = Readonly<Record<string, string>>

/**
 * How a secret leads to its admin secret. The engine reads that one only in the account and Region of the secret, only
 * when it consents by the tag `quarterturn:admin-for`, and refuses one that is of another server. All three are pure.
 */
export interface AdminUse<Secret> {
  /** The strategies whose changes, comparisons and retirements are made signed in as the admin. */
  readonly strategies: readonly Strategy[]
  /**
   * Those of `strategies` that the secret's own credential carries out where the value of AWSCURRENT names no admin secret.
   * Default: none, a secret that names none is refused.
   */
  readonly optional?: readonly Strategy[]
  /**
   * Those of `strategies` in which the admin sees what the target keeps of a credential. It is then read before anything is
   * probed, and a probe at the writer answers `rejected` without a sign-in where the target keeps another one, so that no
   * failed sign-in counts against an account that such sign-ins lock. Default: none.
   */
  readonly looks?: readonly Strategy[]
  /**
   * The ARN that the secret names, such as AWS's field `masterarn` or the `adminSecretArn` of a managed external secret's
   * metadata; undefined where it names none, and the tag `quarterturn:admin-secret` may.
   */
  arn(secret: Secret, metadata: RotationMetadata): string | undefined
  /**
   * The admin secret's value as one that the provider's own `schema` parses, so that `values.admin` is a secret like the
   * others. Host and port stay those of `admin`; what the admin secret does not say (database, TLS) comes from `secret`.
   * A secret of RDS, which holds `username` and `password` only, arrives completed with `engine`, `host` and `port`.
   */
  value(request: { readonly admin: StoredSecret; readonly secret: StoredSecret }): StoredSecret
}
