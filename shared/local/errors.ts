/**
 * An error as Secrets Manager answers it. `name` is AWS's error name, the message AWS's own where it is known.
 * `$fault` and `$metadata` are there as on an error of the SDK, so that code which reads those needs no second way.
 */
export class LocalAwsError extends Error {
  override readonly name: string
  readonly statusCode: number
  readonly $fault: 'client' | 'server'
  readonly $metadata: { readonly httpStatusCode: number }

  constructor(name: string, message: string, statusCode = 400) {
    super(message)
    this.name = name
    this.statusCode = statusCode
    this.$fault = statusCode >= 500 ? 'server' : 'client'
    this.$metadata = { httpStatusCode: statusCode }
  }
}

/** The connection ends without an answer: nobody knows whether the call was carried out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  /** As on an error of `node:net`, which is how the SDK sees it. */
  readonly code = 'ECONNRESET'
}

export const invalidParameter = (message: string) => new LocalAwsError('InvalidParameterException', message)

export const invalidRequest = (message: string) => new LocalAwsError('InvalidRequestException', message)

export const limitExceeded = (message: string) => new LocalAwsError('LimitExceededException', message)

export const notFound = (message: string) => new LocalAwsError('ResourceNotFoundException', message)

export const resourceExists = (message: string) => new LocalAwsError('ResourceExistsException', message)

export const secretNotFound = () => notFound("Secrets Manager can't find the specified secret.")

export const valueNotFound = (by: 'staging label' | 'VersionId', value: string) =>
  notFound(`Secrets Manager can't find the specified secret value for ${by}: ${value}`)

export const markedForDeletion = () =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")

/** As users quote it: https://github.com/gruntwork-io/cloud-nuke/issues/435. */
export const notOnReplica = () =>
  invalidParameter(
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  )

export const invalidNextToken = () =>
  new LocalAwsError('InvalidNextTokenException', 'The NextToken value is invalid.')

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html, InvalidRequestException. */
export const ownedByService = () =>
  invalidRequest('The secret is managed by another service, and you must use that service to update it.')

const TOKEN_MISSING = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.'

/** Only RotateSecret answers with `InvalidParameterException` here; the rest with `InvalidRequestException`. */
export const tokenMissing = (operation: string) =>
  operation === 'RotateSecret' ? invalidParameter(TOKEN_MISSING) : invalidRequest(TOKEN_MISSING)
