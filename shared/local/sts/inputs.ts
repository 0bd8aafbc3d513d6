import * as z from 'zod'

const Name = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\w+=,.@-]*$/)

/**
 * AssumeRole, with the limits of the API reference. What would change who may do what and is not modelled is refused
 * rather than passed over. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const AssumeRoleInput = z.object({
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: Name,
  DurationSeconds: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(900).max(43_200))
    .optional(),
  ExternalId: z
    .string()
    .min(2)
    .max(1224)
    .regex(/^[\w+=,.@:/-]*$/)
    .optional(),
  Policy: z.string().min(1).max(2048).optional(),
  PolicyArns: z
    .array(z.object({ arn: z.string().min(20).max(2048) }))
    .max(10)
    .optional(),
  Tags: z
    .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
    .max(50)
    .optional(),
  TransitiveTagKeys: notModelled(),
  SourceIdentity: notModelled(),
  SerialNumber: notModelled(),
  TokenCode: notModelled(),
  ProvidedContexts: notModelled(),
})

function notModelled() {
  return z.undefined('This member is not modelled locally').optional()
}
