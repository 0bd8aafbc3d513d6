import * as z from 'zod'
import { NAME_RULE } from './parse.ts'

/** Bytes of a value. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const VALUE_LIMIT = 65_536

export const SecretId = z.string().min(1).max(2048)
export const SecretName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9/_+=.@!-]+$/, NAME_RULE)
export const Token = z.string().min(32).max(64).optional()
export const VersionId = z.string().min(32).max(64)
export const Stage = z.string().min(1).max(256)
export const SecretString = z
  .string()
  .min(1)
  .refine((text) => text.length * 3 <= VALUE_LIMIT || Buffer.byteLength(text) <= VALUE_LIMIT, {
    error: `Member must have length less than or equal to ${VALUE_LIMIT}`,
  })
  .optional()
export const SecretBinary = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.length >= 1 && bytes.length <= VALUE_LIMIT, {
    error: `Member must have length between 1 and ${VALUE_LIMIT}`,
  })
  .optional()
export const Description = z.string().max(2048).optional()
export const KmsKeyId = z.string().max(2048).optional()
export const Tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
export const NextToken = z.string().min(1).max(4096).optional()
