import type { z } from 'zod'
import { invalidParameter, LocalAwsError } from '../errors.ts'
import type { BatchGetSecretValueInput } from '../inputs/index.ts'
import type { Service, ServiceCaller } from '../secrets/service.ts'
import { type GetSecretValueOutput, getSecretValue } from './get-secret-value.ts'
import { secretsPage } from './list-secrets.ts'

const LARGEST_PAGE = 20

export interface BatchGetSecretValueOutput {
  readonly SecretValues: readonly GetSecretValueOutput[]
  readonly NextToken?: string
  /** The secrets whose value could not be read; the others are answered all the same. */
  readonly Errors: readonly {
    readonly SecretId: string
    readonly ErrorCode: string
    readonly Message: string
  }[]
}

/**
 * The current values of up to 20 secrets, by id or by filter.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
export function batchGetSecretValue(
  service: Service,
  input: z.output<typeof BatchGetSecretValueInput>,
  caller?: ServiceCaller,
): BatchGetSecretValueOutput {
  const { SecretIdList, Filters, MaxResults, NextToken } = input
  if ((SecretIdList === undefined) === (Filters === undefined))
    throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
  if (Filters === undefined && MaxResults !== undefined)
    throw invalidParameter(
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    )
  if (SecretIdList !== undefined) return valuesOf(service, SecretIdList, caller)
  const { items, nextToken } = secretsPage(service, {
    filters: Filters ?? [],
    includesDeleted: false,
    sortBy: 'created-date',
    order: undefined,
    limit: MaxResults ?? LARGEST_PAGE,
    token: NextToken,
    request: ['BatchGetSecretValue', Filters],
  })
  const answer = valuesOf(
    service,
    items.map(({ arn }) => arn),
    caller,
  )
  return { ...answer, ...(nextToken === undefined ? {} : { NextToken: nextToken }) }
}

function valuesOf(
  service: Service,
  ids: readonly string[],
  caller: ServiceCaller | undefined,
): BatchGetSecretValueOutput {
  const SecretValues: GetSecretValueOutput[] = []
  const Errors: BatchGetSecretValueOutput['Errors'][number][] = []
  for (const SecretId of ids)
    try {
      // Each value needs the right to read it, too.
      caller?.authorize(service, 'GetSecretValue', { SecretId })
      SecretValues.push(getSecretValue(service, { SecretId }))
    } catch (error) {
      if (!(error instanceof LocalAwsError)) throw error
      Errors.push({ SecretId, ErrorCode: error.name, Message: error.message })
    }
  return { SecretValues, Errors }
}
