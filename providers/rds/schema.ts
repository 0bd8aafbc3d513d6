import * as z from 'zod'
import { host, port, text } from '../../shared/database/fields.ts'
import { isRdsName } from '../../shared/network/rds-names.ts'

const ENGINES = ['aurora-mysql', 'aurora-postgresql', 'mariadb', 'mysql', 'postgres'] as const

const usualPort = (engine: unknown): number =>
  typeof engine === 'string' && engine.endsWith('mysql') ? 3306 : engine === 'mariadb' ? 3306 : 5432

/** An identifier of RDS, which becomes part of ARNs. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html */
const IDENTIFIER = /^[a-z](?:-?[a-z0-9]){0,62}$/

/**
 * A secret in AWS's format for a database, of the admin user of an instance or cluster. Keys that are not named here are kept.
 * Each issue names the field and what to do, and repeats no value. Absent: `port` is that of the engine.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
export const RdsSecret = z
  .looseObject({
    engine: z.enum(ENGINES, {
      error: ({ input }) =>
        input === undefined
          ? '`engine` is missing; set it to what RDS calls the engine, such as `postgres`'
          : `\`engine\` is none of ${ENGINES.join(', ')}; correct it`,
    }),
    host: host('host').refine((value) => isRdsName(value) && IDENTIFIER.test(value.split('.')[0] ?? ''), {
      error:
        '`host` is not an endpoint of RDS; give that of the instance, or the writer endpoint of the cluster',
    }),
    port: port('port', 5432).optional(),
    username: text('username'),
    password: text('password'),
    changeKey: text('changeKey')
      .regex(/^[\w-]{22}$/, { error: '`changeKey` was changed by hand; remove it' })
      .optional(),
  })
  .transform((secret) => ({ ...secret, port: secret.port ?? usualPort(secret.engine) }))

export type RdsSecretSchema = typeof RdsSecret
export type RdsSecret = z.output<RdsSecretSchema>
