import { accountOf } from '../functions/registry.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service, ServiceCaller } from '../secrets/service.ts'

/**
 * Whether this write is for the rotation under way, and nothing shows that the rotation function made it. Who runs as
 * the function's own role in the account of the secret needs no token. A function that works through another role, or
 * lives in another account, must send the token of the event.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html (RotationToken)
 */
export function isStranger(
  service: Service,
  { rotation }: StoredSecret,
  put: {
    readonly versionId: string
    readonly rotationToken: string | undefined
    readonly caller: ServiceCaller | undefined
  },
): boolean {
  const { versionId, rotationToken, caller } = put
  // A call within this process stands for the function's.
  if (caller === undefined || rotation?.versionId !== versionId) return false
  if (rotationToken !== undefined && rotation.tokens?.includes(rotationToken) === true) return false
  if (accountOf(rotation.functionArn) !== service.accountId) return true
  return caller.roleArn !== service.functions.roleOf?.(rotation.functionArn)
}
