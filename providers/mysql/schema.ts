import * as z from 'zod'
import { host, port, sslFlag, text } from '../../shared/database/fields.ts'
import { checkPlaces, writerFields } from '../../shared/database/writer.ts'

/** MariaDB takes 128 characters from 10.6, MySQL 32; the server itself refuses what it finds too long. */
const MAX_NAME_CHARACTERS = 128

const PORT = 3306
const ENGINES = ['mysql', 'aurora-mysql', 'mariadb'] as const

export interface SchemaOptions {
  /** Whether `ssl: false` is taken for a host that is this machine. Default: false, clear text is always refused. */
  readonly allowClearTextLoopback?: boolean
}

/**
 * A secret in AWS's format for MySQL and MariaDB. Keys that are not named here are kept, `dbname` among them: a rotation
 * enters no database. Each issue names the field and what to do, and repeats no value. Absent: `port` is 3306, `ssl` is true.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
export const createMysqlSecret = ({ allowClearTextLoopback = false }: SchemaOptions = {}) =>
  z
    .looseObject({
      engine: z.enum(ENGINES, {
        error: ({ input }) =>
          input === undefined
            ? '`engine` is missing; set it to `mysql` or `mariadb`'
            : '`engine` is not `mysql`, `aurora-mysql` or `mariadb`; correct it',
      }),
      host: host('host'),
      port: port('port', PORT).default(PORT),
      username: text('username')
        .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
          error: '`username` has a control character; give the name as the server knows it',
        })
        .refine((value) => [...value].length <= MAX_NAME_CHARACTERS, {
          error: `\`username\` is longer than ${MAX_NAME_CHARACTERS} characters, which no server takes; correct it`,
        }),
      password: text('password').refine((value) => !value.includes('\0') && value.isWellFormed(), {
        error: '`password` has a character that no client can send; store the password in force',
      }),
      dbname: z.unknown().optional(),
      ssl: sslFlag(),
      masterarn: text('masterarn').optional(),
      ...writerFields(PORT),
    })
    .superRefine(checkPlaces(allowClearTextLoopback))

export type MysqlSecretSchema = ReturnType<typeof createMysqlSecret>
export type MysqlSecret = z.output<MysqlSecretSchema>
