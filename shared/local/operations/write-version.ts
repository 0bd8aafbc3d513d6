import { invalidParameter, limitExceeded, resourceExists } from '../errors.ts'
import { detachLabel, isSameValue, type SecretValue, type StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const VERSIONS_PER_SECRET = 100
export const LABELS_PER_SECRET = 20
/** An unlabelled version is never purged earlier. */
const PURGE_AFTER_MS = 86_400_000

export interface WrittenSecret {
  readonly ARN: string
  readonly Name: string
  readonly VersionId?: string
}

export const written = ({ arn, name }: StoredSecret, versionId?: string): WrittenSecret => ({
  ARN: arn,
  Name: name,
  ...(versionId === undefined ? {} : { VersionId: versionId }),
})

/** The value in a request, or `undefined`. Throws `InvalidParameterException` when there are two. */
export function valueIn(
  input: SecretValue | { SecretString?: unknown; SecretBinary?: unknown },
): SecretValue | undefined {
  const { SecretString, SecretBinary } = input
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  if (typeof SecretString === 'string') return { SecretString }
  return SecretBinary instanceof Uint8Array ? { SecretBinary: Uint8Array.from(SecretBinary) } : undefined
}

export interface VersionToWrite {
  readonly token: string
  readonly value: SecretValue
  readonly stages: readonly string[]
  readonly isFromStranger?: boolean
}

/**
 * Stores a value under a version id, once, and pulls the labels to it. The same id with the same value again changes
 * nothing, not even labels; with another value it throws `ResourceExistsException`. A version that is not the one of
 * the running rotation abandons that rotation.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function writeVersion(
  service: Service,
  secret: StoredSecret,
  { token, value, stages, isFromStranger = false }: VersionToWrite,
): void {
  const existing = secret.versions.get(token)
  if (existing?.value !== undefined) {
    if (isSameValue(existing.value, value)) return
    throw resourceExists(
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
    )
  }
  const added = stages.filter((stage) => !secret.labels.has(stage)).length
  checkLabelQuota(secret, added)
  if (existing === undefined) makeRoomForVersion(service, secret)
  service.aboutToChange(secret)
  const createdAtMs = service.clock.now()
  secret.versions.set(token, {
    id: token,
    createdAtMs: existing?.createdAtMs ?? createdAtMs,
    value,
    isFromRotation: existing?.isFromRotation ?? false,
    accessedAtMs: undefined,
    ...(isFromStranger ? { isFromStranger } : {}),
  })
  const { rotation } = secret
  const current = secret.labels.get('AWSCURRENT')
  for (const stage of stages) if (stage !== 'AWSCURRENT') service.attachLabel(secret, stage, token)
  // Last, since AWSPREVIOUS moves with it by itself, even where the request names AWSPREVIOUS too.
  if (stages.includes('AWSCURRENT')) service.attachLabel(secret, 'AWSCURRENT', token)
  if (rotation !== undefined && rotation.versionId !== token)
    service.endRotation(rotation, rotation.versionId === current ? 'Succeeded' : 'Abandoned')
  if (!stages.includes('AWSCURRENT')) return
  secret.scheduledFromMs = createdAtMs
  service.currentMoved(secret, token)
  // Seen on AWS: a version that loses AWSCURRENT to a write loses AWSPENDING with it.
  if (current !== undefined && current !== token) detachLabel(secret, 'AWSPENDING', current)
}

/** Throws `LimitExceededException` when so many new labels are too many. */
export function checkLabelQuota(secret: StoredSecret, added: number): void {
  // AWSPREVIOUS comes by itself with the second AWSCURRENT and is never refused.
  if (added > 0 && secret.labels.size + added > LABELS_PER_SECRET)
    throw limitExceeded(`A secret can have at most ${LABELS_PER_SECRET} staging labels.`)
}

/**
 * Purges unlabelled versions older than a day, oldest first, where the quota is reached. Throws
 * `LimitExceededException` when that makes no room.
 */
export function makeRoomForVersion(service: Service, secret: StoredSecret): void {
  if (secret.versions.size < VERSIONS_PER_SECRET) return
  const before = service.clock.now() - PURGE_AFTER_MS
  const labelled = new Set(secret.labels.values())
  for (const { id, createdAtMs } of [...secret.versions.values()]) {
    if (secret.versions.size < VERSIONS_PER_SECRET) return
    if (labelled.has(id) || createdAtMs > before) continue
    secret.versions.delete(id)
    service.emitAbout({ secretArn: secret.arn, versionId: id }, 'SecretVersionDeletion')
  }
  if (secret.versions.size >= VERSIONS_PER_SECRET)
    throw limitExceeded(`A secret can have at most ${VERSIONS_PER_SECRET} versions.`)
}
