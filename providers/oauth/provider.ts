import { randomBytes } from 'node:crypto'
import { pick } from '../../shared/database/values.ts'
import { type Allowances, createPublicTrust } from '../../shared/http/index.ts'
import {
  type Capabilities,
  defineProvider,
  type MintCapabilities,
  type Proposal,
  type Provider,
  proposesNothing,
  type StoredSecret,
  type Strategy,
} from '../../shared/provider/index.ts'
import type { AwsOrigin } from './aws/api.ts'
import { newValue } from './aws/chosen-value.ts'
import { API_TOKEN } from './keys/fields.ts'
import { keyIdFor } from './keys/key-id.ts'
import { signingKeyOf } from './keys/signing-key.ts'
import { actionsOf } from './profile/aws.ts'
import { readProfiles } from './profile/read.ts'
import { isOrigin, type ManagedProfile, type Profile } from './profile/schema.ts'
import { profiles as shipped } from './profiles/index.ts'
import {
  createOauthSchema,
  idOfValue,
  isKeyPair,
  isManaged,
  isOfAws,
  isRefreshToken,
  type OauthSchema,
  type OauthSecret,
  PLACE,
  REPLACED,
} from './schema.ts'
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
  /** Milliseconds since the epoch, for when an old credential is to expire or was chosen. Default: the machine's. */
  readonly now?: () => number
  /** Where services of AWS are. Default: at their endpoints in the Region of the secret. */
  readonly awsOrigin?: AwsOrigin
}

/**
 * The provider for OAuth 2.0 clients. What kind of authorization server a secret is for, its field `profile` says. Throws
 * `CONFIG_INVALID` for a profile that is wrong.
 */
export function createOauth(options: OauthOptions = {}): Provider<OauthSchema> {
  const {
    ca,
    timeoutMs = 10_000,
    bytes = randomBytes,
    now = Date.now,
    profiles = [],
    profilesFolder,
    awsOrigin,
  } = options
  const own = profilesFolder === undefined ? [] : readProfiles(profilesFolder)
  const known = new Map([...shipped(), ...profiles, ...own].map((one) => [one.profile, one]))
  const profileOf = ({ profile }: StoredSecret): string => (typeof profile === 'string' ? profile : '')
  const trust = createPublicTrust(ca)
  return defineProvider({
    name: 'oauth',
    serves: { engines: ['oauth'] },
    schema: createOauthSchema(known, options),
    capabilities: FIRST,
    // One of a profile that there is not is refused by the schema.
    capabilitiesOf: (secret) => {
      const profile = known.get(profileOf(secret))
      return profile === undefined ? FIRST : capabilitiesFor(profile, secret)
    },
    awsActions: [...known.values()].flatMap((one) => (one.kind === 'aws' ? actionsOf(one) : [])),
    admin: {
      strategies: STRATEGIES,
      optional: STRATEGIES,
      arn: ({ adminSecretArn, masterarn }, metadata) =>
        adminSecretArn ?? masterarn ?? metadata['adminSecretArn'],
      value: ({ admin, secret }) => adminValue(known.get(profileOf(secret)), admin, secret),
    },
    identity: (secret: OauthSecret) => {
      const { profile, fields, tokenOrigin, apiOrigin } = secret[PLACE]
      const { hostname, port, protocol } = new URL(apiOrigin)
      return {
        account: secret.clientId,
        endpoint: JSON.stringify({ profile: profile.profile, tokenOrigin, fields, issuer: issuerOf(secret) }),
        ...credentialOf(secret),
        server: { host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) },
      }
    },
    withCredential: ({ into, from }) => {
      const replaced = REPLACED[known.get(profileOf(into))?.kind ?? 'managed']
      const rest = Object.entries(into).filter(([name]) => !replaced.includes(name))
      return { ...Object.fromEntries(rest), ...pick(from, replaced) }
    },
    propose: (proposal) => proposed(known.get(profileOf(proposal.current)), proposal, now()),
    open: (request) => openSession(request, { trust, timeoutMs, bytes, now, awsOrigin }),
  })
}

/** The next value of a secret whose values are chosen here. */
async function proposed(
  profile: Profile | undefined,
  { current, entropy, mark }: Proposal,
  now: number,
): Promise<StoredSecret> {
  if (profile?.kind === 'aws')
    return { ...current, clientSecret: newValue((length) => entropy.bytes(length), now) }
  const { privateKey, keyId } = current
  const key = typeof privateKey === 'string' ? signingKeyOf(privateKey) : undefined
  if (profile?.kind !== 'key-pair' || key === undefined) return proposesNothing()
  const next = await entropy.keyPair(key.form)
  const { thumbprint } = next
  return { ...current, privateKey: next.privateKey, keyId: keyIdFor({ mark, thumbprint, after: keyId, now }) }
}

function credentialOf(secret: OauthSecret): { readonly credential: string; readonly id?: string } {
  if (isManaged(secret)) {
    const { clientSecret: credential, secretId: id } = secret
    if (secret[PLACE].profile.list.id === undefined) return { credential, id: idOfValue(credential) }
    return id === undefined ? { credential } : { credential, id }
  }
  if (isKeyPair(secret)) return { credential: secret.privateKey ?? secret.apiToken ?? '' }
  if (isRefreshToken(secret)) return { credential: secret.refreshToken }
  if (isOfAws(secret)) return { credential: secret.clientSecret }
  // One without the other is of no use for the next rotation.
  return { credential: JSON.stringify([secret.clientSecret, secret.registrationAccessToken]) }
}

/** Whom assertions are for; left out of JSON where it is not said. */
const issuerOf = (secret: OauthSecret): string | undefined => (isKeyPair(secret) ? secret.issuer : undefined)

const STRATEGIES: readonly Strategy[] = ['overlapping', 'dual-password', 'grace', 'in-place-minted']

/** Changes are made with what is replaced itself, which nothing shows and no mark tells. */
const ofItsOwn = (
  strategy: Strategy,
  repeat: Capabilities['repeat'],
  mint: Partial<MintCapabilities>,
): Capabilities => ({
  strategies: [strategy],
  repeat,
  lock: 'none',
  failedProbe: 'free',
  mint: { marked: false, readable: false, livesAtOnce: 1, ...mint },
})

function capabilitiesFor(profile: Profile, secret: StoredSecret): Capabilities {
  if (profile.kind === 'managed') return managedCapabilities(profile, secret)
  if (profile.kind === 'aws') return OF_AWS
  if (profile.kind === 'key-pair') return TWO_KEYS
  if (profile.kind === 'refresh-token') return ofItsOwn('refresh-token', 'once', { consuming: true })
  return ofItsOwn('in-place-minted', 'once', {
    inPlace: true,
    settlesWithinMs: profile.settlesWithinMs,
  })
}

const managedCapabilities = (profile: ManagedProfile, secret: StoredSecret): Capabilities => ({
  strategies: [profile.strategy],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: profile.revoke.length > 0,
  mint: {
    marked: profile.list.mark !== undefined,
    readable:
      profile.list.secret !== undefined && (profile.strategy !== 'in-place-minted' || outlives(secret)),
    ...(profile.strategy === 'in-place-minted' ? { inPlace: true } : {}),
    ...(profile.graceMs === undefined ? {} : { graceMs: profile.graceMs }),
    livesAtOnce: profile.livesAtOnce,
    settlesWithinMs: profile.settlesWithinMs,
    ...(profile.longestLifeMs === undefined ? {} : { longestLifeMs: profile.longestLifeMs }),
  },
})

/** Two places for what we choose. */
const OF_AWS: Capabilities = {
  strategies: ['dual-password'],
  // One more of the same would take the other place.
  repeat: 'once',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
}

/** A client whose own secret dies with the mint cannot ask for the new one; an API token can. */
const outlives = (secret: StoredSecret): boolean => secret['apiToken'] !== undefined

/** The engine makes the pair. Setting the same key again changes nothing, and an older one never takes away a newer one. */
const TWO_KEYS: Capabilities = {
  strategies: ['dual-password'],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
}

/** What holds where nothing is known of the secret. */
const FIRST: Capabilities = {
  strategies: ['overlapping'],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
  retires: true,
  mint: { marked: true, readable: false, livesAtOnce: 2 },
}

/** How an admin signs in. */
const OF_ADMIN = [
  'clientId',
  'clientSecret',
  'privateKey',
  'keyId',
  'signingAlgorithm',
  'issuer',
  'apiToken',
  'scope',
  'audience',
]

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
    ...pick(admin, [...OF_ADMIN, ...names]),
    ...pick(secret, ['engine', 'profile']),
    ...(typeof token === 'string'
      ? { clientId: API_TOKEN, ...(profile?.kind === 'key-pair' ? {} : { clientSecret: token }) }
      : {}),
    ...(profile?.kind === 'managed' && profile.needsSecretId ? { secretId: 'admin' } : {}),
  }
}
