import { describe, expect, test } from 'vitest'
import { QuarterturnError } from '../errors/index.ts'
import { fromAwsError } from './errors.ts'

const secretId = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf'

/** An error as the SDK throws it. */
function awsError(name: string, message = '', more: object = {}): Error {
  const error = new Error(message)
  error.name = name
  return Object.assign(
    error,
    { $fault: 'client', $metadata: { httpStatusCode: 400, requestId: 'r-1', attempts: 3 } },
    more,
  )
}

const cases: [why: string, error: unknown, action: string, code: string, says: string][] = [
  [
    'a missing permission, named by AWS',
    awsError(
      'AccessDeniedException',
      `User: arn:aws:sts::111122223333:assumed-role/r/f is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secretId} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
    ),
    'GetSecretValue',
    'AWS_ACCESS_DENIED',
    `secretsmanager:GetSecretValue on ${secretId} is denied; allow secretsmanager:GetSecretValue on this secret`,
  ],
  [
    'a missing permission, not named',
    awsError('AccessDeniedException'),
    'PutSecretValue',
    'AWS_ACCESS_DENIED',
    'secretsmanager:PutSecretValue on',
  ],
  [
    'an explicit deny',
    awsError(
      'AccessDeniedException',
      'not authorized to perform: secretsmanager:DescribeSecret with an explicit deny in a service control policy',
    ),
    'DescribeSecret',
    'AWS_ACCESS_DENIED',
    '(explicit deny)',
  ],
  [
    'a KMS key that refuses a read',
    awsError('AccessDeniedException', 'Access to KMS is not allowed'),
    'GetSecretValue',
    'AWS_ACCESS_DENIED',
    'allow kms:Decrypt to the role of the function',
  ],
  [
    'a KMS key that refuses a write',
    awsError('AccessDeniedException', 'Access to KMS is not allowed'),
    'PutSecretValue',
    'AWS_ACCESS_DENIED',
    'allow kms:GenerateDataKey and kms:Decrypt',
  ],
  [
    'no credentials',
    awsError('CredentialsProviderError', 'Could not load credentials'),
    'DescribeSecret',
    'AWS_ACCESS_DENIED',
    'give the function a role',
  ],
  [
    'an expired session',
    awsError('ExpiredTokenException', 'expired'),
    'DescribeSecret',
    'AWS_ACCESS_DENIED',
    'ExpiredTokenException',
  ],
  [
    'a missing secret',
    awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret."),
    'GetSecretValue',
    'SECRET_NOT_FOUND',
    `finds no secret ${secretId}`,
  ],
  [
    'a missing label of a secret that is there',
    awsError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    ),
    'GetSecretValue',
    'AWS_REFUSED',
    'staging label: AWSPENDING',
  ],
  [
    'a secret marked for deletion',
    awsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    ),
    'GetSecretValue',
    'SECRET_DELETED',
    `restore-secret --secret-id`,
  ],
  [
    'another refusal',
    awsError('InvalidRequestException', 'no'),
    'PutSecretValue',
    'AWS_REFUSED',
    'PutSecretValue failed with InvalidRequestException: no',
  ],
  [
    'throttling',
    awsError('ThrottlingException', 'Rate exceeded'),
    'PutSecretValue',
    'AWS_UNAVAILABLE',
    'Rate exceeded',
  ],
  [
    'a quota',
    awsError('LimitExceededException', 'too many labels'),
    'UpdateSecretVersionStage',
    'AWS_REFUSED',
    'too many labels',
  ],
  [
    'an outage',
    awsError('InternalServiceError', 'oops', { $fault: 'server', $metadata: { httpStatusCode: 500 } }),
    'DescribeSecret',
    'AWS_UNAVAILABLE',
    'oops',
  ],
  [
    'a key that cannot decrypt',
    awsError('DecryptionFailure', 'disabled'),
    'GetSecretValue',
    'AWS_REFUSED',
    'KMS key of the secret is enabled',
  ],
  [
    'a timeout',
    awsError('TimeoutError', 'Connection timed out', { $fault: undefined }),
    'GetSecretValue',
    'AWS_UNAVAILABLE',
    'TimeoutError',
  ],
  [
    'a broken connection',
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    'GetSecretValue',
    'AWS_UNAVAILABLE',
    'socket hang up',
  ],
  [
    'the deadline',
    awsError('AbortError', 'Request aborted', { $fault: undefined }),
    'GetSecretValue',
    'DEADLINE',
    'cut off by the deadline',
  ],
  ['something that is no error', undefined, 'GetSecretValue', 'AWS_REFUSED', 'an unnamed error'],
]

describe('an error of AWS is told apart:', () => {
  for (const [why, error, action, code, says] of cases) {
    test(why, () => {
      const mapped = fromAwsError(error, { action, secretId })
      expect(mapped.code).toBe(code)
      expect(mapped.message).toContain(says)
      expect(mapped.fields).toMatchObject({ awsAction: action })
    })
  }

  test('one of ours is left as it is', () => {
    const ours = new QuarterturnError('DEADLINE', { problem: 'late' })
    expect(fromAwsError(ours, { action: 'GetSecretValue', secretId })).toBe(ours)
  })

  test('a refusal that repeats its input is not repeated', () => {
    const error = awsError(
      'ValidationException',
      "2 validation errors detected: Value 'tok'en' at 'rotationToken' failed; Value 'two' at 'secretString' failed",
    )
    const { message } = fromAwsError(error, { action: 'PutSecretValue', secretId })
    expect(message).toContain("the value at 'rotationToken' failed; the value at 'secretString' failed")
    expect(message).not.toMatch(/tok'en|two/)
  })
})
