import { newPassword, pick } from '../../shared/database/values.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { type ConnectRds, connectBySdk } from './api.ts'
import { RdsSecret, type RdsSecretSchema } from './schema.ts'
import { RdsSession } from './session.ts'

export interface RdsOptions {
  /** Milliseconds for which RDS may not show yet that it carries a change out. Default 20,000. */
  readonly settlesWithinMs?: number
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number
  /** The calls of RDS. Default: by the SDK. */
  readonly connect?: ConnectRds
}

/** What stands for the value at RDS is made of these. */
const CREDENTIAL = ['username', 'password', 'changeKey']

/**
 * The provider for the admin user of an RDS instance or cluster, by the API of RDS and without a way to the database: nobody
 * signs in.
 */
export function createRds(options: RdsOptions = {}): Provider<RdsSecretSchema> {
  const { settlesWithinMs = 20_000, now = Date.now, connect = connectBySdk } = options
  return {
    name: 'rds',
    serves: { engines: ['aurora-mysql', 'aurora-postgresql', 'mariadb', 'mysql', 'postgres'] },
    schema: RdsSecret,
    capabilities: {
      strategies: ['single-user'],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      probe: 'none',
    },
    awsActions: [
      'rds:AddTagsToResource',
      'rds:DescribeDBClusters',
      'rds:DescribeDBInstances',
      'rds:ModifyDBCluster',
      'rds:ModifyDBInstance',
    ],
    identity: ({ host, port, username, password }) => ({
      account: username,
      endpoint: `${host}:${port}`,
      credential: password,
      server: { host, port },
    }),
    withCredential: ({ into, from }) => {
      const others = Object.fromEntries(Object.entries(into).filter(([key]) => !CREDENTIAL.includes(key)))
      return { ...others, ...pick(from, CREDENTIAL) }
    },
    propose: ({ current, previous, entropy }) => ({
      ...current,
      password: newPassword([current, previous], entropy),
      changeKey: Buffer.from(entropy.bytes(16)).toString('base64url'),
    }),
    open: (request) => new RdsSession(request, { settlesWithinMs, now, connect }),
  }
}
