import * as z from 'zod'
import { isHost, isLoopbackHost } from './host.ts'

/** PostgreSQL cuts longer names without a word, and would then sign in as somebody else. */
const MAX_NAME_BYTES = 63

const PORT_ISSUE = '`port` is not a number from 1 to 65535; correct it, or remove it for 5432'
const SSL_ISSUE = '`ssl` is neither true nor false; remove it, or set it to true'

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
      host: text('host').toLowerCase().refine(isHost, {
        error:
          '`host` is not one host name or IP address; give the writer endpoint without scheme, port or path',
      }),
      port: z
        .union(
          [
            z.number(),
            z
              .string()
              .regex(/^\d{1,5}$/)
              .transform(Number),
          ],
          { error: PORT_ISSUE },
        )
        .refine((port) => Number.isInteger(port) && port >= 1 && port <= 65_535, { error: PORT_ISSUE })
        .default(5432),
      username: name('username'),
      password: text('password').refine((value) => !value.includes('\0') && value.isWellFormed(), {
        error: '`password` has a character that PostgreSQL cannot take; store the password in force',
      }),
      dbname: name('dbname').default('postgres'),
      ssl: z
        .union(
          [
            z.boolean(),
            z
              .string()
              .regex(/^(true|false)$/i)
              .transform((ssl) => ssl.toLowerCase() === 'true'),
          ],
          {
            error: SSL_ISSUE,
          },
        )
        .default(true),
    })
    .refine(({ host, ssl }) => ssl || (allowClearTextLoopback && isLoopbackHost(host)), {
      path: ['ssl'],
      error: '`ssl` is false and clear text is refused; remove `ssl`, or set it to true',
    })

export type PostgresSecretSchema = ReturnType<typeof createPostgresSecret>
export type PostgresSecret = z.output<PostgresSecretSchema>

const text = (field: string) =>
  z
    .string({
      error: ({ input }) =>
        input === undefined ? `\`${field}\` is missing; add it` : `\`${field}\` is not a string; make it one`,
    })
    .min(1, { error: `\`${field}\` is empty; fill it in` })

/** A name as the server keeps it: quotes, spaces, case and any script are fine. */
const name = (field: string) =>
  text(field)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      error: `\`${field}\` has a control character; give the name as the server knows it`,
    })
    .refine((value) => Buffer.byteLength(value) <= MAX_NAME_BYTES, {
      error: `\`${field}\` is longer than ${MAX_NAME_BYTES} bytes; PostgreSQL would cut it, so give the name as the server kept it`,
    })
