import { randomBytes } from 'node:crypto'
import { pick } from '../../shared/database/values.ts'
import { type Allowances, createPublicTrust } from '../../shared/http/index.ts'
import {
  type Capabilities,
  defineProvider,
  type Provider,
  proposesNothing,
  type StoredSecret,
  type Strategy,
} from '../../shared/provider/index.ts'
import { readProfiles } from './profile/read.ts'
import { isOrigin, type Profile } from './profile/schema.ts'
import { profiles as shipped } from './profiles/index.ts'
import { createOauthSchema, type OauthSchema, type OauthSecret, PLACE } from './schema.ts'
import { openSession } from './session.ts'

export interface OauthOptions extends Allowances {
  /** Profiles of the deployment's own, beside those that ship; one of the same name replaces it. Default: none. */
  readonly profiles?: readonly Profile[]
  /** A folder with such profiles as JSON, one file each. Default: none. */
  readonly profilesFolder?: string
  /** PEM of authorities to trust beside the public ones. Default: none. */
  readonly ca?: string
  /** Milliseconds for one request, connecting included. Default 10,000. */
  readonly timeoutMs?: number
  /** A cryptographic source. Default: Node's. */
  readonly bytes?: (length: number) => Uint8Array
}

/**
 * The provider for OAuth 2.0 clients. What kind of authorization server a secret is for, its field `profile` says. Throws
 * `CONFIG_INVALID` for a profile that is wrong.
 */
export function createOauth(options: OauthOptions = {}): Provider<OauthSchema> {
  const { ca, timeoutMs = 10_000, bytes = randomBytes, profiles = [], profilesFolder } = options
  const own = profilesFolder === undefined ? [] : readProfiles(profilesFolder)
  const known = new Map([...shipped(), ...profiles, ...own].map((one) => [one.profile, one]))
  const capabilities = new Map([...known].map(([name, profile]) => [name, capabilitiesFor(profile)]))
  const profileOf = ({ profile }: StoredSecret): string => (typeof profile === 'string' ? profile : '')
  const trust = createPublicTrust(ca)
  return defineProvider({
    name: 'oauth',
    serves: { engines: ['oauth'] },
    schema: createOauthSchema(known, options),
    capabilities: FIRST,
    // One of a profile that there is not is refused by the schema.
    capabilitiesOf: (secret) => capabilities.get(profileOf(secret)) ?? FIRST,
    admin: {
      strategies: STRATEGIES,
      optional: STRATEGIES,
      arn: ({ adminSecretArn, masterarn }, metadata) =>
        adminSecretArn ?? masterarn ?? metadata['adminSecretArn'],
      value: ({ admin, secret }) => adminValue(known.get(profileOf(secret)), admin, secret),
    },
    identity: ({ [PLACE]: place, clientId, clientSecret, secretId }: OauthSecret) => {
      const { profile, fields, tokenOrigin, apiOrigin } = place
      const { hostname, port, protocol } = new URL(apiOrigin)
      return {
        account: clientId,
        endpoint: JSON.stringify({ profile: profile.profile, tokenOrigin, fields }),
        credential: clientSecret,
        ...(secretId === undefined ? {} : { id: secretId }),
        server: { host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) },
      }
    },
    withCredential: ({ into, from }) => {
      const { secretId: _, ...rest } = into
      return { ...rest, ...pick(from, ['clientSecret', 'secretId']) }
    },
    propose: proposesNothing,
    open: (request) => openSession(request, { trust, timeoutMs, bytes }),
  })
}

const STRATEGIES: readonly Strategy[] = ['overlapping']

const capabilitiesFor = (profile: Profile): Capabilities => ({
  strategies: [profile.strategy],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
  mint: {
    marked: profile.list.mark !== undefined,
    readable: profile.list.secret !== undefined,
    livesAtOnce: profile.livesAtOnce,
    settlesWithinMs: profile.settlesWithinMs,
    ...(profile.longestLifeMs === undefined ? {} : { longestLifeMs: profile.longestLifeMs }),
  },
})

/** What holds where nothing is known of the secret. */
const FIRST: Capabilities = {
  strategies: STRATEGIES,
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
  mint: { marked: true, readable: false, livesAtOnce: 2 },
}

/**
 * Where things are, the admin secret says; what the secret says of them only names a client there. An API token stands for
 * both halves of a credential.
 */
function adminValue(profile: Profile | undefined, admin: StoredSecret, secret: StoredSecret): StoredSecret {
  const names = Object.keys(profile?.fields ?? {})
  const ids = names.filter((name) => !isOrigin(profile, name))
  const token = admin['apiToken']
  return {
    ...pick(secret, ids),
    ...pick(admin, ['clientId', 'clientSecret', 'apiToken', 'scope', 'audience', ...names]),
    ...pick(secret, ['engine', 'profile']),
    ...(typeof token === 'string' ? { clientId: 'api-token', clientSecret: token } : {}),
    ...(profile?.needsSecretId === true ? { secretId: 'admin' } : {}),
  }
}
