import type { z } from 'zod'
import type { Filters, ListSecretsInput, SortBy } from '../inputs/index.ts'
import { filterFrom } from '../secrets/filters.ts'
import { type Cursor, type Page, pageOf } from '../secrets/paging.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'
import { metadataOf, type SecretMetadata, stagesOf } from './describe.ts'

const LARGEST_PAGE = 100

export interface SecretListEntry extends SecretMetadata {
  readonly SecretVersionsToStages?: Readonly<Record<string, readonly string[]>>
}

export interface ListSecretsOutput {
  readonly SecretList: readonly SecretListEntry[]
  readonly NextToken?: string
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export function listSecrets(service: Service, input: z.output<typeof ListSecretsInput>): ListSecretsOutput {
  const { MaxResults, NextToken, ...request } = input
  const { items, nextToken } = secretsPage(service, {
    filters: request.Filters ?? [],
    includesDeleted: request.IncludePlannedDeletion === true,
    sortBy: request.SortBy ?? 'created-date',
    order: request.SortOrder,
    limit: MaxResults ?? LARGEST_PAGE,
    token: NextToken,
    request: ['ListSecrets', request],
  })
  return {
    SecretList: items.map((secret) => ({
      ...metadataOf(secret, service.region),
      ...(secret.labels.size === 0 ? {} : { SecretVersionsToStages: stagesOf(secret) }),
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  }
}

export interface SecretsAsked {
  readonly filters: Filters
  readonly includesDeleted: boolean
  readonly sortBy: SortBy
  /** `undefined` leaves it to the service. */
  readonly order: 'asc' | 'desc' | undefined
  readonly limit: number
  readonly token: string | undefined
  readonly request: unknown
}

/**
 * "This can occur even when the response includes no values at all, such as when you ask for a filtered view of a long
 * list": where pages are short, the limit counts the secrets that were looked at.
 */
export function secretsPage(service: Service, asked: SecretsAsked): Page<StoredSecret> {
  const matches = filterFrom(asked.filters, service.region)
  const isListed = ({ deletion }: StoredSecret) => deletion === undefined || asked.includesDeleted
  const all = [...service.secrets.values()].filter(isListed).map((secret) => service.asSeen(secret))
  const isShort = asked.filters.length > 0 && service.draw.pagesAreShort()
  const page = pageOf({
    items: isShort ? all : all.filter(matches),
    cursorOf: (secret) => ({ key: KEYS[asked.sortBy](secret), id: secret.arn }),
    isDescending: asked.order === undefined ? service.listIsDescending() : asked.order === 'desc',
    limit: asked.limit,
    token: asked.token,
    request: asked.request,
  })
  return { ...page, items: page.items.filter(matches) }
}

const KEYS: Readonly<Record<SortBy, (secret: StoredSecret) => Cursor['key']>> = {
  'created-date': ({ createdAtMs }) => createdAtMs,
  'last-accessed-date': ({ accessedAtMs = 0 }) => accessedAtMs,
  'last-changed-date': ({ changedAtMs }) => changedAtMs,
  name: ({ name }) => name,
}
