import * as z from 'zod'
import { SecretId, Token } from './fields.ts'

export const RotationRulesInput = z.object({
  AutomaticallyAfterDays: z.int().min(1).max(1000).optional(),
  Duration: z
    .string()
    .min(2)
    .max(3)
    .regex(/^[0-9]+h$/)
    .optional(),
  ScheduleExpression: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[0-9A-Za-z()#?*\-/, ]+$/)
    .optional(),
})

export const RotateSecretInput = z.object({
  SecretId,
  ClientRequestToken: Token,
  RotationLambdaARN: z.string().max(2048).optional(),
  RotationRules: RotationRulesInput.optional(),
  RotateImmediately: z.boolean().optional(),
})

export const CancelRotateSecretInput = z.object({ SecretId })
