import * as z from 'zod'
import { host, port, sslFlag, text } from '../../shared/database/fields.ts'
import { checkPlaces, writerFields } from '../../shared/database/writer.ts'
import { MAX_NAME_BYTES } from './name.ts'

export interface SchemaOptions {
  /** Whether `ssl: false` is taken for a host that is this machine. Default: false, clear text is always refused. */
  readonly allowClearTextLoopback?: boolean
}

/**
 * A secret in AWS's format for PostgreSQL. Keys that are not named here are kept. Each issue names the field and
 * what to do, and repeats no value. Absent: `port` is 5432, `dbname` is `postgres`, `ssl` is true.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
export const createPostgresSecret = ({ allowClearTextLoopback = false }: SchemaOptions = {}) =>
  z
    .looseObject({
      engine: z.enum(['postgres', 'aurora-postgresql'], {
        error: ({ input }) =>
          input === undefined
            ? '`engine` is missing; set it to `postgres`'
            : '`engine` is not `postgres` or `aurora-postgresql`; correct it',
      }),
      host: host('host'),
      port: port('port', 5432).default(5432),
      username: name('username'),
      password: text('password').refine((value) => !value.includes('\0') && value.isWellFormed(), {
        error: '`password` has a character that PostgreSQL cannot take; store the password in force',
      }),
      dbname: name('dbname').default('postgres'),
      ssl: sslFlag(),
      masterarn: text('masterarn').optional(),
      ...writerFields(5432),
    })
    .superRefine(checkPlaces(allowClearTextLoopback))

export type PostgresSecretSchema = ReturnType<typeof createPostgresSecret>
export type PostgresSecret = z.output<PostgresSecretSchema>

/** A name as the server keeps it: quotes, spaces, case and any script are fine. */
const name = (field: string) =>
  text(field)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      error: `\`${field}\` has a control character; give the name as the server knows it`,
    })
    .refine((value) => Buffer.byteLength(value) <= MAX_NAME_BYTES, {
      error: `\`${field}\` is longer than ${MAX_NAME_BYTES} bytes; PostgreSQL would cut it, so give the name as the server kept it`,
    })
