import * as z from 'zod'
import { NextToken, SecretBinary, SecretId, SecretString, Stage, Token, VersionId } from './fields.ts'

export const GetSecretValueInput = z.object({
  SecretId,
  VersionId: VersionId.optional(),
  VersionStage: Stage.optional(),
})

export const PutSecretValueInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  SecretString,
  SecretBinary,
  VersionStages: z.array(Stage).min(1).max(20).optional(),
  RotationToken: z
    .string()
    .min(36)
    .max(256)
    .regex(/^[a-zA-Z0-9-]+$/)
    .optional(),
})

export const UpdateSecretVersionStageInput = z.object({
  SecretId,
  VersionStage: Stage,
  MoveToVersionId: VersionId.optional(),
  RemoveFromVersionId: VersionId.optional(),
})

export const ListSecretVersionIdsInput = z.object({
  SecretId,
  IncludeDeprecated: z.boolean().optional(),
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken,
})
