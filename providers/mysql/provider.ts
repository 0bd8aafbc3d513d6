import { alternateOf } from '../../shared/database/pair.ts'
import { createTrust } from '../../shared/database/trust.ts'
import { newPassword, pick } from '../../shared/database/values.ts'
import { identityOf } from '../../shared/database/writer.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { nextUser } from './alternating/names.ts'
import { createMysqlSecret, type MysqlSecretSchema, type SchemaOptions } from './schema.ts'
import { LOOKS, MysqlSession } from './session.ts'

export interface MysqlOptions extends SchemaOptions {
  /** PEM of authorities to trust beside those of RDS. Default: none. */
  readonly ca?: string
  /** Milliseconds for one connection and its sign-in. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** How a new password travels to MariaDB: as a hash, or as it is, for a plugin that has to see it. Default: `verifier`. */
  readonly passwordForm?: 'verifier' | 'plaintext'
  /** What an admin does about further accounts of the same user, for other hosts. Default: `refuse`. */
  readonly otherHosts?: 'refuse' | 'leave'
}

/**
 * The provider for MySQL, MariaDB, RDS and Aurora: gives one account a new password beside the old one, or changes it in
 * place, by its own rights or by those of the admin secret that it names; or takes two accounts in turn, by an admin.
 */
export function createMysql(options: MysqlOptions = {}): Provider<MysqlSecretSchema> {
  const { ca, connectTimeoutMs = 10_000, passwordForm = 'verifier', otherHosts = 'refuse' } = options
  const trust = createTrust(ca)
  return {
    name: 'mysql',
    serves: { engines: ['mysql', 'aurora-mysql', 'mariadb'] },
    schema: createMysqlSecret(options),
    capabilities: {
      strategies: ['dual-password', 'single-user', 'alternating-users'],
      repeat: 'harmless',
      lock: 'session',
      failedProbe: 'counts',
      retires: true,
    },
    admin: {
      strategies: ['dual-password', 'single-user', 'alternating-users'],
      optional: ['dual-password', 'single-user'],
      looks: LOOKS,
      arn: ({ masterarn }) => masterarn,
      value: ({ admin, secret }) => ({
        ...pick(secret, ['ssl']),
        ...pick(admin, ['engine', 'host', 'port', 'username', 'password', 'ssl']),
      }),
    },
    identity: identityOf,
    alternateOf,
    withCredential: ({ into, from }) => ({ ...into, ...pick(from, ['username', 'password']) }),
    propose: ({ current, previous, strategy, entropy }) => ({
      ...current,
      ...(strategy === 'alternating-users'
        ? { username: nextUser(String(current['username']), current['engine']) }
        : {}),
      password: newPassword([current, previous], entropy),
    }),
    open: (request) => new MysqlSession(request, { trust, connectTimeoutMs, passwordForm, otherHosts }),
  }
}
