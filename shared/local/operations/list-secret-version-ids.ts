import type { z } from 'zod'
import type { ListSecretVersionIdsInput } from '../inputs/index.ts'
import { pageOf } from '../secrets/paging.ts'
import { labelsOn } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

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
  const { items, nextToken } = pageOf({
    items: all,
    cursorOf: ({ createdAtMs, id }) => ({ key: createdAtMs, id }),
    limit: input.MaxResults ?? 100,
    token: input.NextToken,
    request: ['ListSecretVersionIds', secret.arn, input.IncludeDeprecated === true],
  })
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    Versions: items.map(({ id, createdAtMs, accessedAtMs }) => ({
      VersionId: id,
      VersionStages: labelsOn(secret, id),
      CreatedDate: new Date(createdAtMs),
      ...(accessedAtMs === undefined ? {} : { LastAccessedDate: new Date(accessedAtMs) }),
      KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
    })),
  }
}
