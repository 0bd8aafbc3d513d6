import { alternateOf } from '../../shared/database/pair.ts'
import { createTrust } from '../../shared/database/trust.ts'
import { newPassword, pick } from '../../shared/database/values.ts'
import { identityOf } from '../../shared/database/writer.ts'
import type { Provider, StoredSecret } from '../../shared/provider/index.ts'
import { nextUser } from './alternating/pair.ts'
import type { ChangeOptions } from './change.ts'
import { createPostgresSecret, type PostgresSecretSchema, type SchemaOptions } from './schema.ts'
import { PostgresSession } from './session.ts'

export interface PostgresOptions extends SchemaOptions, Partial<ChangeOptions> {
  /** PEM of authorities to trust beside those of RDS. Default: none. */
  readonly ca?: string
  /** Milliseconds for one connection and its sign-in. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** Whether a rotation of two users gives objects of the clone to the other. Default: false, it names the statement. */
  readonly reassignOwned?: boolean
}

/**
 * The provider for PostgreSQL, RDS and Aurora: changes the password of one role in place, signed in as that role, or of two
 * roles in turn, signed in as an admin.
 */
export function createPostgres(options: PostgresOptions = {}): Provider<PostgresSecretSchema> {
  const {
    ca,
    connectTimeoutMs = 10_000,
    passwordForm = 'verifier',
    hash = 'keep',
    reassignOwned = false,
  } = options
  const trust = createTrust(ca)
  return {
    name: 'postgres',
    serves: { engines: ['postgres', 'aurora-postgresql'] },
    schema: createPostgresSecret(options),
    capabilities: {
      strategies: ['single-user', 'alternating-users'],
      repeat: 'harmless',
      lock: 'session',
      failedProbe: 'counts',
      retires: true,
    },
    admin: {
      strategies: ['alternating-users'],
      arn: ({ masterarn }) => masterarn,
      value: adminValue,
    },
    identity: identityOf,
    alternateOf,
    withCredential: ({ into, from }) => ({ ...into, ...pick(from, ['username', 'password']) }),
    propose: ({ current, previous, strategy, entropy }) => ({
      ...current,
      ...(strategy === 'alternating-users' ? { username: nextUser(String(current['username'])) } : {}),
      password: newPassword([current, previous], entropy),
    }),
    open: (request) =>
      new PostgresSession(request, { trust, connectTimeoutMs, passwordForm, hash, reassignOwned }),
  }
}

/** The lock, and what is compared, are of one database, so the admin goes to that of the secret. */
const adminValue = ({ admin, secret }: { readonly admin: StoredSecret; readonly secret: StoredSecret }) => ({
  ...pick(secret, ['ssl']),
  ...pick(admin, ['engine', 'host', 'port', 'username', 'password', 'ssl']),
  ...pick(secret, ['dbname']),
})
