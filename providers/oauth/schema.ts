import { createHash } from 'node:crypto'
import * as z from 'zod'
import { text } from '../../shared/database/fields.ts'
import { type Allowances, origin } from '../../shared/http/index.ts'
import { isLoopbackHost } from '../../shared/network/host.ts'
import { keyIn } from './keys/fields.ts'
import { ALGORITHMS, type Algorithm, type SigningKey } from './keys/signing-key.ts'
import {
  type AwsProfile,
  type Field,
  type KeyPairProfile,
  type ManagedProfile,
  originOfChange,
  type Profile,
  type RefreshTokenProfile,
  type RegisteredProfile,
} from './profile/schema.ts'

/**
 * A secret of this provider, by the profile that it names. Keys that are not named here are kept. Each issue names the field
 * and what to do, and repeats no value. Origins are the only places that anything is sent to.
 */
export const createOauthSchema = (
  profiles: ReadonlyMap<string, Profile>,
  { allowClearTextLoopback = false }: Allowances = {},
) =>
  z
    .looseObject({
      engine: z.literal('oauth', { error: '`engine` is not `oauth`; set it' }),
      profile: z.enum([...profiles.keys()], {
        error: `\`profile\` is none of ${[...profiles.keys()].sort().join(', ')}; set it to what issues the credential`,
      }),
      clientId: printable('clientId'),
      clientSecret: printable('clientSecret').optional(),
      secretId: id().optional(),
      refreshToken: printable('refreshToken', LONGEST_TOKEN).optional(),
      accessToken: printable('accessToken', LONGEST_TOKEN).optional(),
      accessTokenExpiresAt: printable('accessTokenExpiresAt').optional(),
      registrationAccessToken: printable('registrationAccessToken', LONGEST_TOKEN).optional(),
      privateKey: text('privateKey')
        .max(LONGEST, { error: tooLong('privateKey', LONGEST) })
        .optional(),
      keyId: printable('keyId', 255).optional(),
      signingAlgorithm: z
        .enum(Object.values(ALGORITHMS).flat(), {
          error: '`signingAlgorithm` is none that is known; correct it, or leave it out',
        })
        .optional(),
      issuer: printable('issuer', 500).optional(),
      scope: printable('scope').optional(),
      audience: printable('audience').optional(),
      apiToken: printable('apiToken').optional(),
      adminSecretArn: text('adminSecretArn').optional(),
      masterarn: text('masterarn').optional(),
    })
    .transform((secret, context): OauthSecret => {
      const profile = profiles.get(secret.profile)
      if (profile === undefined) return z.NEVER
      const issue = (name: string, message: string) =>
        context.addIssue({ code: 'custom', path: [name], message })
      for (const name of NEEDED[profile.kind])
        if (secret[name] === undefined) issue(name, `\`${name}\` is missing; add it`)
      if (profile.kind === 'managed' && profile.needsSecretId && secret.secretId === undefined)
        issue('secretId', '`secretId` is missing; add the id that the target shows beside the credential')
      const { issues, ...read } = profile.kind === 'key-pair' ? keyIn(profile, secret) : { issues: [] }
      for (const [name, message] of issues) issue(name, message)
      const fields: Record<string, string> = {}
      for (const [name, field] of Object.entries(profile.fields)) {
        const value = valueIn(name, field, secret[name] ?? field.default, allowClearTextLoopback)
        if (typeof value === 'string') fields[name] = value
        else issue(name, value.issue)
      }
      const { token } = profile
      const other = originOfChange(profile)
      const [to, by] = [fields[token.origin], fields[other]]
      // Else a secret could have its credential "proven" by one host and a new one issued by another. A public key comes
      // only to a client that has the proven one among its keys.
      if (
        profile.kind !== 'key-pair' &&
        (isFree(profile, token.origin) || isFree(profile, other)) &&
        hostOf(to) !== hostOf(by)
      )
        issue(other, `\`${other}\` and \`${token.origin}\` are of two hosts; give those of one server`)
      const place: Place = { profile, fields, tokenOrigin: to ?? '', apiOrigin: by ?? '', ...read }
      // Not enumerable: a copy of the secret is what is stored, and nothing else. What its kind needs was seen to be there.
      return Object.defineProperty(secret, PLACE, { value: place }) as object as OauthSecret
    })

export type OauthSchema = ReturnType<typeof createOauthSchema>

interface Stored {
  readonly [key: string]: unknown
  readonly clientId: string
  readonly scope?: string
  readonly audience?: string
  readonly adminSecretArn?: string
  readonly masterarn?: string
}

/** A client whose secrets are issued by a management API. */
export interface ManagedSecret extends Stored {
  readonly clientSecret: string
  readonly secretId?: string
  readonly apiToken?: string
  readonly [PLACE]: Place<ManagedProfile>
}

/** A refresh token, with an access token that shows that it is good. A public client has no `clientSecret`. */
export interface RefreshTokenSecret extends Stored {
  readonly clientSecret?: string
  readonly refreshToken: string
  readonly accessToken?: string
  readonly accessTokenExpiresAt?: string
  readonly [PLACE]: Place<RefreshTokenProfile>
}

/** A client that manages its own registration. */
export interface RegisteredSecret extends Stored {
  readonly clientSecret: string
  readonly registrationAccessToken: string
  readonly [PLACE]: Place<RegisteredProfile>
}

/** A client whose secrets a service of AWS keeps, and we choose. */
export interface AwsSecret extends Stored {
  readonly clientSecret: string
  readonly [PLACE]: Place<AwsProfile>
}

export const isOfAws = (secret: OauthSecret): secret is AwsSecret => secret[PLACE].profile.kind === 'aws'

/** A client that signs its token requests. Only the API token of an admin has no key. */
export interface KeyPairSecret extends Stored {
  readonly privateKey?: string
  readonly keyId?: string
  readonly issuer?: string
  readonly apiToken?: string
  readonly registrationAccessToken?: string
  readonly clientSecret?: never
  readonly [PLACE]: Place<KeyPairProfile>
}

export type OauthSecret = AwsSecret | ManagedSecret | KeyPairSecret | RefreshTokenSecret | RegisteredSecret

export const isManaged = (secret: OauthSecret): secret is ManagedSecret =>
  secret[PLACE].profile.kind === 'managed'
export const isKeyPair = (secret: OauthSecret): secret is KeyPairSecret =>
  secret[PLACE].profile.kind === 'key-pair'
export const isRefreshToken = (secret: OauthSecret): secret is RefreshTokenSecret =>
  secret[PLACE].profile.kind === 'refresh-token'
export const isRegistered = (secret: OauthSecret): secret is RegisteredSecret =>
  secret[PLACE].profile.kind === 'registered'

/** What a secret of each kind has to have beside `clientId`. */
const NEEDED = {
  aws: ['clientSecret'],
  managed: ['clientSecret'],
  'key-pair': [],
  'refresh-token': ['refreshToken'],
  registered: ['clientSecret', 'registrationAccessToken'],
} as const

/** What is replaced in a secret of each kind. */
export const REPLACED: Readonly<Record<Profile['kind'], readonly string[]>> = {
  aws: ['clientSecret'],
  managed: ['clientSecret', 'secretId'],
  'key-pair': ['privateKey', 'keyId', 'signingAlgorithm'],
  'refresh-token': ['refreshToken', 'accessToken', 'accessTokenExpiresAt'],
  registered: ['clientSecret', 'registrationAccessToken'],
}

/** What was understood of a secret beside its keys, under a name that no key of a customer can have. */
export const PLACE: unique symbol = Symbol('place')

export interface Place<P extends Profile = Profile> {
  readonly profile: P
  /** The fields of the profile, with their defaults. */
  readonly fields: Readonly<Record<string, string>>
  readonly tokenOrigin: string
  readonly apiOrigin: string
  /** Of a secret with a key pair. */
  readonly key?: SigningKey
  readonly algorithm?: Algorithm
}

/** Nothing that a header could not carry, or that a log would break at. */
const printable = (field: string, longest = LONGEST) =>
  text(field)
    .max(longest, { error: tooLong(field, longest) })
    .refine(isPrintable, { error: `\`${field}\` has a control character; correct it` })

const isPrintable = (value: string): boolean => value.isWellFormed() && !/\p{Cc}/u.test(value)

const LONGEST = 8_192
const tooLong = (field: string, longest: number): string =>
  `\`${field}\` is over ${longest.toLocaleString('en')} characters; correct it`

/** A token may say much of a user, and what was issued and is refused here would be lost. */
const LONGEST_TOKEN = 32_768

/** A token as it may be stored; empty where there is none, or one that could be neither stored nor sent. */
export const storable = (token: string | undefined): string =>
  token !== undefined && token.length <= LONGEST_TOKEN && isPrintable(token) ? token : ''

/** An id as targets give it: it is sent in a path or a body, and never trusted to be more. */
const ID = /^(?!\.+$)[\w.~:+=@-]{1,200}$/
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** What a credential is known by where its target gives none an id: part of a hash, from which nobody finds the value. */
export const idOfValue = (value: string): string =>
  createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 16)

const id = () =>
  text('secretId').regex(ID, {
    error: '`secretId` is not an id of a credential; store the one that the target shows beside it',
  })

/** Whether the secret chooses, if only among the tenants of one vendor. */
const isFree = (profile: Profile, name: string): boolean => profile.fields[name]?.origins === undefined

const hostOf = (origin: string | undefined): string | undefined =>
  origin === undefined ? undefined : URL.parse(origin)?.hostname

function valueIn(
  name: string,
  field: Field,
  value: unknown,
  allowLoopback: boolean,
): string | { readonly issue: string } {
  if (value === undefined) return { issue: `\`${name}\` is missing; add it: ${field.about}` }
  if (typeof value !== 'string') return { issue: `\`${name}\` is not a string; make it one` }
  if (field.isOrigin) return originIn(name, field, value, allowLoopback)
  const isRight =
    value.length <= 256 && new RegExp(`^(?:${field.pattern})$`, 'u').test(value) && !/\p{Cc}/u.test(value)
  return isRight ? value : { issue: `\`${name}\` is not of its form; correct it: ${field.about}` }
}

function originIn(
  name: string,
  { origins, hosts }: Field,
  value: string,
  allowClearTextLoopback: boolean,
): string | { readonly issue: string } {
  const read = origin(
    name,
    { allowClearTextLoopback },
    origins?.[0] ?? 'https://login.example.com',
  ).safeParse(value)
  if (!read.success) return { issue: read.error.issues[0]?.message ?? `\`${name}\` is no address` }
  const host = new URL(read.data).hostname.replace(/^\[(.*)\]$/, '$1')
  if (allowClearTextLoopback && isLoopbackHost(host)) return read.data
  if (origins !== undefined && !origins.some((one) => new URL(one).origin === read.data))
    return { issue: `\`${name}\` is none of ${origins.join(', ')}; correct it, or leave it out` }
  if (hosts !== undefined && !hosts.some((end) => host.endsWith(end)))
    return { issue: `\`${name}\` does not end in ${hosts.join(' or ')}; correct it` }
  return read.data
}
