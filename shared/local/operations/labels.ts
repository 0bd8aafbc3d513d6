import type { z } from 'zod'
import { invalidParameter, LocalAwsError, valueNotFound } from '../errors.ts'
import type { ListSecretVersionIdsInput, UpdateSecretVersionStageInput } from '../inputs.ts'
import { labelsOn, type StoredSecret } from '../secret.ts'
import type { Service } from '../service.ts'
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

export interface ListSecretVersionIdsOutput {
  readonly ARN: string
  readonly Name: string
  readonly NextToken?: string
  readonly Versions: readonly {
    readonly VersionId: string
    readonly VersionStages: readonly string[]
    readonly CreatedDate: Date
    readonly LastAccessedDate?: Date
    readonly KmsKeyIds: readonly string[]
  }[]
}

/** Oldest first. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
export function listSecretVersionIds(
  service: Service,
  input: z.output<typeof ListSecretVersionIdsInput>,
): ListSecretVersionIdsOutput {
  const secret = service.asSeen(service.find(input.SecretId))
  const isListed =
    input.IncludeDeprecated === true ? () => true : (id: string) => labelsOn(secret, id).length > 0
  const all = [...secret.versions.values()].filter(({ id }) => isListed(id))
  const start = startOf(input.NextToken, all.length)
  const end = start + (input.MaxResults ?? 100)
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(end < all.length ? { NextToken: `from-${end}` } : {}),
    Versions: all.slice(start, end).map(({ id, createdAtMs, accessedAtMs }) => ({
      VersionId: id,
      VersionStages: labelsOn(secret, id),
      CreatedDate: new Date(createdAtMs),
      ...(accessedAtMs === undefined ? {} : { LastAccessedDate: new Date(accessedAtMs) }),
      KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
    })),
  }
}

function startOf(token: string | undefined, count: number): number {
  if (token === undefined) return 0
  const start = Number(/^from-(\d{1,5})$/.exec(token)?.[1])
  if (!(start <= count))
    throw new LocalAwsError('InvalidNextTokenException', 'The NextToken value is invalid.')
  return start
}
