import { type Provider, QuarterturnError, type StoredSecret } from '../../shared/provider/index.ts'
import type { ChangeOptions } from './change.ts'
import {
  createPostgresSecret,
  type PostgresSecret,
  type PostgresSecretSchema,
  type SchemaOptions,
} from './schema.ts'
import { PostgresSession } from './session.ts'
import { createTrust } from './tls.ts'

export interface PostgresOptions extends SchemaOptions, Partial<ChangeOptions> {
  /** PEM of authorities to trust beside those of RDS. Default: none. */
  readonly ca?: string
  /** Milliseconds for one connection and its sign-in. Default 10,000. */
  readonly connectTimeoutMs?: number
}

/** The provider for PostgreSQL, RDS and Aurora: changes the password of one role in place, signed in as that role. */
export function createPostgres(options: PostgresOptions = {}): Provider<PostgresSecretSchema> {
  const { ca, connectTimeoutMs = 10_000, passwordForm = 'verifier', hash = 'keep' } = options
  const trust = createTrust(ca)
  return {
    name: 'postgres',
    serves: { engines: ['postgres', 'aurora-postgresql'] },
    schema: createPostgresSecret(options),
    capabilities: { strategies: ['single-user'], repeat: 'harmless', lock: 'session', failedProbe: 'counts' },
    identity: ({ host, port, username, password, dbname, ssl }: PostgresSecret) => ({
      account: username,
      endpoint: JSON.stringify({ host, port, dbname, ssl }),
      credential: password,
    }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: ({ current, previous, entropy }) => ({
      ...current,
      password: newPassword([current, previous], entropy),
    }),
    open: (request) => new PostgresSession(request, { trust, connectTimeoutMs, passwordForm, hash }),
  }
}

const ATTEMPTS = 5

/** A password that is none of those in use. Only printable ASCII hashes alike in every server and driver. */
function newPassword(used: readonly (StoredSecret | undefined)[], entropy: { password(): string }): string {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const password = entropy.password()
    if (!/^[\x20-\x7e]+$/.test(password))
      throw new QuarterturnError('CONFIG_INVALID', {
        problem: 'the password policy gives characters outside printable ASCII',
      })
    if (used.every((secret) => secret?.['password'] !== password)) return password
  }
  throw new QuarterturnError('CONFIG_INVALID', {
    problem: 'the password policy keeps giving a password in use',
  })
}
