import type { z } from 'zod'
import { invalidRequest, valueNotFound } from '../errors.ts'
import type { GetSecretValueInput } from '../inputs/index.ts'
import { labelsOn, type SecretValue, type StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

const DAY_MS = 86_400_000

export interface GetSecretValueOutput {
  readonly ARN: string
  readonly Name: string
  readonly VersionId: string
  readonly SecretString?: string
  readonly SecretBinary?: Uint8Array
  readonly VersionStages: readonly string[]
  readonly CreatedDate: Date
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export function getSecretValue(
  service: Service,
  input: z.output<typeof GetSecretValueInput>,
): GetSecretValueOutput {
  const secret = service.findLive(input.SecretId)
  const seen = service.asSeen(secret)
  const id = versionAskedFor(seen, input)
  const version = seen.versions.get(id)
  // RotateSecret allocates the id before there is a value, and to a reader the two are alike.
  if (version?.value === undefined) throw notStored(input)
  const today = Math.floor(service.clock.now() / DAY_MS) * DAY_MS
  version.accessedAtMs = today
  secret.accessedAtMs = today
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: id,
    ...copyOf(version.value),
    VersionStages: labelsOn(seen, id),
    CreatedDate: new Date(version.createdAtMs),
  }
}

/** Bytes that the caller may change without changing what is stored. */
const copyOf = (value: SecretValue): SecretValue =>
  value.SecretBinary === undefined ? value : { SecretBinary: Uint8Array.from(value.SecretBinary) }

type Asked = z.output<typeof GetSecretValueInput>

function versionAskedFor(secret: StoredSecret, asked: Asked): string {
  const { VersionId, VersionStage } = asked
  if (VersionId === undefined) {
    const id = secret.labels.get(VersionStage ?? 'AWSCURRENT')
    if (id === undefined) throw notStored(asked)
    return id
  }
  if (!secret.versions.has(VersionId)) throw notStored(asked)
  if (VersionStage !== undefined && secret.labels.get(VersionStage) !== VersionId)
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.')
  return VersionId
}

const notStored = ({ VersionId, VersionStage }: Asked) =>
  VersionId === undefined
    ? valueNotFound('staging label', VersionStage ?? 'AWSCURRENT')
    : valueNotFound('VersionId', VersionId)
