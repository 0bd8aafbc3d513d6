import { type ErrorCode, isQuarterturnError, QuarterturnError } from '../errors/index.ts'

export interface AwsCall {
  /** The operation, such as `GetSecretValue`. */
  readonly action: string
  /** The ARN of the secret. */
  readonly secretId: string
  /** Whose permissions decide, in words. Default: the role of the function. */
  readonly role?: string
}

/**
 * What an error of the AWS SDK means for the operator. A {@link QuarterturnError} is handed back as it is. The
 * message is AWS's, without the input values that a `ValidationException` repeats; the engine cleans it besides.
 *
 * Callers that act on `ResourceNotFoundException`, `ResourceExistsException`, `InvalidRequestException` or
 * `InvalidParameterException` look at the name before they ask here: what is left is treated as final.
 *
 * Names: API reference of AWS Secrets Manager, "Common Error Types" and the errors of each operation.
 */
export function fromAwsError(error: unknown, call: AwsCall): QuarterturnError {
  if (isQuarterturnError(error)) return error
  const seen = look(error)
  const { code, problem, remedy } = judge(seen, call)
  return new QuarterturnError(code, {
    problem,
    ...(remedy === undefined ? {} : { remedy }),
    fields: { awsAction: call.action, awsError: seen.name, ...seen.trace },
    cause: error,
  })
}

/** What is read of an error, whatever its type. */
interface Seen {
  readonly name: string
  readonly message: string
  readonly fault: string | undefined
  readonly status: number | undefined
  /** A code of Node or OpenSSL, where the call never reached AWS. */
  readonly code: string | undefined
  readonly trace: Readonly<Record<string, string | number>>
}

interface Judgement {
  readonly code: ErrorCode
  readonly problem: string
  readonly remedy?: string
}

const THROTTLED =
  /^(Throttling|Throttled|RequestLimitExceeded|RequestThrottled|TooManyRequests|SlowDown|PriorRequestNotComplete)/
const DENIED = /^(AccessDenied|UnauthorizedOperation|NotAuthorized|KMSAccessDenied)/
const CREDENTIALS =
  /^(CredentialsProviderError|ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|AuthFailure|OptInRequired)/
/** Node's codes for a name that does not resolve, a refused or broken connection, and a timeout. */
const NETWORK = /^(E[A-Z]+|UND_ERR_\w+|EAI_AGAIN)$/

function judge(seen: Seen, call: AwsCall): Judgement {
  const { action, secretId } = call
  const { name, message } = seen
  const said = `${action} failed with ${name}${message === '' ? '' : `: ${message}`}`
  if (name === 'AbortError') return { code: 'DEADLINE', problem: `${action} was cut off by the deadline` }
  if (DENIED.test(name)) return denied(seen, call)
  if (CREDENTIALS.test(name)) {
    return { code: 'AWS_ACCESS_DENIED', problem: said, remedy: 'give the function a role that AWS accepts' }
  }
  if (name === 'ResourceNotFoundException' && isWholeSecret(message, action)) {
    return { code: 'SECRET_NOT_FOUND', problem: `${action} finds no secret ${secretId}` }
  }
  if (name === 'InvalidRequestException' && /delet/i.test(message)) {
    return {
      code: 'SECRET_DELETED',
      problem: `the secret is scheduled for deletion, so ${action} is refused`,
    }
  }
  if (name === 'DecryptionFailure' || name === 'EncryptionFailure') {
    return {
      code: 'AWS_REFUSED',
      problem: said,
      remedy: 'check that the KMS key of the secret is enabled and that the function may use it',
    }
  }
  return { code: isOutage(seen) ? 'AWS_UNAVAILABLE' : 'AWS_REFUSED', problem: said }
}

function denied(
  { message }: Seen,
  { action, secretId, role = 'the role of the function' }: AwsCall,
): Judgement {
  if (/KMS/.test(message)) {
    const actions = action === 'PutSecretValue' ? 'kms:GenerateDataKey and kms:Decrypt' : 'kms:Decrypt'
    return {
      code: 'AWS_ACCESS_DENIED',
      problem: `${action} on ${secretId} is denied by its KMS key`,
      remedy: `allow ${actions} to ${role}, in its policy and in the policy of the key`,
    }
  }
  const named =
    /perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,60})/.exec(message)?.[1] ??
    (action.includes(':') ? action : `secretsmanager:${action}`)
  const boundary = /explicit deny|boundary|control policy|endpoint policy/i.exec(message)?.[0]
  return {
    code: 'AWS_ACCESS_DENIED',
    problem: `${named} on ${secretId} is denied${boundary === undefined ? '' : ` (${boundary.toLowerCase()})`}`,
    remedy: `allow ${named} on this secret to ${role}`,
  }
}

/** A version or label that is not there is the same AWS error as a secret that is not there; only the text tells. */
function isWholeSecret(message: string, action: string): boolean {
  return action === 'DescribeSecret' || !/secret value|VersionId|staging label/i.test(message)
}

/**
 * Whether the same call may succeed later. `LimitExceededException` of Secrets Manager is a quota (labels,
 * versions), not a rate, although the SDK retries it as one.
 */
function isOutage({ name, fault, status, code }: Seen): boolean {
  if (name === 'LimitExceededException') return false
  if (THROTTLED.test(name) || status === 429 || (status !== undefined && status >= 500)) return true
  if (fault !== undefined) return fault === 'server'
  return name === 'TimeoutError' || (code !== undefined && NETWORK.test(code))
}

function look(error: unknown): Seen {
  const of = (key: string, from: unknown = error): unknown =>
    typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined
  const metadata = of('$metadata')
  const status = of('httpStatusCode', metadata)
  const requestId = text(of('requestId', metadata))
  const attempts = of('attempts', metadata)
  const code = text(of('code'))
  return {
    name: text(of('name')) ?? 'an unnamed error',
    message: withoutInput(text(of('message')) ?? code ?? ''),
    fault: text(of('$fault')),
    status: typeof status === 'number' ? status : undefined,
    code,
    trace: {
      ...(requestId === undefined ? {} : { awsRequestId: requestId }),
      ...(typeof attempts === 'number' ? { awsAttempts: attempts } : {}),
    },
  }
}

/** `1 validation error detected: Value 'the input' at 'rotationToken' failed to satisfy constraint: …` */
const withoutInput = (message: string): string =>
  message.replaceAll(/Value '.*?' at '/gs, "the value at '").replace(/\.$/, '')
