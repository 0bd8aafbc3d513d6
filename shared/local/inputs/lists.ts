import * as z from 'zod'
import { NextToken, SecretId } from './fields.ts'

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html */
export const Filters = z
  .array(
    z.object({
      Key: z
        .enum(['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'])
        .optional(),
      Values: z
        .array(
          z
            .string()
            .max(512)
            .regex(/^!?[a-zA-Z0-9 :_@/+=.!-]*$/),
        )
        .min(1)
        .max(10)
        .optional(),
    }),
  )
  .max(10)
export type Filters = z.output<typeof Filters>

export const SortBy = z.enum(['created-date', 'last-accessed-date', 'last-changed-date', 'name'])
export type SortBy = z.output<typeof SortBy>

export const ListSecretsInput = z.object({
  IncludePlannedDeletion: z.boolean().optional(),
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken,
  Filters: Filters.optional(),
  SortOrder: z.enum(['asc', 'desc']).optional(),
  SortBy: SortBy.optional(),
})

export const BatchGetSecretValueInput = z.object({
  SecretIdList: z.array(SecretId).min(1).max(20).optional(),
  Filters: Filters.optional(),
  MaxResults: z.int().min(1).max(20).optional(),
  NextToken,
})
