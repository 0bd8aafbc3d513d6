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
  PolicyArns: list(z.object({ arn: z.string().min(20).max(2048) }), 10),
  Tags: list(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }), 50),
  TransitiveTagKeys: notModelled(),
  SourceIdentity: notModelled(),
  SerialNumber: notModelled(),
  TokenCode: notModelled(),
  ProvidedContexts: notModelled(),
})

/** An empty list arrives as an empty text. */
function list<S extends z.ZodType>(item: S, most: number) {
  return z.preprocess((given) => (given === '' ? undefined : given), z.array(item).max(most).optional())
}

function notModelled() {
  return z.undefined('This member is not modelled locally').optional()
}
