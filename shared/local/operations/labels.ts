import type { z } from 'zod'
import { invalidParameter, valueNotFound } from '../errors.ts'
import type { UpdateSecretVersionStageInput } from '../inputs/index.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'
import { checkLabelQuota, type WrittenSecret, written } from './write-version.ts'

/**
 * Adds (`MoveToVersionId`), removes (`RemoveFromVersionId`) or moves (both) a label. A label that is on another
 * version than `RemoveFromVersionId` says stays there: `InvalidParameterException`.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export function updateSecretVersionStage(
  service: Service,
  input: z.output<typeof UpdateSecretVersionStageInput>,
): WrittenSecret {
  const { VersionStage: label, MoveToVersionId: to, RemoveFromVersionId: from } = input
  const secret = service.findOwn(input.SecretId)
  if (to === undefined && from === undefined)
    throw invalidParameter('You must provide MoveToVersionId, RemoveFromVersionId, or both.')
  for (const id of [to, from]) if (id !== undefined) requireVersion(secret, id)
  requireHolder(secret, label, { to, from })
  if (to === undefined) {
    if (label === 'AWSCURRENT')
      throw invalidParameter(
        "You can't remove the staging label AWSCURRENT without moving it to another version.",
      )
    service.aboutToChange(secret)
    secret.labels.delete(label)
    return written(secret)
  }
  if (secret.labels.get(label) === to) return written(secret)
  checkLabelQuota(secret, secret.labels.has(label) ? 0 : 1)
  service.aboutToChange(secret)
  service.attachLabel(secret, label, to)
  if (label === 'AWSCURRENT') service.currentMoved(secret, to)
  return written(secret)
}

function requireVersion(secret: StoredSecret, id: string): void {
  if (!secret.versions.has(id)) throw valueNotFound('VersionId', id)
}

function requireHolder(
  secret: StoredSecret,
  label: string,
  { to, from }: { to: string | undefined; from: string | undefined },
): void {
  const holder = secret.labels.get(label)
  if (from === undefined) {
    if (holder === undefined || holder === to) return
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    )
  }
  if (holder !== from)
    throw invalidParameter(
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
    )
}
