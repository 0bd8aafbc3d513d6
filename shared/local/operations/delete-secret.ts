import type { z } from 'zod'
import {
  invalidParameter,
  markedForDeletion,
  notOnReplica,
  ownedByService,
  secretNotFound,
} from '../errors.ts'
import type { DeleteSecretInput } from '../inputs/index.ts'
import { DEFAULT_WINDOW_DAYS, markForDeletion, unmark } from '../secrets/deletion.ts'
import type { Service } from '../secrets/service.ts'
import { type WrittenSecret, written } from './write-version.ts'

const SHORTEST_WINDOW_DAYS = 7
const LONGEST_WINDOW_DAYS = 30

export interface DeleteSecretOutput {
  readonly ARN: string
  readonly Name: string
  /** When the recovery window ends. */
  readonly DeletionDate: Date
}

/**
 * Schedules the deletion; forced, it cannot be taken back and a secret that is not there counts as deleted.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
export function deleteSecret(
  service: Service,
  input: z.output<typeof DeleteSecretInput>,
): DeleteSecretOutput {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: isForced = false } = input
  if (days !== undefined && (days < SHORTEST_WINDOW_DAYS || days > LONGEST_WINDOW_DAYS))
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
  if (isForced && days !== undefined)
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )
  const secret = service.lookUp(input.SecretId)
  if (secret === undefined) {
    if (isForced) return neverThere(service, input.SecretId)
    throw secretNotFound()
  }
  if (secret.primaryRegion !== undefined) throw notOnReplica()
  if (secret.owningService !== undefined) throw ownedByService()
  if (secret.replicas.size > 0)
    throw invalidParameter(
      `You can't delete secret ${secret.arn} that still has replica regions [${[...secret.replicas.keys()].join(', ')}].`,
    )
  if (secret.deletion !== undefined && !isForced) throw markedForDeletion()
  const { restorableUntilMs } = markForDeletion(service, secret, isForced ? 0 : (days ?? DEFAULT_WINDOW_DAYS))
  return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(restorableUntilMs) }
}

/** What AWS answers here beside not failing is not published. */
function neverThere(service: Service, secretId: string): DeleteSecretOutput {
  const { accountId, region, clock, random } = service
  const isArn = secretId.startsWith('arn:')
  const made = `arn:aws:secretsmanager:${region}:${accountId}:secret:${secretId}-${random.alphanumeric(6)}`
  return {
    ARN: isArn ? secretId : made,
    Name: isArn ? (secretId.split(':secret:')[1] ?? secretId) : secretId,
    DeletionDate: new Date(clock.now()),
  }
}

/**
 * Takes a deletion back while its window is open. Nothing happens to a secret that was not deleted.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
 */
export function restoreSecret(service: Service, { SecretId }: { SecretId: string }): WrittenSecret {
  const secret = service.find(SecretId)
  if (secret.primaryRegion !== undefined) throw notOnReplica()
  if (secret.deletion !== undefined && service.clock.now() >= secret.deletion.restorableUntilMs)
    throw markedForDeletion()
  unmark(service, secret)
  return written(secret)
}
