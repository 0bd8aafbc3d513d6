import type { LocalAws } from '../accounts/local-aws.ts'
import { LocalAwsError } from '../errors.ts'
import type { LocalSecretsManager } from '../model/model.ts'
import { isOperationName } from '../operations/index.ts'
import { authenticate, type Caller } from './authenticate.ts'
import type { DoorRequest } from './door.ts'
import { accountInArn, serviceCallerOf } from './secrets-manager-permissions.ts'
import { decode, decodeText } from './wire.ts'

const TARGET_PREFIX = 'secretsmanager.'

/**
 * Carries out a request in AWS JSON 1.1, in the account and Region that it is signed for. `done` is called after the
 * operation, whether or not it went well.
 */
export function performSecretsManager(
  aws: LocalAws,
  request: DoorRequest,
  done: (operation: string) => void = () => {},
): unknown {
  const target = request.headers['x-amz-target']
  const operation =
    typeof target === 'string' && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : ''
  if (request.method !== 'POST' || !isOperationName(operation))
    throw new LocalAwsError('UnknownOperationException', 'The operation is not known here.')
  const caller = authenticate(aws, request, 'secretsmanager')
  const input = decode(decodeText(request.body))
  const model = modelFor(aws, caller, input)
  try {
    return model.handle(operation, input, serviceCallerOf(aws, caller.identity))
  } finally {
    done(operation)
  }
}

/** The caller's own, or that of the account that a full ARN names, where permissions then decide. */
function modelFor(
  aws: LocalAws,
  { identity, region }: Caller,
  { SecretId }: Record<string, unknown>,
): LocalSecretsManager {
  const owner = aws.findAccount(accountInArn(SecretId) ?? identity.accountId)
  return (owner ?? aws.account(identity.accountId)).secretsManager(region)
}
