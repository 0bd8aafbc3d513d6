import type { Deletion, StoredSecret } from './secret.ts'
import type { Service } from './service.ts'

const DAY_MS = 86_400_000
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
export const DEFAULT_WINDOW_DAYS = 30

/** Marks the secret. It vanishes some time after the window, of which no bound is published; without one, at once or soon. */
export function markForDeletion(service: Service, secret: StoredSecret, windowDays: number): Deletion {
  const now = service.clock.now()
  const restorableUntilMs = now + windowDays * DAY_MS
  const deletion = {
    shownAtMs: service.draw.deletedDateIsRequest() ? now : restorableUntilMs,
    restorableUntilMs,
    goneAtMs: restorableUntilMs + service.draw.deletionLagMs(),
  }
  const isNew = secret.deletion === undefined
  secret.deletion = deletion
  service.expiring.add(secret)
  if (isNew) emitOfVersions(service, secret, 'StartSecretVersionDelete')
  return deletion
}

export function unmark(service: Service, secret: StoredSecret): void {
  if (secret.deletion === undefined) return
  secret.deletion = undefined
  service.expiring.delete(secret)
  emitOfVersions(service, secret, 'CancelSecretVersionDelete')
}

/** Lets the secrets go whose time is over. */
export function expireSecrets(service: Service): void {
  const now = service.clock.now()
  for (const secret of service.expiring)
    if (secret.deletion !== undefined && now >= secret.deletion.goneAtMs) {
      emitOfVersions(service, secret, 'EndSecretVersionDelete')
      service.remove(secret)
    }
}

/** One for each version. https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html */
function emitOfVersions(
  service: Service,
  secret: StoredSecret,
  name: 'StartSecretVersionDelete' | 'CancelSecretVersionDelete' | 'EndSecretVersionDelete',
): void {
  for (const versionId of secret.versions.keys())
    service.emitAbout({ secretArn: secret.arn, versionId }, name)
}
