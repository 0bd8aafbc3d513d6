import { newPassword, pick } from '../../shared/database/values.ts'
import { createPublicTrust, HttpClient } from '../../shared/http/index.ts'
import type { Capabilities, Identity, Provider } from '../../shared/provider/index.ts'
import { ClientSession } from './client/session.ts'
import {
  type ClientSecret,
  createSalesforceSecret,
  isUserSecret,
  type SalesforceSecret,
  type SalesforceSecretSchema,
  type SchemaOptions,
  type UserSecret,
} from './schema.ts'
import { UserSession } from './user/session.ts'

export interface SalesforceOptions extends SchemaOptions {
  /** PEM of authorities to trust beside the public ones. Default: none. */
  readonly ca?: string
  /** Milliseconds for one request, connecting included. Default 10,000. */
  readonly timeoutMs?: number
}

const OF_USERS: Capabilities = {
  strategies: ['single-user'],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'counts',
}

const OF_CLIENTS: Capabilities = {
  strategies: ['staged'],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
  mint: { marked: false, readable: true, livesAtOnce: 2 },
}

/**
 * The provider for Salesforce: the key and secret of an External Client App, staged and promoted; or the password of a user,
 * changed in place. Each by itself, or by the user or app of an admin secret.
 */
export function createSalesforce(options: SalesforceOptions = {}): Provider<SalesforceSecretSchema> {
  const { ca, timeoutMs = 10_000 } = options
  const trust = createPublicTrust(ca)
  return {
    name: 'salesforce',
    serves: { engines: ['salesforce'], types: ['SalesforceClientSecret'] },
    schema: createSalesforceSecret(options),
    capabilities: { ...OF_CLIENTS, strategies: ['staged', 'single-user'], failedProbe: 'counts' },
    capabilitiesOf: (secret) => (isUserSecret(secret) ? OF_USERS : OF_CLIENTS),
    admin: {
      strategies: ['staged', 'single-user'],
      optional: ['staged', 'single-user'],
      arn: ({ adminSecretArn }, metadata) => adminSecretArn ?? metadata['adminSecretArn'],
      value: ({ admin }) => admin,
    },
    identity: (secret: SalesforceSecret) => ({ ...ofAccount(secret), ...placeOf(secret) }),
    withCredential: ({ into, from }) => ({
      ...into,
      ...pick(from, isUserSecret(into) ? ['username', 'password'] : ['consumerKey', 'consumerSecret']),
    }),
    propose: ({ current, previous, entropy }) => ({
      ...current,
      password: newPassword([current, previous], entropy),
    }),
    open: (request) => {
      const { connect, signal, strategy, timeLeftMs } = request
      const http = new HttpClient({ trust, connect, timeoutMs, signal, timeLeftMs })
      return strategy === 'single-user' ? new UserSession(request, http) : new ClientSession(request, http)
    },
  }
}

const isUser = (secret: SalesforceSecret): secret is UserSecret => isUserSecret(secret)

function ofAccount(secret: SalesforceSecret): Pick<Identity, 'account' | 'credential' | 'id'> {
  if (isUser(secret)) return { account: secret.username, credential: secret.password }
  const { appId, consumerId, consumerKey, consumerSecret }: ClientSecret = secret
  // Ids come in 15 characters and, with a checksum, in 18. A key goes with one secret, and is what the target lists.
  const account = `${appId.slice(0, 15)}/${consumerId.slice(0, 15)}`
  return { account, credential: consumerSecret, id: consumerKey }
}

function placeOf({ baseUri }: SalesforceSecret): Pick<Identity, 'endpoint' | 'server'> {
  const { hostname, port, protocol } = new URL(baseUri)
  const usual = protocol === 'https:' ? 443 : 80
  return { endpoint: baseUri, server: { host: hostname, port: port === '' ? usual : Number(port) } }
}
